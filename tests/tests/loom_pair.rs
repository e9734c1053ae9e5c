//! The pair under every interleaving that loom finds: two faults on one private address, with a monitor that is
//! busy once; a reader beside a fault; two faults, and a fault and a zap, on one shared address.
//!
//! The memory's words are loom's atomics where the threads meet (the entries of one address, in every table), and
//! ordinary ones elsewhere. Pages that nobody has initialised hold an absurd present entry, so that a table which
//! is seen before it is initialised is noticed.

use loom::sync::Arc;
use loom::sync::atomic::{AtomicU64, Ordering};
use loom::thread;
use pt_core::hook::{Busy, Drained, Filled, Frozen, Occupied, Outcome, Tracked};
use pt_core::pair::{Backing, BackingOf, FaultOutcome, PageSource, Run, Side, Vm};
use pt_core::{
    Address, Gfn, Hpa, Levels as _, Memory, Page, Private, Protected, RawGpa, Record, Route, Shared, Split,
    TableAllocator, TablePage, Word, format::Access,
};
use pt_tdx::{EptLeafFields, Gpaw, Level, PrivateEpt, Pt, SeptHooks, SharedEpt, Tdx};
use std::collections::BTreeMap;
use std::sync::Mutex;

/// The index of the address in every table below the root.
const INDEX: usize = 3;
const SPLIT: u64 = 1 << 47;
const ADDRESS: u64 = 1 << 39 | (INDEX as u64) << 30 | (INDEX as u64) << 21 | (INDEX as u64) << 12;
/// What nobody has initialised: present and absurd.
const POISON: u64 = u64::MAX;

/// One entry.
enum Entry {
    /// Where threads meet.
    Watched(AtomicU64),
    /// Where only one thread comes, or the value does not matter.
    Plain(std::sync::atomic::AtomicU64),
}

impl Entry {
    fn plain(value: u64) -> Self {
        Self::Plain(std::sync::atomic::AtomicU64::new(value))
    }
}

impl Word for Entry {
    fn load(&self) -> u64 {
        match self {
            Self::Watched(word) => word.load(Ordering::Acquire),
            Self::Plain(word) => word.load(Ordering::Acquire),
        }
    }
    fn store(&self, value: u64) {
        match self {
            Self::Watched(word) => word.store(value, Ordering::Release),
            Self::Plain(word) => word.store(value, Ordering::Release),
        }
    }
    fn swap(&self, value: u64) -> u64 {
        match self {
            Self::Watched(word) => word.swap(value, Ordering::AcqRel),
            Self::Plain(word) => word.swap(value, Ordering::AcqRel),
        }
    }
    fn compare_exchange(&self, current: u64, new: u64) -> Result<(), u64> {
        match self {
            Self::Watched(word) => word.compare_exchange(current, new, Ordering::AcqRel, Ordering::Acquire).map(drop),
            Self::Plain(word) => Word::compare_exchange(word, current, new),
        }
    }
}

/// A few table pages, and which of them are free.
struct Pool {
    pages: Vec<(Vec<Entry>, Record<Entry>)>,
    /// Loom's lock: whoever is handed a page has seen all that was written to it before.
    free: loom::sync::Mutex<Vec<usize>>,
}

impl Pool {
    fn new(pages: usize) -> Self {
        let root_index = (ADDRESS >> 39) as usize;
        let shared_root_index = ((SPLIT | ADDRESS) >> 39) as usize & 511;
        let watched = |index| index == INDEX || index == root_index || index == shared_root_index;
        let entry = |index| if watched(index) { Entry::Watched(AtomicU64::new(POISON)) } else { Entry::plain(POISON) };
        let page = || ((0..512).map(entry).collect(), Record { partner: Entry::plain(0), live: Entry::plain(0) });
        Self { pages: (0..pages).map(|_| page()).collect(), free: loom::sync::Mutex::new((0..pages).rev().collect()) }
    }

    fn in_use(&self) -> usize {
        self.pages.len() - self.free.lock().unwrap().len()
    }
}

/// A handle that is both the memory and the allocator of a VM.
#[derive(Clone)]
struct Tables(Arc<Pool>);

impl Memory for Tables {
    type Word = Entry;
    fn word(&self, table: Hpa, index: usize) -> &Entry {
        &self.0.pages[(table.as_u64() >> 12) as usize - 1].0[index]
    }
    fn record(&self, table: Hpa) -> &Record<Entry> {
        &self.0.pages[(table.as_u64() >> 12) as usize - 1].1
    }
}

impl TableAllocator for Tables {
    fn allocate(&self, order: u32) -> Option<Hpa> {
        assert_eq!(order, 0);
        self.0.free.lock().unwrap().pop().map(|page| Hpa::new((page as u64 + 1) << 12))
    }
    fn free(&self, block: Hpa, _order: u32) {
        let page = (block.as_u64() >> 12) as usize - 1;
        let mut free = self.0.free.lock().unwrap();
        assert!(!free.contains(&page), "{block} is freed twice");
        free.push(page);
    }
}

/// A monitor that insists on one hook at a time for an entry, parents first; busy at one call.
struct Monitor {
    entries: Mutex<BTreeMap<(u8, u64), Hpa>>,
    calls: Mutex<u32>,
    busy_at: u32,
    /// A point where loom switches threads while an entry is frozen, and a count of the hooks in flight.
    in_flight: AtomicU64,
}

impl Monitor {
    fn install(&self, at: &Frozen<PrivateEpt>, frame: Hpa) -> Result<(), Busy> {
        // All threads fault on the same address and its tables, one below the other.
        assert_eq!(self.in_flight.fetch_add(1, Ordering::Relaxed), 0, "two hooks at once for {at:?}");
        let number = at.level().number();
        let call = {
            let mut calls = self.calls.lock().unwrap();
            *calls += 1;
            *calls - 1
        };
        let answer = if call == self.busy_at {
            Err(Busy)
        } else {
            let mut entries = self.entries.lock().unwrap();
            assert!(
                number == 3 || entries.keys().any(|&(parent, _)| parent == number + 1),
                "level {number} before its parent"
            );
            assert_eq!(entries.insert((number, at.address().as_u64()), frame), None, "a second hook for {at:?}");
            Ok(())
        };
        assert_eq!(self.in_flight.fetch_sub(1, Ordering::Relaxed), 1);
        answer
    }
}

fn outcome<K: pt_core::hook::Hook<Done = (), Busy = Busy>>(answer: Result<(), Busy>) -> Outcome<K> {
    answer.map_or_else(Outcome::Busy, Outcome::Done)
}

macro_rules! never {
    ($($method:ident($($argument:ident: $type:ty),*) -> $marker:ident;)*) => {$(
        fn $method(&self, $($argument: $type),*) -> Outcome<pt_tdx::$marker> {
            $(let _ = $argument;)*
            panic!("a fault does not call {}", stringify!($method))
        }
    )*};
}

impl SeptHooks for Monitor {
    fn sept_add(&self, at: &Frozen<PrivateEpt>, table: &TablePage<Protected>) -> Outcome<pt_tdx::SeptAdd> {
        outcome(self.install(at, table.frame()))
    }
    fn page_aug(&self, at: &Frozen<PrivateEpt>, page: Hpa) -> Outcome<pt_tdx::PageAug> {
        outcome(self.install(at, page))
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

/// The host's memory as one thread sees it: gives pages of 4 KiB, and counts those that are with the guest.
struct Host {
    side: Side,
    frame: u64,
    given: i32,
}

impl Host {
    const fn new(side: Side, thread: u64) -> Self {
        Self { side, frame: (1 << 30) + (thread << 12), given: 0 }
    }
}

impl PageSource<Tdx> for Host {
    fn backing(&mut self, _frame: Gfn) -> BackingOf<Tdx> {
        let largest = Level::Pt;
        match self.side {
            Side::Private => Backing::Private { largest },
            Side::Shared => Backing::Shared {
                largest,
                attributes: EptLeafFields { read: true, write: true, ..EptLeafFields::default() },
            },
        }
    }
    fn private_page<L: pt_core::Level>(&mut self, _first: Gfn) -> Option<Page<Private, L>> {
        self.given += 1;
        Page::new(Hpa::new(self.frame)).ok()
    }
    fn give_back<L: pt_core::Level>(&mut self, _first: Gfn, page: Page<Private, L>) {
        assert_eq!(page.into_frame().as_u64(), self.frame);
        self.given -= 1;
    }
    fn shared_page<L: pt_core::Level>(&mut self, _first: Gfn) -> Option<Page<Shared, L>> {
        Page::new(Hpa::new(self.frame)).ok()
    }
}

type LoomVm = Vm<Tdx, Run, Tables, Tables, Monitor>;

fn vm(busy_at: u32) -> (Arc<Pool>, Arc<LoomVm>) {
    // Two roots, and what two faults can need at once: three tables each, with a partner in the private half.
    let pool = Arc::new(Pool::new(2 + 12));
    let tables = Tables(Arc::clone(&pool));
    let monitor = Monitor { entries: Mutex::default(), calls: Mutex::default(), busy_at, in_flight: AtomicU64::new(0) };
    let vm = Vm::build(Gpaw::Bits48, tables.clone(), tables, monitor).unwrap();
    (pool, Arc::new(vm.finalise()))
}

/// Faults once on the private address. Returns whether it was mapped, and how many pages are with the guest.
fn private_fault(vm: &LoomVm, thread: u64) -> (FaultOutcome<Level>, i32) {
    let mut host = Host::new(Side::Private, thread);
    let outcome = vm.fault(RawGpa::new(ADDRESS), Access::READ, &mut host).unwrap();
    (outcome, host.given)
}

fn explore(preemptions: usize, model: impl Fn() + Sync + Send + 'static) {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(preemptions);
    builder.max_branches = 20_000;
    builder.check(model);
}

/// The frame that the private address is mapped to.
fn private_leaf(vm: &LoomVm) -> Option<Hpa> {
    let Ok(Route::Private(address)) = Gpaw::Bits48.route(RawGpa::new(ADDRESS)) else { panic!() };
    vm.private().reader().translate(address).map(|found| found.address)
}

#[test]
fn two_faults_on_one_private_address() {
    for busy_at in [u32::MAX, 0, 3] {
        explore(3, move || {
            let (pool, vm) = vm(busy_at);
            let other = {
                let vm = Arc::clone(&vm);
                thread::spawn(move || private_fault(&vm, 1))
            };
            let mine = private_fault(&vm, 0);
            let theirs = other.join().unwrap();
            let mut mapped = 0;
            for (outcome, given) in [mine, theirs] {
                match outcome {
                    FaultOutcome::Mapped { side: Side::Private, level: Level::Pt } => mapped += 1,
                    FaultOutcome::Spurious { .. } | FaultOutcome::Retry(_) => {}
                    other => panic!("{other:?}"),
                }
                assert_eq!(given, i32::from(matches!(outcome, FaultOutcome::Mapped { .. })));
            }
            let entries = vm.hooks().entries.lock().unwrap().clone();
            assert_eq!(mapped, u32::from(entries.keys().any(|&(level, _)| level == 0)));
            assert_eq!(private_leaf(&vm), entries.get(&(0, ADDRESS)).copied());
            // Whoever lost has given its tables back, and their partners.
            let tables = entries.keys().filter(|&&(level, _)| level > 0).count();
            assert_eq!(pool.in_use(), 2 + 2 * tables);
            // The next fault gets through.
            assert!(mapped == 1 || matches!(private_fault(&vm, 2).0, FaultOutcome::Mapped { .. }));
        });
    }
}

#[test]
fn a_reader_beside_a_private_fault_sees_nothing_or_the_page() {
    explore(4, || {
        let (_, vm) = vm(u32::MAX);
        let reader = {
            let vm = Arc::clone(&vm);
            // A table that is seen before it is initialised leads out of the memory.
            thread::spawn(move || private_leaf(&vm))
        };
        let (outcome, _) = private_fault(&vm, 0);
        assert!(matches!(outcome, FaultOutcome::Mapped { .. }));
        let page = private_leaf(&vm);
        assert_eq!(page, Some(Hpa::new(1 << 30)));
        assert!([None, page].contains(&reader.join().unwrap()));
    });
}

/// Faults once on the shared address. Returns whether this thread has mapped it.
fn shared_fault(vm: &LoomVm, thread: u64) -> bool {
    let mut host = Host::new(Side::Shared, thread);
    match vm.fault(RawGpa::new(SPLIT | ADDRESS), Access::READ, &mut host).unwrap() {
        FaultOutcome::Mapped { side: Side::Shared, level: Level::Pt } => true,
        FaultOutcome::Spurious { .. } | FaultOutcome::Retry(_) => false,
        other => panic!("{other:?}"),
    }
}

fn shared_address() -> Address<Shared> {
    match Gpaw::Bits48.route(RawGpa::new(SPLIT | ADDRESS)) {
        Ok(Route::Shared(address)) => address,
        other => panic!("{other:?}"),
    }
}

/// Zaps the shared page. Returns the frame that was mapped, flushed.
fn zap(vm: &LoomVm) -> Option<Hpa> {
    struct NoCpu;
    impl pt_core::Invalidate<SharedEpt> for NoCpu {
        fn invalidate(&mut self, _scope: pt_core::flush::Scope<Shared>) {}
    }
    vm.zap_shared::<Pt>(shared_address()).ok().map(|stale| stale.flush(&mut NoCpu).frame)
}

#[test]
fn two_faults_on_one_shared_address() {
    explore(4, || {
        let (pool, vm) = vm(u32::MAX);
        let other = {
            let vm = Arc::clone(&vm);
            thread::spawn(move || shared_fault(&vm, 1))
        };
        let mapped = u32::from(shared_fault(&vm, 0)) + u32::from(other.join().unwrap());
        assert_eq!(mapped, 1);
        // The two roots, and one table a level.
        assert_eq!(pool.in_use(), 2 + 3);
        assert!(vm.hooks().entries.lock().unwrap().is_empty());
    });
}

#[test]
fn a_fault_and_a_zap_of_one_shared_page() {
    explore(4, || {
        let (_, vm) = vm(u32::MAX);
        assert!(shared_fault(&vm, 0));
        let zapper = {
            let vm = Arc::clone(&vm);
            thread::spawn(move || (zap(&vm), zap(&vm)))
        };
        let mapped = shared_fault(&vm, 1);
        let (first, second) = zapper.join().unwrap();
        let left = vm.shared().reader().translate(shared_address()).map(|found| found.address);
        // Each mapping goes once: to a zap, or it is still there.
        let mut frames: Vec<_> = [first, second, left].into_iter().flatten().collect();
        frames.sort_unstable();
        let expected: &[u64] = if mapped { &[1 << 30, (1 << 30) + (1 << 12)] } else { &[1 << 30] };
        assert_eq!(frames, expected.iter().map(|&frame| Hpa::new(frame)).collect::<Vec<_>>());
    });
}
