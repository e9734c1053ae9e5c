//! One private map through the freeze protocol: freeze the entry, call the hook, publish. The tables are there.
//!
//! The engine's monitors are a static one that does nothing, one that mirrors each entry by a store, and one behind
//! `dyn`. By hand: a bare compare-exchange that installs the entry, and the protocol without a guard or an error.

use crate::contender::{Contender, Row};
use crate::memory::{Arena, Slot};
use crate::peer::{BLOCK, PAGE, Peer, START, TO_FRAME};
use crate::peers::engine::{Bump, Records};
use crate::peers::entry::{PRESENT, WRITE};
use crate::peers::hand::Hand;
use crate::workload::{Scale, digest};
use pt_core::format::Access;
use pt_core::hook::{Drained, Filled, Frozen, Hook, Occupied, Outcome, Tracked};
use pt_core::pair::{Backing, BackingOf, FaultOutcome, PageSource, Run, Vm};
use pt_core::{
    DirectMap, Gfn, Gpa, Hpa, Level, Page, Private, Protected, RawGpa, Route, Shared, Split, TablePage, Tree,
};
use pt_tdx::{Gpaw, PrivateEpt, Pt, SeptHooks, Tdx};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};

/// The name of the row.
pub const ROW: &str = "private map: freeze, hook, publish";
/// The names of its columns.
pub const STATIC: &str = "pt, static no-op";
/// See [`STATIC`].
pub const MIRROR: &str = "pt, mirror";
/// See [`STATIC`].
pub const DYN: &str = "pt, dyn no-op";
/// See [`STATIC`].
pub const BARE: &str = "hand, compare-exchange";
/// See [`STATIC`].
pub const FREEZE: &str = "hand, freeze";
/// See [`STATIC`].
pub const FREEZE_MIRROR: &str = "hand, freeze and mirror";

/// What a mirror holds: one word for each of so many pages, and the same words for those beyond.
struct Mirror(Box<[AtomicU64; 1 << 15]>);

impl Mirror {
    fn new() -> Arc<Self> {
        let words: Vec<_> = (0..1 << 15).map(|_| AtomicU64::new(0)).collect();
        Arc::new(Self(words.into_boxed_slice().try_into().expect("as many")))
    }

    #[inline(always)]
    fn store(&self, at: u64, frame: u64) {
        self.0[(at >> 12) as usize % (1 << 15)].store(frame, Relaxed);
    }
}

/// The row.
#[must_use]
pub fn row<'a>(arena: &Arena, scale: &Scale) -> Row<'a> {
    let pages: Vec<u64> = (START..START + scale.pages).step_by(PAGE as usize).filter(|at| at % BLOCK != 0).collect();
    let (mirror, other) = (Mirror::new(), Mirror::new());
    let nothing: fn(u64, u64) = |_, _| {};
    let behind_dyn: Arc<dyn Fn(u64, u64)> = Arc::new(nothing);
    let contenders: Vec<Box<dyn Contender + 'a>> = vec![
        Box::new(Engine::new(STATIC, arena.slot(0), &pages, |_, _| {})),
        Box::new(Engine::new(MIRROR, arena.slot(1), &pages, move |at, frame| mirror.store(at, frame))),
        Box::new(Engine::new(DYN, arena.slot(2), &pages, move |at, frame| behind_dyn(at, frame))),
        Box::new(ByHand::new(BARE, arena.slot(3), &pages, |entry, leaf, _| exchange(entry, leaf))),
        Box::new(ByHand::new(FREEZE, arena.slot(4), &pages, |entry, leaf, _| {
            exchange(entry, FROZEN)?;
            entry.store(leaf, Release);
            Some(())
        })),
        Box::new(ByHand::new(FREEZE_MIRROR, arena.slot(5), &pages, move |entry, leaf, at| {
            exchange(entry, FROZEN)?;
            other.store(at, leaf);
            entry.store(leaf, Release);
            Some(())
        })),
    ];
    let expected = digest(pages.iter().map(|at| at + TO_FRAME));
    Row { name: ROW.to_owned(), operations: pages.len() as u64, expected, contenders }
}

/// The engine with a monitor.
struct Engine<M> {
    name: &'static str,
    slot: Slot,
    pages: Vec<Gpa<Private>>,
    monitor: M,
    vm: Option<Vm<Tdx, Run, DirectMap, Bump, Monitor<M>>>,
    records: Records,
}

fn private(at: u64) -> Gpa<Private> {
    match Gpaw::Bits48.route(RawGpa::new(at)) {
        Ok(Route::Private(address)) => address,
        other => panic!("{at:#x} leads to {other:?}"),
    }
}

impl<M: Fn(u64, u64) + Clone> Engine<M> {
    fn new(name: &'static str, slot: Slot, pages: &[u64], monitor: M) -> Self {
        let (pages, records) = (pages.iter().copied().map(private).collect(), Records::new(&slot));
        Self { name, slot, pages, monitor, vm: None, records }
    }
}

impl<M: Fn(u64, u64) + Clone> Contender for Engine<M> {
    fn name(&self) -> &'static str {
        self.name
    }

    fn prepare(&mut self) {
        self.vm = None; // before its records
        self.records = Records::new(&self.slot);
        let (map, allocator) = (self.records.map(&self.slot), Bump(self.slot.clone()));
        let vm = Vm::build(Gpaw::Bits48, map, allocator, Monitor(self.monitor.clone())).expect("pages for the roots");
        let vm = vm.finalise();
        // The first page of each table brings the table.
        for at in self.pages.iter().filter(|at| at.as_u64() % BLOCK == PAGE) {
            let fault = vm.fault(RawGpa::new(at.as_u64() - PAGE), Access::READ, &mut Host);
            let outcome = fault.expect("nothing is in the way");
            assert!(matches!(outcome, FaultOutcome::Mapped { .. }), "{outcome:?}");
        }
        self.vm = Some(vm);
    }

    fn run(&mut self) -> bool {
        self.vm.as_ref().and_then(|vm| map_all(vm.private(), vm.hooks(), &self.pages)).is_some()
    }

    fn digest(&mut self) -> u64 {
        let Some(vm) = &self.vm else { return 0 };
        let frame = |&at: &Gpa<Private>| vm.private().reader().translate(at).map_or(0, |found| found.address.as_u64());
        digest(self.pages.iter().map(frame))
    }
}

#[inline(never)]
fn map_all<M: Fn(u64, u64)>(
    tree: &Tree<PrivateEpt, DirectMap>,
    hooks: &Monitor<M>,
    pages: &[Gpa<Private>],
) -> Option<()> {
    pages.iter().try_for_each(|&at| {
        let page = Page::<Private, Pt>::new(Hpa::new(at.as_u64() + TO_FRAME)).ok()?;
        let freeze = tree.freeze::<Pt>(at).ok()?;
        let answer = hooks.page_aug(freeze.frozen(), page.frame());
        freeze.publish(page, answer).ok().map(drop)
    })
}

/// The host's memory: every frame is private, and there is a page for each.
struct Host;

impl PageSource<Tdx> for Host {
    fn backing(&mut self, _frame: Gfn) -> BackingOf<Tdx> {
        Backing::Private { largest: pt_tdx::Level::Pt }
    }
    fn private_page<L: Level>(&mut self, first: Gfn) -> Option<Page<Private, L>> {
        Page::new(Hpa::new((first.number() << 12) + TO_FRAME)).ok()
    }
    fn give_back<L: Level>(&mut self, _first: Gfn, _page: Page<Private, L>) {}
    fn shared_page<L: Level>(&mut self, _first: Gfn) -> Option<Page<Shared, L>> {
        None
    }
}

/// A monitor that maps and links whatever it is asked to.
struct Monitor<M>(M);

/// What is not done here.
macro_rules! never {
    ($($method:ident($($argument:ident: $type:ty),*) -> $hook:ident;)*) => {$(
        fn $method(&self, $($argument: $type),*) -> Outcome<pt_tdx::$hook> {
            $(let _ = $argument;)*
            unreachable!("only faults are measured")
        }
    )*};
}

impl<M: Fn(u64, u64)> SeptHooks for Monitor<M> {
    #[inline(always)]
    fn page_aug(&self, at: &Frozen<PrivateEpt>, page: Hpa) -> Outcome<pt_tdx::PageAug> {
        self.0(at.address().as_u64(), page.as_u64());
        done()
    }
    fn sept_add(&self, _at: &Frozen<PrivateEpt>, _table: &TablePage<Protected>) -> Outcome<pt_tdx::SeptAdd> {
        done()
    }
    never! {
        page_add(at: &Frozen<PrivateEpt>, page: Hpa, source: Hpa) -> PageAdd;
        range_block(at: &Frozen<PrivateEpt, Occupied>) -> RangeBlock;
        range_unblock(at: &Tracked<PrivateEpt>) -> RangeUnblock;
        track() -> Track;
        page_remove(at: &Tracked<PrivateEpt>) -> PageRemove;
        sept_remove(at: &Drained<PrivateEpt>) -> SeptRemove;
        page_demote(at: &Tracked<PrivateEpt>, table: &Filled<PrivateEpt>) -> PageDemote;
        page_promote(at: &Tracked<PrivateEpt>) -> PagePromote;
        page_reclaim(page: Hpa) -> PageReclaim;
    }
}

#[inline(always)]
fn done<K: Hook<Done = ()>>() -> Outcome<K> {
    Outcome::Done(())
}

/// What stands in an entry that is frozen.
const FROZEN: u64 = 1 << 61;

#[inline(always)]
fn exchange(entry: &AtomicU64, new: u64) -> Option<()> {
    (entry.load(Acquire) == 0 && entry.compare_exchange(0, new, Relaxed, Relaxed).is_ok()).then_some(())
}

/// The walker by hand with a way of installing an entry: it gets the entry, the leaf and the address.
struct ByHand<F> {
    name: &'static str,
    slot: Slot,
    pages: Vec<u64>,
    install: F,
    hand: Option<Hand>,
}

impl<F: Fn(&AtomicU64, u64, u64) -> Option<()>> ByHand<F> {
    fn new(name: &'static str, slot: Slot, pages: &[u64], install: F) -> Self {
        Self { name, slot, pages: pages.to_vec(), install, hand: None }
    }
}

impl<F: Fn(&AtomicU64, u64, u64) -> Option<()>> Contender for ByHand<F> {
    fn name(&self) -> &'static str {
        self.name
    }

    fn prepare(&mut self) {
        let mut hand = Hand::new(&self.slot.clone());
        let firsts: Vec<u64> = self.pages.iter().map(|at| at - PAGE).filter(|at| at % BLOCK == 0).collect();
        hand.map(&firsts).expect("nothing is mapped");
        self.hand = Some(hand);
    }

    fn run(&mut self) -> bool {
        self.hand.as_ref().and_then(|hand| install_all(hand, &self.pages, &self.install)).is_some()
    }

    fn digest(&mut self) -> u64 {
        let Some(hand) = &self.hand else { return 0 };
        digest(self.pages.iter().map(|&at| hand.translate(at)))
    }
}

#[inline(never)]
fn install_all<F: Fn(&AtomicU64, u64, u64) -> Option<()>>(hand: &Hand, pages: &[u64], install: &F) -> Option<()> {
    pages.iter().try_for_each(|&at| {
        let entry = hand.entry(hand.last_table(at)?, at, 0);
        install(entry, (at + TO_FRAME) | PRESENT | WRITE, at)
    })
}
