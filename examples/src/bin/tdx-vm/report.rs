//! The report at the end: what happened, in numbers that belong together, and whether they do.

use crate::drawing::{Cell, Forest, size};
use crate::failure::{Checked, Failure};
use crate::frames::Count;
use crate::host::life::Ended;
use crate::options::Options;
use crate::stats::{OUTCOMES, Stats};
use crate::survey::Survey;
use pt_core::states::States;
use pt_emulated::monitor::OutcomeKind;
use pt_emulated::seamcall::LeafCounts;
use pt_tdx::{Leaf, Sept, Status};
use std::collections::BTreeMap;
use std::fmt::{self, Write};

/// Everything that the report is about.
pub struct Report<'r> {
    /// What was asked for.
    pub options: &'r Options,
    /// The name of the trace.
    pub trace: String,
    /// What the trace touches.
    pub survey: &'r Survey,
    /// What the vCPUs and the build have counted.
    pub stats: Stats,
    /// How often the leaves of the module were called, and what they answered.
    pub seamcalls: LeafCounts,
    /// How many pages the module let the guest accept.
    pub accepts: u64,
    /// The trees before teardown.
    pub forest: Forest,
    /// What came back at the end.
    pub ended: Ended,
    /// The frames of the guest: how many there may be, and where they went.
    pub frames: (usize, Count),
    /// Table pages and all other memory that is still allocated.
    pub left_over: usize,
}

impl Report<'_> {
    /// Compares the numbers that have to agree.
    ///
    /// # Errors
    /// The first two that do not.
    pub fn check(&self) -> Checked<()> {
        let Count { in_use, handed_out, came_back, .. } = self.frames.1;
        equal("frames handed out", handed_out as u64, "frames that came back", came_back as u64)?;
        equal("frames of the guest still in use", in_use as u64, "none", 0)?;
        let lost = &self.ended.lost;
        let leaked = lost.memory.tables + (lost.memory.bytes >> 12) + lost.control_pages as u64;
        equal("pages of the machine still allocated", self.left_over as u64, "leaked on purpose", leaked)?;
        equal("EPT violations", self.stats.violations, "faults resolved", self.stats.resolved_faults())?;
        let accepted = self.stats.accepted.iter().sum();
        equal("pages accepted", accepted, "TDG.MEM.PAGE.ACCEPT done", self.accepts)?;
        let mapped: u64 = self.stats.faults.iter().filter(|(kind, _)| !kind.shared).map(|(_, n)| n[0] + n[1]).sum();
        let done = |leaf: Leaf| (format!("{leaf} done"), self.seamcalls.done(leaf));
        let (name, augmented) = done(Leaf::MemPageAug);
        equal("private pages mapped by faults", mapped, &name, augmented)?;
        let (name, removed) = done(Leaf::MemPageRemove);
        equal("leaves taken away", self.stats.removed_leaves, &name, removed)?;
        // Each page of a control structure was given by a call of its own, and comes back by one.
        let control = [Leaf::MngCreate, Leaf::MngAddcx, Leaf::VpCreate, Leaf::VpAddcx];
        let given = control.into_iter().map(|leaf| self.seamcalls.done(leaf)).sum::<u64>();
        let expected = self.ended.leaves + self.ended.tables + given;
        let (name, reclaimed) = done(Leaf::PhymemPageReclaim);
        equal("leaves, tables and control pages of the TD", expected, &name, reclaimed)
    }
}

fn equal(one: &str, this: u64, other: &str, that: u64) -> Checked<()> {
    if this == that { Ok(()) } else { Err(Failure::new(format!("{one}: {this}, but {other}: {that}"))) }
}

impl fmt::Display for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.run(f)?;
        self.faults(f)?;
        self.calls(f)?;
        self.reads(f)?;
        self.tables(f)?;
        self.memory(f)?;
        self.tlb(f)
    }
}

/// A line of the report: a name, and what there is to say.
fn line(f: &mut fmt::Formatter<'_>, name: &str, text: fmt::Arguments<'_>) -> fmt::Result {
    writeln!(f, "{name:<22} {text}")
}

/// A table with numbers; the last column is the sum of the others.
fn table(f: &mut fmt::Formatter<'_>, title: &str, columns: &[&str], rows: &[(String, Vec<u64>)]) -> fmt::Result {
    let mut head = format!("{title:<25}");
    for column in columns.iter().chain(&["all"]) {
        let _ = write!(head, " {column:>11}");
    }
    writeln!(f, "\n{head}")?;
    let mut sums = vec![0; columns.len()];
    for (name, row) in rows {
        numbers(f, name, row)?;
        sums.iter_mut().zip(row).for_each(|(sum, number)| *sum += number);
    }
    numbers(f, "all", &sums)
}

fn numbers(f: &mut fmt::Formatter<'_>, name: &str, row: &[u64]) -> fmt::Result {
    write!(f, "  {name:<23}")?;
    for number in row.iter().copied().chain([row.iter().sum()]) {
        write!(f, " {number:>11}")?;
    }
    writeln!(f)
}

impl Report<'_> {
    fn run(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { options, stats, survey, .. } = self;
        let regions = survey.regions.len();
        line(f, "trace", format_args!("{}: {} accesses in {regions} regions of 2M", self.trace, survey.accesses))?;
        line(f, "run", format_args!("--vcpus {} --seed {} --fail {}", options.vcpus, options.seed, options.fail))?;
        line(
            f,
            "accesses",
            format_args!(
                "{}, {} bytes read and compared, {} written",
                stats.steps, stats.bytes_checked, stats.bytes_written
            ),
        )?;
        line(
            f,
            "seen by the host",
            format_args!(
                "{} exchanges with the device in plaintext, {} private pages as ciphertext",
                stats.exchanges, stats.spied
            ),
        )
    }

    fn faults(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rows: Vec<_> = self
            .stats
            .faults
            .iter()
            .map(|(kind, outcomes)| {
                let half = if kind.shared { "shared" } else { "private" };
                (format!("{half} {}", kind.access), outcomes.to_vec())
            })
            .collect();
        table(f, "faults", &OUTCOMES, &rows)?;
        let [small, large] = self.stats.accepted;
        line(f, "  then accepted", format_args!("{small} of 4K, {large} of 2M"))?;
        line(f, "  kicks, retries", format_args!("{}, {}", self.stats.kicks, self.stats.retries))?;
        writeln!(
            f,
            "  spurious: another vCPU was faster. retry: the monitor was busy, or another vCPU held the entry.\n  refused: \
             by the module, on purpose (--fail); both are tried again at once. starved: no frame was left, the guest gives up cold memory."
        )
    }

    fn calls(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut leaves: BTreeMap<&str, Vec<u64>> = BTreeMap::new();
        let mut statuses: BTreeMap<String, u64> = BTreeMap::new();
        for count in self.seamcalls.iter() {
            let name = count.leaf.map_or("no leaf", Leaf::name);
            let row = leaves.entry(name).or_insert_with(|| vec![0; OutcomeKind::ALL.len()]);
            if let Some(column) = OutcomeKind::ALL.iter().position(|&kind| kind == count.kind()) {
                row[column] += count.calls;
            }
            if count.status != Status::SUCCESS {
                let name = count.status.code().map_or_else(|| count.status.to_string(), |code| code.name().to_owned());
                *statuses.entry(name).or_default() += count.calls;
            }
        }
        let rows: Vec<_> = leaves.into_iter().map(|(name, row)| (name.to_owned(), row)).collect();
        table(f, "SEAMCALLs", &["done", "busy", "stopped", "interrupted", "refused"], &rows)?;
        statuses.iter().try_for_each(|(status, calls)| writeln!(f, "  {calls:>9} times {status}"))
    }

    /// The reason for the private table, in numbers.
    fn reads(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Stats { private_walks, private_reads, .. } = self.stats;
        let linked = self.seamcalls.done(Leaf::MemSeptAdd);
        // What lies behind a table that was just linked is known to be empty.
        let saved = private_reads.saturating_sub(linked);
        writeln!(f)?;
        line(f, "protected reads saved", format_args!("{saved}, against {} calls made", self.seamcalls.total()))?;
        writeln!(
            f,
            "  In {private_walks} walks (faults, pages added, leaves taken away) the VMM read {saved} entries of the \
             private table\n  that it did not know; without that table each is a call of the monitor, TDH.MEM.SEPT.RD."
        )
    }

    fn tables(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "\nbefore teardown              tables    4K leaves    2M leaves")?;
        for (column, tree) in self.forest.trees.iter().enumerate() {
            let (mut tables, mut small, mut large) = (0, 0, 0);
            for row in self.forest.rows() {
                match &row.cells[column] {
                    Some(Cell::Table { .. }) => tables += 1,
                    Some(Cell::Pages { runs, .. }) => {
                        tables += 1;
                        small += runs.iter().map(|run| run.pages).sum::<usize>();
                    }
                    Some(Cell::Block { .. }) => large += row.repeated,
                    None => {}
                }
            }
            writeln!(f, "  {:<20} {tables:>12} {small:>12} {large:>12}", tree.name)?;
        }
        Ok(())
    }

    fn memory(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { stats, ended, frames: (limit, count), .. } = self;
        let [to_shared, to_private] = stats.conversions;
        let [shared, private] = stats.converted;
        let [out, back] = stats.swapped;
        writeln!(f)?;
        line(
            f,
            "conversions",
            format_args!("{to_shared} to shared ({shared} pages), {to_private} back ({private} pages)"),
        )?;
        line(f, "blocks, tables", format_args!("{} merged, {} empty tables taken away", stats.merged, stats.pruned))?;
        line(
            f,
            "under pressure",
            format_args!("{} pages given up, {out} of them written out, {back} brought back", stats.reclaimed),
        )?;
        line(
            f,
            "frames",
            format_args!(
                "{} at most ({}), of {limit} allowed; {} handed out, {} came back",
                count.peak,
                size((count.peak as u64) << 12),
                count.handed_out,
                count.came_back
            ),
        )?;
        line(
            f,
            "teardown",
            format_args!(
                "{} pages and {} tables reclaimed, in {} rounds; {} table pages are lost to the monitor",
                ended.pages, ended.tables, ended.rounds, ended.lost.memory.tables
            ),
        )
    }

    fn tlb(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ([hits, misses, short], [flushes, dropped]) = (self.stats.tlb, self.stats.flushes);
        line(
            f,
            "TLB",
            format_args!("{hits} hits, {misses} misses ({short} short walks), {flushes} flushes of {dropped} entries"),
        )
    }
}

/// The states of pages in the protected table, for the legend of the drawing.
pub fn page_states() -> Vec<&'static str> {
    use pt_core::states::Shape;
    Sept::ALL.iter().filter(|state| state.shape() == Shape::Leaf).map(|state| state.name()).collect()
}
