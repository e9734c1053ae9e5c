//! The engine's private maps: a VM whose monitor does whatever it is asked to.

use crate::contender::Contender;
use crate::memory::Slot;
use crate::peer::{BLOCK, PAGE, TO_FRAME};
use crate::peers::engine::{Bump, Records};
use crate::workload::digest;
use pt_core::format::Access;
use pt_core::hook::{Drained, Filled, Frozen, FrozenRow, Hook, Occupied, Outcome, Partial, Tracked};
use pt_core::pair::{Backing, BackingOf, FaultOutcome, PageSource, Run, Vm};
use pt_core::{
    DirectMap, Gfn, Gpa, Hpa, Level, Page, Private, Protected, RawGpa, Route, Shared, Split, TablePage, Tree,
};
use pt_tdx::{Gpaw, PrivateEpt, Pt, SeptHooks, Tdx};
use std::convert::Infallible;

/// Private tables.
pub(super) type PrivateTree = Tree<PrivateEpt, DirectMap>;
/// A monitor that is called once for the pages of a table: from which frame on.
pub(super) type OnTable = dyn Fn(&FrozenRow<PrivateEpt>, Hpa) -> Outcome<MapRow>;

/// What it answers.
#[derive(Debug)]
pub(super) enum MapRow {}
impl Hook for MapRow {
    const NAME: &'static str = "map_row";
    type Levels = pt_tdx::Level;
    type Done = ();
    type Partial = Partial;
    type Busy = Infallible;
    type Incomplete = Infallible;
    type Stopped = Infallible;
}

/// The engine with a monitor, and how pages are mapped.
pub(super) struct Engine<M, F> {
    name: &'static str,
    slot: Slot,
    pages: Vec<Gpa<Private>>,
    monitor: M,
    map: F,
    vm: Option<Vm<Tdx, Run, DirectMap, Bump, Monitor<M>>>,
    records: Records,
}

fn private(at: u64) -> Gpa<Private> {
    match Gpaw::Bits48.route(RawGpa::new(at)) {
        Ok(Route::Private(address)) => address,
        other => panic!("{at:#x} leads to {other:?}"),
    }
}

impl<M, F> Engine<M, F>
where
    M: Fn(u64, u64) + Clone,
    F: Fn(&PrivateTree, &Monitor<M>, &[Gpa<Private>]) -> Option<()>,
{
    pub(super) fn new(name: &'static str, slot: Slot, pages: &[u64], monitor: M, map: F) -> Self {
        let (pages, records) = (pages.iter().copied().map(private).collect(), Records::new(&slot));
        Self { name, slot, pages, monitor, map, vm: None, records }
    }
}

impl<M, F> Contender for Engine<M, F>
where
    M: Fn(u64, u64) + Clone,
    F: Fn(&PrivateTree, &Monitor<M>, &[Gpa<Private>]) -> Option<()>,
{
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
        self.vm.as_ref().and_then(|vm| (self.map)(vm.private(), vm.hooks(), &self.pages)).is_some()
    }

    fn digest(&mut self) -> u64 {
        let Some(vm) = &self.vm else { return 0 };
        let frame = |&at: &Gpa<Private>| vm.private().reader().translate(at).map_or(0, |found| found.address.as_u64());
        digest(self.pages.iter().map(frame))
    }
}

#[inline(never)]
pub(super) fn map_all<M: Fn(u64, u64)>(tree: &PrivateTree, hooks: &Monitor<M>, pages: &[Gpa<Private>]) -> Option<()> {
    pages.iter().try_for_each(|&at| {
        let page = Page::<Private, Pt>::new(Hpa::new(at.as_u64() + TO_FRAME)).ok()?;
        let freeze = tree.freeze::<Pt>(at).ok()?;
        let answer = hooks.page_aug(freeze.frozen(), page.frame());
        freeze.publish(page, answer).ok().map(drop)
    })
}

/// The same with one walk and one call for all pages of a table.
#[inline(never)]
pub(super) fn map_tables(tree: &PrivateTree, call: &OnTable, pages: &[Gpa<Private>]) -> Option<()> {
    let mut left = pages;
    while let &[at, ..] = left {
        let first = Page::<Private, Pt>::new(Hpa::new(at.as_u64() + TO_FRAME)).ok()?;
        let row = tree.freeze_row::<Pt>(at, left.len()).ok()?;
        let answer = call(row.frozen(), first.frame());
        let mapped = row.publish(first, answer).ok()?;
        left = &left[mapped..];
    }
    Some(())
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
pub(super) struct Monitor<M>(M);

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
