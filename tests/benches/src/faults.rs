//! Two threads that fault pages in, each on a CPU of its own: wall time until all pages are mapped.
//!
//! The engine and the walker by hand install each entry by one compare-exchange; the other libraries want their tree
//! exclusively, so that each fault takes a spin lock. Nobody frees a table, so that readers need no guard, as in a
//! kernel whose faults run with preemption off. Each thread has table pages of its own.
//!
//! A virtual machine does not always have a core for each CPU: for seconds at a time two of them run on one. A column of
//! its own shows that: threads that calculate, share nothing and touch no memory. Only rounds count in which it says that
//! each thread had a core, see [`WholeCores`].

mod contenders;
mod threads;

use crate::measure::median;
use crate::memory::{Arena, Slot};
use crate::peer::{PAGE, START, TO_FRAME};
use crate::peers::{multiarch, x86_64_crate};
use crate::report::Cells;
use crate::workload::shuffled;
use contenders::{Arithmetic, ByHand, Engine, Locked};
use std::time::Duration;
use threads::together;

/// Who resolves faults.
const ENGINE: &str = "pt";
/// The walker by hand.
pub const HAND: &str = "hand, compare-exchange";
/// A library that wants its tree exclusively.
pub const MAPPED: &str = "x86_64 Mapped, spin lock";
const MULTIARCH: &str = "multiarch, spin lock";
/// Nobody: threads that calculate and share nothing.
pub const ARITHMETIC: &str = "arithmetic";
const COLUMNS: [&str; 5] = [ENGINE, HAND, MAPPED, MULTIARCH, ARITHMETIC];
/// The rows.
pub const ALONE: &str = "fault-in, 1 thread";
/// Two threads with half of the pages each.
pub const DISJOINT: &str = "fault-in, 2 threads, disjoint";
/// Two threads that both fault on all pages, in the same order.
pub const SAME: &str = "fault-in, 2 threads, same range";
/// Two threads that both fault on all pages, each in its own order.
pub const SAME_RANDOM: &str = "fault-in, 2 threads, same range, random orders";

/// A tree that threads fault on.
trait Faulted: Sync {
    /// An empty one in `own`, a part of `memory`, which all its tables lie in.
    fn new(memory: &Slot, own: &Slot) -> Self;
    /// Maps pages of 4 KiB, unless they are mapped.
    fn fault(&self, memory: Slot, pages: &[u64]);
    /// The byte behind an address; nothing for what has no tree.
    fn translate(&self, at: u64) -> Option<u64>;
}

/// Times all rows: nanoseconds a page that ends up mapped, as medians of the rounds that count, of which there are up to
/// `rounds`.
///
/// # Panics
/// If a page is not mapped.
#[must_use]
pub fn time(arena: &Arena, pages: u64, rounds: usize) -> Cells {
    let all: Vec<u64> = (0..pages).map(|page| START + page * PAGE).collect();
    let (first, second) = all.split_at(all.len() / 2);
    let random = shuffled(all.clone());
    let other: Vec<u64> = random.iter().rev().copied().collect();
    let rows: [(&str, Vec<&[u64]>); 4] = [
        (ALONE, vec![&all]),
        (DISJOINT, vec![first, second]),
        (SAME, vec![&all, &all]),
        (SAME_RANDOM, vec![&random, &other]),
    ];
    let mut cells = Cells::default();
    let mut cores = WholeCores::default();
    for (row, work) in rows {
        let slot = |number| arena.slot(number);
        let round = || {
            let times = [
                run::<Engine>(&slot(0), &work),
                run::<ByHand>(&slot(1), &work),
                run::<Locked<x86_64_crate::Mapped>>(&slot(2), &work),
                run::<Locked<multiarch::Multiarch>>(&slot(3), &work),
                run::<Arithmetic>(&slot(4), &work),
            ];
            times.map(|time| time.as_secs_f64() * 1e9 / pages as f64)
        };
        let share = work[0].len() as f64 / pages as f64;
        let times = cores.rounds(rounds, share, round);
        for (place, column) in COLUMNS.into_iter().enumerate() {
            let times = times.iter().map(|round| round[place]).collect();
            cells.insert(row, column, median(times).unwrap_or(f64::NAN));
        }
    }
    cells
}

/// Tells by the arithmetic, the last column, in which rounds each thread had a core to itself.
struct WholeCores {
    /// The shortest arithmetic for a page of one's own, in nanoseconds.
    best: f64,
}

impl Default for WholeCores {
    fn default() -> Self {
        Self { best: f64::MAX }
    }
}

impl WholeCores {
    /// How many times as many rounds are run as are wanted, at most.
    const PATIENCE: usize = 4;
    /// How much longer the arithmetic takes at most, than at best, with nobody else on the core. Where somebody is, it
    /// takes 1.4 times as long and more.
    const ALONE: f64 = 1.1;

    /// The rounds that count, of threads that each work on a `share` of the pages: as many as are wanted, or as there are.
    fn rounds<const N: usize>(&mut self, wanted: usize, share: f64, round: impl Fn() -> [f64; N]) -> Vec<[f64; N]> {
        let mut all = vec![];
        for _ in 0..Self::PATIENCE * wanted {
            let times = round();
            self.best = self.best.min(times[N - 1] / share);
            all.push(times);
            if all.iter().filter(|times| self.counts(times, share)).count() == wanted {
                break;
            }
        }
        if all.iter().any(|times| self.counts(times, share)) {
            all.retain(|times| self.counts(times, share));
        } else {
            eprintln!("the machine never had a core for each thread");
        }
        all
    }

    fn counts<const N: usize>(&self, times: &[f64; N], share: f64) -> bool {
        times[N - 1] <= self.best * share * Self::ALONE
    }
}

/// The time until each list of pages is mapped, by a thread of its own.
fn run<F: Faulted>(memory: &Slot, work: &[&[u64]]) -> Duration {
    let prepare = || {
        let [own, first, second] = memory.parts();
        let threads = work.iter().copied().zip([first, second]).collect();
        (F::new(memory, &own), threads)
    };
    let check = |tree: &F| {
        for &at in work.iter().copied().flatten() {
            assert!(tree.translate(at).is_none_or(|found| found == at + TO_FRAME), "a fault was lost");
        }
    };
    together(prepare, |tree, (pages, slot)| tree.fault(slot, pages), check)
}
