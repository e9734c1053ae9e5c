//! One library at one workload: prepared, run, and checked.

use crate::memory::{Arena, Slot};
use crate::peer::{BLOCK, Log, PAGE, Peer, START, Size};
use crate::peers::{aarch64, chain, engine, generic, hand, hand_cursor, multiarch, patina, x86_64_crate};
use crate::workload::{Order, Scale, Workload, digest, unwritten};

/// Whoever does the work of a row of the table.
pub trait Contender {
    /// The name of its column.
    fn name(&self) -> &'static str;
    /// Brings its tree to where the work begins.
    fn prepare(&mut self);
    /// Does the work. Returns whether it offers that.
    fn run(&mut self) -> bool;
    /// A digest of what the last run came to.
    fn digest(&mut self) -> u64;
}

/// One row of the table: work, and who does it. The engine comes first.
pub struct Row<'a> {
    /// Its name.
    pub name: String,
    /// Lookups or leaves of one run.
    pub operations: u64,
    /// The digest that all must come to.
    pub expected: u64,
    /// Who does it.
    pub contenders: Vec<Box<dyn Contender + 'a>>,
}

/// How many libraries there are, each with a slot of the arena.
pub const LIBRARIES: usize = 11;

/// The row of a workload.
#[must_use]
pub fn row(arena: &Arena, workload: Workload, scale: &Scale) -> Row<'static> {
    let mut slots = (0..LIBRARIES).map(|number| arena.slot(number));
    let mut contenders: Vec<Box<dyn Contender>> = vec![];
    macro_rules! libraries {
        ($($library:ty),* $(,)?) => {$(
            let slot = slots.next().expect("a slot for each");
            contenders.push(Box::new(Subject::<$library>::new(slot, workload, *scale)));
        )*};
    }
    libraries! {
        engine::X86, engine::Ept, hand::Hand, hand_cursor::HandCursor, chain::Chain, x86_64_crate::Mapped,
        x86_64_crate::Offset, multiarch::Multiarch, generic::Generic, patina::Patina, aarch64::Aarch64,
    }
    let (operations, expected) = (workload.operations(scale), workload.expected(scale));
    Row { name: workload.name(), operations, expected, contenders }
}

/// A library at a workload.
struct Subject<P: Peer> {
    slot: Slot,
    workload: Workload,
    scale: Scale,
    peer: Option<P>,
    addresses: Vec<P::Address>,
    log: Log,
    /// What the run returned; `None` if the library does not offer it.
    result: Option<u64>,
}

impl<P: Peer> Subject<P> {
    fn new(slot: Slot, workload: Workload, scale: Scale) -> Self {
        let log = Log::new(workload.operations(&scale).max(scale.pages / PAGE) as usize);
        let addresses = workload.addresses(&scale).into_iter().map(P::address).collect();
        Self { slot, workload, scale, peer: None, addresses, log, result: None }
    }

    /// A tree in which everything is mapped that the workload needs. Who does not map does not do the work either.
    fn tree(&self) -> P {
        let mut tree = P::new(&self.slot.clone());
        let _mapped = match self.workload {
            Workload::Map(_) | Workload::MapBlocks | Workload::MapRange(_) => None,
            Workload::Translate(_, mebibytes) => tree.map_range(Size::Page, mebibytes << 20),
            Workload::WalkSparse => tree.map(&self.addresses),
            Workload::Harvest => {
                let clean = unwritten(&self.workload.addresses(&self.scale));
                let clean: Vec<_> = clean.into_iter().map(P::address).collect();
                tree.map(&self.addresses).and_then(|()| tree.mark_clean(&clean))
            }
            Workload::ProtectClean => {
                tree.map_range(Size::Page, self.scale.pages).and_then(|()| tree.mark_clean(&self.addresses))
            }
            _ => tree.map_range(Size::Page, self.scale.pages),
        };
        tree
    }

    /// Whether the work leaves the tree as it is.
    const fn looks(&self) -> bool {
        matches!(self.workload, Workload::Translate(..) | Workload::WalkDense | Workload::WalkSparse)
    }
}

impl<P: Peer> Contender for Subject<P> {
    fn name(&self) -> &'static str {
        P::NAME
    }

    fn prepare(&mut self) {
        if self.peer.is_none() || !self.looks() {
            self.peer = None; // the slot is used anew
            self.peer = Some(self.tree());
        } else {
            // Others have had the caches meanwhile.
            self.run();
        }
        self.log.clear();
    }

    fn run(&mut self) -> bool {
        let (Some(peer), scale) = (&mut self.peer, &self.scale) else { return false };
        if P::ONLY_TRANSLATES && !matches!(self.workload, Workload::Translate(..)) {
            return false;
        }
        let (addresses, log) = (self.addresses.as_slice(), &mut self.log);
        let silent = |done: Option<()>| done.map(|()| 0);
        self.result = match self.workload {
            Workload::Translate(Order::Dependent, _) => Some(loops::translate_chain(peer, addresses)),
            Workload::Translate(..) => Some(loops::translate(peer, addresses)),
            Workload::Map(_) => silent(loops::map(peer, addresses)),
            Workload::MapBlocks => silent(loops::map_blocks(peer, addresses)),
            Workload::MapRange(size @ Size::Page) => silent(loops::map_range(peer, size, scale.pages)),
            Workload::MapRange(size @ Size::Block) => silent(loops::map_range(peer, size, scale.blocks)),
            Workload::Unmap(_) => loops::unmap(peer, addresses),
            Workload::UnmapRange => loops::unmap_range(peer, scale.pages),
            Workload::ClearTables => silent(loops::clear_range(peer, P::address(START), scale.pages)),
            Workload::ClearPages => silent(loops::clear_ranges(peer, addresses, BLOCK - PAGE)),
            Workload::Protect => silent(loops::protect(peer, addresses)),
            Workload::ProtectRange | Workload::ProtectClean => silent(loops::protect_range(peer, scale.pages)),
            Workload::ProtectShared => silent(loops::protect_range_shared(peer, scale.pages)),
            Workload::WalkDense | Workload::WalkSparse => silent(loops::walk(peer, log)),
            Workload::Harvest => silent(loops::harvest(peer, log)),
        };
        self.result.is_some()
    }

    fn digest(&mut self) -> u64 {
        let logged = matches!(self.workload, Workload::WalkDense | Workload::WalkSparse | Workload::Harvest);
        let sums = matches!(self.workload, Workload::Translate(..));
        if let Some(peer) = self.peer.as_ref().filter(|_| !logged && !sums) {
            self.log.clear();
            // Who offers no walk has nothing to show, and fails the comparison.
            let _ = peer.walk(&mut self.log);
        }
        digest(self.log.words().iter().copied()).wrapping_add(self.result.unwrap_or(0))
    }
}

/// The work itself, each piece a function of its own, so that none is compiled into another.
mod loops {
    use crate::peer::{Log, Peer, Size};

    #[inline(never)]
    pub fn translate<P: Peer>(peer: &P, addresses: &[P::Address]) -> u64 {
        peer.translate_all(addresses)
    }

    #[inline(never)]
    pub fn translate_chain<P: Peer>(peer: &P, addresses: &[P::Address]) -> u64 {
        peer.translate_chain(addresses)
    }

    #[inline(never)]
    pub fn map<P: Peer>(peer: &mut P, pages: &[P::Address]) -> Option<()> {
        peer.map(pages)
    }

    #[inline(never)]
    pub fn map_blocks<P: Peer>(peer: &mut P, blocks: &[P::Address]) -> Option<()> {
        peer.map_blocks(blocks)
    }

    #[inline(never)]
    pub fn map_range<P: Peer>(peer: &mut P, size: Size, bytes: u64) -> Option<()> {
        peer.map_range(size, bytes)
    }

    #[inline(never)]
    pub fn unmap<P: Peer>(peer: &mut P, pages: &[P::Address]) -> Option<u64> {
        peer.unmap(pages)
    }

    #[inline(never)]
    pub fn unmap_range<P: Peer>(peer: &mut P, bytes: u64) -> Option<u64> {
        peer.unmap_range(bytes)
    }

    #[inline(never)]
    pub fn clear_range<P: Peer>(peer: &mut P, at: P::Address, bytes: u64) -> Option<()> {
        peer.clear_range(at, bytes)
    }

    #[inline(never)]
    pub fn clear_ranges<P: Peer>(peer: &mut P, starts: &[P::Address], bytes: u64) -> Option<()> {
        starts.iter().try_for_each(|&at| peer.clear_range(at, bytes))
    }

    #[inline(never)]
    pub fn protect<P: Peer>(peer: &mut P, pages: &[P::Address]) -> Option<()> {
        peer.protect(pages)
    }

    #[inline(never)]
    pub fn protect_range<P: Peer>(peer: &mut P, bytes: u64) -> Option<()> {
        peer.protect_range(bytes)
    }

    #[inline(never)]
    pub fn protect_range_shared<P: Peer>(peer: &P, bytes: u64) -> Option<()> {
        peer.protect_range_shared(bytes)
    }

    #[inline(never)]
    pub fn walk<P: Peer>(peer: &P, log: &mut Log) -> Option<()> {
        peer.walk(log)
    }

    #[inline(never)]
    pub fn harvest<P: Peer>(peer: &mut P, log: &mut Log) -> Option<()> {
        peer.harvest(log)
    }
}
