//! What happened, counted. Each thread counts for itself; the sums are made at the end.

use crate::host::GPAW;
use pt_core::format::Access;
use pt_core::pair::Removed;
use pt_core::{Geometry, Levels};
use pt_tdx::Level;
use std::collections::BTreeMap;
use std::ops::AddAssign;

/// What the guest did when it faulted, and where.
#[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct FaultKind {
    /// Whether the address was a shared one.
    pub shared: bool,
    /// Reads, writes, fetches.
    pub access: &'static str,
}

/// How a fault ended.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Answer {
    /// A leaf of this level was mapped.
    Mapped(Level),
    /// Another vCPU had mapped it.
    Spurious(Level),
    /// The monitor was busy, or another vCPU is changing the entry; the walk came to this level.
    Retry(Level),
    /// The monitor refused, because it was told to; the walk came to this level.
    Refused(Level),
    /// There was no frame.
    Starved,
}

/// The columns of the outcomes of faults.
pub const OUTCOMES: [&str; 6] = ["mapped 4K", "mapped 2M", "spurious", "retry", "refused", "starved"];

impl Answer {
    const fn column(self) -> usize {
        match self {
            Self::Mapped(Level::Pt) => 0,
            Self::Mapped(_) => 1,
            Self::Spurious(_) => 2,
            Self::Retry(_) => 3,
            Self::Refused(_) => 4,
            Self::Starved => 5,
        }
    }

    const fn level(self) -> Option<Level> {
        match self {
            Self::Mapped(level) | Self::Spurious(level) | Self::Retry(level) | Self::Refused(level) => Some(level),
            Self::Starved => None,
        }
    }
}

/// Everything that is counted on the way.
#[derive(Clone, PartialEq, Default, Debug)]
pub struct Stats {
    /// Faults by kind and outcome.
    pub faults: BTreeMap<FaultKind, [u64; OUTCOMES.len()]>,
    /// Walks of the private table: faults, pages added, ranges taken away.
    pub private_walks: u64,
    /// Entries of the private table that these walks had to read.
    pub private_reads: u64,
    /// EPT violations that a vCPU left the guest with.
    pub violations: u64,
    /// Steps of the trace.
    pub steps: u64,
    /// Bytes that the guest read and compared.
    pub bytes_checked: u64,
    /// Bytes that the guest wrote.
    pub bytes_written: u64,
    /// Pages that the guest accepted, of 4 KiB and of 2 MiB.
    pub accepted: [u64; 2],
    /// Pages that were converted to shared and to private.
    pub converted: [u64; 2],
    /// Conversions to shared and to private.
    pub conversions: [u64; 2],
    /// Exchanges with the device.
    pub exchanges: u64,
    /// Private pages that the VMM looked at without the key.
    pub spied: u64,
    /// Pages of 4 KiB that the guest gave up under pressure.
    pub reclaimed: u64,
    /// Pages whose content the guest wrote out, and brought back.
    pub swapped: [u64; 2],
    /// Leaves that were taken away from the monitor.
    pub removed_leaves: u64,
    /// Tables merged into a block.
    pub merged: u64,
    /// Empty tables that were taken away.
    pub pruned: u64,
    /// Times a vCPU was made to leave.
    pub kicks: u64,
    /// Operations that were tried again because the monitor was busy or refused.
    pub retries: u64,
    /// TLB hits, misses, and misses whose walk began at a cached table.
    pub tlb: [u64; 3],
    /// TLB flushes, and what they dropped.
    pub flushes: [u64; 2],
}

impl Stats {
    /// Counts a fault.
    pub fn fault(&mut self, shared: bool, access: Access, answer: Answer) {
        let access = match access {
            Access::WRITE => "write",
            Access::EXECUTE => "fetch",
            _ => "read",
        };
        self.faults.entry(FaultKind { shared, access }).or_default()[answer.column()] += 1;
        if let Some(level) = answer.level().filter(|_| !shared) {
            self.walk(level, 0);
        }
    }

    /// Counts a page that was added while the VM was built.
    pub fn added(&mut self) {
        self.walk(Level::Pt, 0);
    }

    /// Counts a walk for leaves that were taken away: one way down, and each leaf.
    pub fn removed(&mut self, removed: Removed) {
        self.removed_leaves += removed.leaves;
        self.walk(Level::Pd, removed.leaves);
    }

    /// Counts the entries from the root down to a level, and `more` at the end.
    fn walk(&mut self, level: Level, more: u64) {
        self.private_walks += 1;
        self.private_reads += u64::from(root().number() - level.number()) + 1 + more;
    }

    /// How many faults were resolved, in one attempt or in many.
    pub fn resolved_faults(&self) -> u64 {
        let resolved =
            [Answer::Mapped(Level::Pt), Answer::Mapped(Level::Pd), Answer::Spurious(Level::Pt), Answer::Starved];
        let of =
            |outcomes: &[u64; OUTCOMES.len()]| resolved.iter().map(|answer| outcomes[answer.column()]).sum::<u64>();
        self.faults.values().map(of).sum()
    }
}

/// The level of the root table.
fn root() -> Level {
    let top = GPAW.width() - 1;
    *Level::ALL.iter().rev().find(|level| level.shift() <= top).unwrap_or(&Level::Pt)
}

impl AddAssign<&Self> for Stats {
    fn add_assign(&mut self, other: &Self) {
        for (kind, outcomes) in &other.faults {
            add(self.faults.entry(*kind).or_default(), outcomes);
        }
        for (sum, part) in [
            (&mut self.private_walks, other.private_walks),
            (&mut self.private_reads, other.private_reads),
            (&mut self.violations, other.violations),
            (&mut self.steps, other.steps),
            (&mut self.bytes_checked, other.bytes_checked),
            (&mut self.bytes_written, other.bytes_written),
            (&mut self.exchanges, other.exchanges),
            (&mut self.spied, other.spied),
            (&mut self.reclaimed, other.reclaimed),
            (&mut self.removed_leaves, other.removed_leaves),
            (&mut self.merged, other.merged),
            (&mut self.pruned, other.pruned),
            (&mut self.kicks, other.kicks),
            (&mut self.retries, other.retries),
        ] {
            *sum += part;
        }
        add(&mut self.accepted, &other.accepted);
        add(&mut self.converted, &other.converted);
        add(&mut self.conversions, &other.conversions);
        add(&mut self.swapped, &other.swapped);
        add(&mut self.tlb, &other.tlb);
        add(&mut self.flushes, &other.flushes);
    }
}

fn add<const N: usize>(sums: &mut [u64; N], parts: &[u64; N]) {
    for (sum, part) in sums.iter_mut().zip(parts) {
        *sum += part;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::address;
    use crate::host::seam::{Seam, module};
    use crate::layout::Slot;
    use pt_core::pair::{Backing, BackingOf, Build, FaultOutcome, NoVcpus, PageSink, PageSource, Vm};
    use pt_core::pair::{DirtyPage, Run};
    use pt_core::{Gfn, Gpa, Hpa, Memory, Page, Private, RawGpa, Record, Shared, Split, TableAllocator, Word};
    use pt_emulated::Machine;
    use pt_tdx::operand::TdParams;
    use pt_tdx::td::{ModuleHooks, Td};
    use pt_tdx::{Leaf, Pt, Tdx};
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU64, Ordering};

    /// A word that counts how often it is loaded.
    #[derive(Default)]
    struct Counted {
        value: AtomicU64,
        loads: AtomicU64,
    }

    impl Word for Counted {
        fn load(&self) -> u64 {
            self.loads.fetch_add(1, Ordering::Relaxed);
            Word::load(&self.value)
        }
        fn store(&self, value: u64) {
            Word::store(&self.value, value);
        }
        fn swap(&self, value: u64) -> u64 {
            Word::swap(&self.value, value)
        }
        fn compare_exchange(&self, current: u64, new: u64) -> Result<(), u64> {
            Word::compare_exchange(&self.value, current, new)
        }
    }

    const MEMORY: usize = 4 << 20;

    /// The VMM's tables, beside the machine that the frames are from: no CPU reads them in this test.
    struct Tables {
        words: Vec<Counted>,
        records: Vec<Record<Counted>>,
    }

    impl Tables {
        fn new() -> Self {
            let words = (0..MEMORY / 8).map(|_| Counted::default()).collect();
            Self { words, records: (0..MEMORY >> 12).map(|_| Record::default()).collect() }
        }

        /// How many entries were loaded since the last time.
        fn take_loads(&self) -> u64 {
            self.words.iter().map(|word| word.loads.swap(0, Ordering::Relaxed)).sum()
        }
    }

    impl Memory for Tables {
        type Word = Counted;
        fn word(&self, table: Hpa, index: usize) -> &Counted {
            &self.words[table.as_u64() as usize / 8 + index]
        }
        fn record(&self, table: Hpa) -> &Record<Counted> {
            &self.records[table.as_u64() as usize >> 12]
        }
    }

    struct Pages<'h>(&'h Machine);

    impl PageSource<Tdx> for Pages<'_> {
        fn backing(&mut self, _frame: Gfn) -> BackingOf<Tdx> {
            Backing::Private { largest: Level::Pt }
        }
        fn private_page<L: pt_core::Level>(&mut self, _first: Gfn) -> Option<Page<Private, L>> {
            Page::new(self.0.allocate(0)?).ok()
        }
        fn give_back<L: pt_core::Level>(&mut self, _first: Gfn, page: Page<Private, L>) {
            self.0.free(page.into_frame(), 0);
        }
        fn shared_page<L: pt_core::Level>(&mut self, _first: Gfn) -> Option<Page<Shared, L>> {
            None
        }
    }

    impl PageSink for Pages<'_> {
        fn take<L: pt_core::Level>(&mut self, _address: Gpa<Private>, page: DirtyPage<L>) {
            self.0.free(page.frame(), 0);
        }
    }

    type TestVm<'h, Phase> = Vm<Tdx, Phase, &'h Tables, &'h Machine, ModuleHooks<Seam<'h>>>;

    fn fault(vm: &TestVm<'_, Run>, machine: &Machine, page: u64, stats: &mut Stats) {
        let outcome = vm.fault(RawGpa::new(page << 12), Access::READ, &mut Pages(machine)).unwrap();
        let answer = match outcome {
            FaultOutcome::Mapped { level, .. } => Answer::Mapped(level),
            FaultOutcome::Spurious { level, .. } => Answer::Spurious(level),
            other => panic!("{other:?}"),
        };
        stats.fault(false, Access::READ, answer);
    }

    #[test]
    fn the_reads_that_are_counted_are_loads_of_private_entries() {
        let machine = Arc::new(Machine::new(Hpa::new(0), MEMORY));
        let module = module(&machine, 1);
        let seam = Seam { machine: &machine, module: &module };
        let keyed = Td::create(seam, seam.keys().next().unwrap()).unwrap().configure_key().unwrap();
        let mut td = keyed.add_control_pages().unwrap().init(&TdParams::new(GPAW)).unwrap();
        let _vcpu = td.create_vcpu(0).unwrap();
        let (tables, mut stats) = (Tables::new(), Stats::default());
        let mut vm: TestVm<'_, Build> =
            Vm::build(GPAW, &tables, &*machine, ModuleHooks::new(seam, td.tdr(), td.key())).unwrap();
        let source = machine.allocate(0).unwrap();
        tables.take_loads();

        let page = Page::<Private, Pt>::new(machine.allocate(0).unwrap()).unwrap();
        vm.add_page(address::<Private>(Slot(0), 0).unwrap(), page, Page::new(source).unwrap()).unwrap();
        stats.added();
        assert_eq!(tables.take_loads(), stats.private_reads);

        let _td = td.finalize().unwrap();
        let mut vm = vm.finalise();
        // A page beside the first; one behind a new table, and behind three; and one that is there already.
        for page in [1, 512, 1 << 30, 1] {
            let before = stats.private_reads;
            fault(&vm, &machine, page, &mut stats);
            assert_eq!(tables.take_loads(), stats.private_reads - before, "page {page:#x}");
        }
        let linked = module.counts().done(Leaf::MemSeptAdd);
        assert_eq!((stats.private_walks, stats.private_reads, linked), (5, 20, 3 + 1 + 3));

        let before = stats.private_reads;
        let range = GPAW.range(address::<Private>(Slot(0), 0).unwrap(), 2 << 12).unwrap();
        stats.removed(vm.convert_to_shared(range, &mut NoVcpus, &mut Pages(&machine)).unwrap());
        let (counted, loads) = (stats.private_reads - before, tables.take_loads());
        assert_eq!(counted, 3 + 2, "down to the table, and two leaves");
        assert!(counted <= loads, "the engine itself looks {loads} times");
    }

    #[test]
    fn sums_have_every_part() {
        let mut part = Stats { steps: 2, accepted: [1, 2], ..Stats::default() };
        part.fault(true, Access::WRITE, Answer::Mapped(Level::Pd));
        let mut sum = part.clone();
        sum += &part;
        assert_eq!((sum.steps, sum.accepted, sum.resolved_faults()), (4, [2, 4], 2));
        assert_eq!(sum.private_reads, 0, "the shared table is no private one");
    }
}
