//! The goals, and whether they are met: see `README.md` for what each is about.

use crate::peer::Size;
use crate::report::Cells;
use crate::workload::{Order, Workload};
use crate::{faults, hooks, program};

/// Everything that was measured. What was not is empty.
#[derive(Debug, Default)]
pub struct Measured {
    /// Instructions an operation.
    pub instructions: Cells,
    /// The same with link-time optimisation.
    pub with_lto: Cells,
    /// Nanoseconds an operation.
    pub nanoseconds: Cells,
    /// Times as ratios to the engine's.
    pub ratios: Cells,
    /// Nanoseconds a page that two threads fault in.
    pub faults: Cells,
    /// Nanoseconds that a word takes from one CPU to the other.
    pub handover: f64,
    /// Locked operations beyond one a page, and tables linked meanwhile.
    pub locked: (i64, u64),
    /// Bytes and calls of a translation.
    pub code: Cells,
    /// Seconds of a cold build.
    pub builds: Cells,
    /// Milliseconds to expand the TDX declaration.
    pub expansion: f64,
    /// MiB in which translations were timed.
    pub translated: Vec<u64>,
}

/// A bound on something that was measured.
#[derive(Debug)]
pub struct Check {
    /// The goal that it belongs to.
    pub goal: u8,
    /// What is measured.
    pub what: String,
    /// What came out, if it was measured.
    pub value: Option<f64>,
    /// The bound.
    pub bound: Bound,
}

/// Where a value has to be.
#[derive(Copy, Clone, Debug)]
pub enum Bound {
    /// Not above.
    AtMost(f64),
    /// Not below.
    AtLeast(f64),
}

impl Check {
    /// Whether the goal is met; `None` if that was not measured.
    #[must_use]
    pub fn is_met(&self) -> Option<bool> {
        let value = (self.value? * 1000.0).round() / 1000.0;
        Some(match self.bound {
            Bound::AtMost(bound) => value <= bound,
            Bound::AtLeast(bound) => value >= bound,
        })
    }
}

const PT: &str = "pt";
const EPT: &str = "pt, EPT";
const HAND: &str = "hand";
const CHAIN: &str = "4 loads";
const MAPPED: &str = "x86_64 Mapped";
const OFFSET: &str = "x86_64 Offset";
const MULTIARCH: &str = "multiarch";
const GENERIC: &str = "pt-generic";
const PATINA: &str = "patina";
const AARCH64: &str = "aarch64-paging";

/// All checks, in the order of the goals.
#[must_use]
pub fn checks(measured: &Measured) -> Vec<Check> {
    let mut checks = Checks { measured, list: vec![] };
    checks.translate();
    checks.map();
    checks.unmap();
    checks.protect_and_walk();
    checks.faults();
    checks.hooks();
    checks.builds();
    checks.list
}

struct Checks<'m> {
    measured: &'m Measured,
    list: Vec<Check>,
}

impl Checks<'_> {
    fn add(&mut self, goal: u8, what: &str, value: Option<f64>, bound: Bound) {
        self.list.push(Check { goal, what: what.to_owned(), value, bound });
    }

    /// Instructions of one operation.
    fn instructions(&self, workload: Workload, column: &str) -> Option<f64> {
        self.measured.instructions.get(&workload.name(), column)
    }

    /// Instructions of a column as a multiple of another's.
    fn of_hand(&self, workload: Workload, column: &str) -> Option<f64> {
        Some(self.instructions(workload, column)? / self.instructions(workload, HAND)?)
    }

    /// How many times as long another library takes.
    fn slower(&self, workload: Workload, column: &str) -> Option<f64> {
        self.measured.ratios.get(&workload.name(), column)
    }

    fn slower_than_ours(&mut self, goal: u8, workload: Workload, bounds: &[(&str, f64)]) {
        for &(column, bound) in bounds {
            let what = format!("{}: time of {column} / ours", workload.name());
            self.add(goal, &what, self.slower(workload, column), Bound::AtLeast(bound));
        }
    }

    /// The largest of our times as a multiple of another's, over all sizes.
    fn worst(&self, order: Order, column: &str) -> Option<f64> {
        let times = self
            .measured
            .translated
            .iter()
            .map(|&mebibytes| self.slower(Workload::Translate(order, mebibytes), column).map(f64::recip));
        times.collect::<Option<Vec<_>>>()?.into_iter().reduce(f64::max)
    }

    fn translate(&mut self) {
        let random = Workload::Translate(Order::Random, 64);
        self.add(1, "translate: instructions / hand", self.of_hand(random, PT), Bound::AtMost(1.02));
        self.add(1, "translate, EPT: instructions / hand", self.of_hand(random, EPT), Bound::AtMost(1.02));
        let time = self.worst(Order::Random, HAND);
        self.add(1, "translate, random: time / hand, worst size", time, Bound::AtMost(1.05));
        let time = self.worst(Order::Dependent, CHAIN);
        self.add(1, "translate, dependent: time / 4 unchecked loads, worst size", time, Bound::AtMost(1.25));
        let code = &self.measured.code;
        let (bytes, calls) = (code.get(program::BYTES, PT), code.get(program::CALLS, PT));
        self.add(2, "translate out of line: bytes", bytes, Bound::AtMost(240.0));
        self.add(2, "translate out of line: calls, panics among them", calls, Bound::AtMost(0.0));
    }

    fn map(&mut self) {
        let sequential = Workload::Map(Order::Sequential);
        let count = self.instructions(sequential, PT);
        self.add(3, "map 4K in order: instructions", count, Bound::AtMost(18.0));
        self.slower_than_ours(3, sequential, &[(MAPPED, 4.0), (OFFSET, 4.0), (MULTIARCH, 4.0)]);
        let random = Workload::Map(Order::Random);
        self.add(4, "map 4K random: instructions / hand", self.of_hand(random, PT), Bound::AtMost(1.02));
        self.slower_than_ours(4, random, &[(MAPPED, 1.5), (OFFSET, 1.5)]);
        for (size, loop_bound) in [(Size::Page, 5.0), (Size::Block, 3.0)] {
            let range = Workload::MapRange(size);
            let what = format!("{}: instructions", range.name());
            self.add(5, &what, self.instructions(range, PT), Bound::AtMost(9.0));
            let bounds = [(GENERIC, 1.3), (MULTIARCH, 5.0), (MAPPED, loop_bound)];
            self.slower_than_ours(5, range, &bounds);
        }
    }

    fn unmap(&mut self) {
        let (pages, tables) = (Workload::ClearPages, Workload::ClearTables);
        let count = self.instructions(pages, PT);
        self.add(6, "unmap a range leaf by leaf: instructions", count, Bound::AtMost(8.3));
        self.slower_than_ours(6, pages, &[(GENERIC, 2.5), (MULTIARCH, 9.0)]);
        let count = self.instructions(tables, PT);
        self.add(6, "unmap a range of whole tables: instructions a page", count, Bound::AtMost(1.0));
        let time = |workload: Workload| self.measured.nanoseconds.get(&workload.name(), PT);
        let times = time(pages).zip(time(tables)).map(|(pages, tables)| pages / tables);
        self.add(6, "unmap a range: time leaf by leaf / by whole tables", times, Bound::AtLeast(20.0));
        let sequential = Workload::Unmap(Order::Sequential);
        let count = self.instructions(sequential, PT);
        self.add(7, "unmap 4K in order: instructions", count, Bound::AtMost(16.5));
        self.slower_than_ours(7, sequential, &[(MAPPED, 2.5), (GENERIC, 100.0)]);
    }

    fn protect_and_walk(&mut self) {
        let count = self.instructions(Workload::ProtectRange, PT);
        self.add(8, "protect a range: instructions", count, Bound::AtMost(9.3));
        let count = self.instructions(Workload::ProtectShared, PT);
        self.add(8, "protect a range, beside faults: instructions", count, Bound::AtMost(13.3));
        let others = [MULTIARCH, GENERIC, PATINA, AARCH64];
        let best = others.iter().filter_map(|column| self.slower(Workload::ProtectRange, column)).reduce(f64::min);
        self.add(8, "protect a range: time of the best library / ours", best, Bound::AtLeast(3.5));
        let time = self.slower(Workload::ProtectShared, HAND).map(f64::recip);
        self.add(8, "protect a range, beside faults: time / hand", time, Bound::AtMost(1.05));
        let (walk, harvest) = (Workload::WalkSparse, Workload::Harvest);
        self.add(9, "walk, sparse: instructions", self.instructions(walk, PT), Bound::AtMost(63.0));
        self.slower_than_ours(9, walk, &[(HAND, 1.3), (GENERIC, 2.0), (PATINA, 2.0)]);
        // A harvest passes over all leaves, of which one in eight is logged.
        let count = self.instructions(harvest, PT);
        self.add(9, "dirty harvest, sparse: instructions a leaf", count, Bound::AtMost(26.0));
    }

    fn faults(&mut self) {
        let (beyond, tables) = self.measured.locked;
        let each = (tables > 0).then(|| beyond as f64 / tables as f64);
        self.add(10, "fault-in: locked operations a table, beside one a page", each, Bound::AtMost(1.0));
        let time = |row, column| self.measured.faults.get(row, column);
        let ratio = |a: Option<f64>, b: Option<f64>| Some(a? / b?);
        let alone = ratio(time(faults::ALONE, PT), time(faults::ALONE, faults::HAND));
        self.add(10, "fault-in, 1 thread: time / hand, compare-exchange", alone, Bound::AtMost(1.05));
        let scaling = ratio(time(faults::ALONE, PT), time(faults::DISJOINT, PT));
        self.add(10, "fault-in, 2 threads, disjoint: speed of 1 thread ×", scaling, Bound::AtLeast(1.6));
        let locked = ratio(time(faults::SAME_RANDOM, faults::MAPPED), time(faults::SAME_RANDOM, PT));
        let what = "fault-in, 2 threads, same range: time of x86_64 Mapped, spin lock / ours";
        self.add(10, what, locked, Bound::AtLeast(5.0));
    }

    fn hooks(&mut self) {
        let count = |column| self.measured.instructions.get(hooks::ROW, column);
        let more = |a: Option<f64>, b: Option<f64>| Some(a? - b?);
        let freeze = more(count(hooks::STATIC), count(hooks::BARE));
        self.add(11, "freeze protocol: instructions beyond a bare compare-exchange", freeze, Bound::AtMost(1.0));
        let freeze = more(count(hooks::STATIC), count(hooks::CHECKED));
        let what = "freeze protocol: instructions beyond a bare compare-exchange with the same tests";
        self.add(11, what, freeze, Bound::AtMost(1.0));
        let mirror = more(count(hooks::MIRROR), count(hooks::STATIC));
        let by_hand = more(count(hooks::FREEZE_MIRROR), count(hooks::FREEZE));
        let beyond = more(mirror, by_hand);
        self.add(11, "mirror hook: instructions beyond the mirror's own", beyond, Bound::AtMost(1.0));
        let time = |column| self.measured.nanoseconds.get(hooks::ROW, column);
        let mirror = more(time(hooks::MIRROR), time(hooks::STATIC));
        let batched = more(time(hooks::BATCHED), time(hooks::STATIC));
        self.add(11, "mirror hook: nanoseconds a page", mirror, Bound::AtMost(0.2));
        self.add(11, "dyn hook, one call a table: nanoseconds a page", batched, Bound::AtMost(0.5));
    }

    fn builds(&mut self) {
        let (without, with) = (&self.measured.instructions, &self.measured.with_lto);
        let growth = |row: &String| Some((without.get(row, PT)? / with.get(row, PT)?, row.clone()));
        let worst = without.rows().iter().filter_map(growth).max_by(|a, b| a.0.total_cmp(&b.0));
        let (value, row) = worst.map_or((None, "worst row".to_owned()), |(value, row)| (Some(value), row));
        self.add(12, &format!("instructions without LTO / with: {row}"), value, Bound::AtMost(1.02));
        let seconds = |library| self.measured.builds.get(program::SECONDS, library);
        self.add(12, "cold build of a user: seconds", seconds(program::DECLARED), Bound::AtMost(4.0));
        self.add(12, "cold build of the engine alone: seconds", seconds(program::ENGINE_ALONE), Bound::AtMost(1.0));
    }
}
