//! Two threads that fault pages in, each on a CPU of its own: wall time until all pages are mapped.
//!
//! The engine and the walker by hand install each entry by one compare-exchange; the other libraries want their tree
//! exclusively, so that each fault takes a spin lock. Nobody frees a table, so that readers need no guard, as in a
//! kernel whose faults run with preemption off. Each thread has table pages of its own.

//!
//! A row of its own shows what the machine gives to two threads at all: each exchanges words of its own memory, one a
//! page, and they share nothing.

mod contenders;
mod threads;

use crate::measure::median;
use crate::memory::{Arena, Slot};
use crate::peer::{PAGE, START, TO_FRAME};
use crate::peers::{multiarch, x86_64_crate};
use crate::report::Cells;
use crate::workload::shuffled;
use contenders::{Apart, ByHand, Engine, Locked};
use std::time::Duration;
use threads::together;

/// Who resolves faults.
const ENGINE: &str = "pt";
/// The walker by hand.
pub const HAND: &str = "hand, compare-exchange";
/// A library that wants its tree exclusively.
pub const MAPPED: &str = "x86_64 Mapped, spin lock";
const MULTIARCH: &str = "multiarch, spin lock";
/// Nobody: two threads that share nothing.
pub const APART: &str = "words of one's own";
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

/// Times all rows, as medians of `rounds`: nanoseconds a page that ends up mapped.
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
    for (row, work) in rows {
        let mut times = [const { vec![] }; 5];
        for _ in 0..rounds {
            let slot = |number| arena.slot(number);
            let round = [
                run::<Engine>(&slot(0), &work),
                run::<ByHand>(&slot(1), &work),
                run::<Locked<x86_64_crate::Mapped>>(&slot(2), &work),
                run::<Locked<multiarch::Multiarch>>(&slot(3), &work),
                run::<Apart>(&slot(4), &work),
            ];
            for (times, time) in times.iter_mut().zip(round) {
                times.push(time.as_secs_f64() * 1e9 / pages as f64);
            }
        }
        for (column, times) in [ENGINE, HAND, MAPPED, MULTIARCH, APART].into_iter().zip(times) {
            cells.insert(row, column, median(times).unwrap_or(f64::NAN));
        }
    }
    cells
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
