//! Two threads that fault pages in, each on a CPU of its own: wall time until all pages are mapped.
//!
//! The engine and the walker by hand install each entry by one compare-exchange; the other libraries want their tree
//! exclusively, so that each fault takes a spin lock. Nobody frees a table, so that readers need no guard, as in a
//! kernel whose faults run with preemption off. Each thread has table pages of its own.
//!
//! A virtual machine does not always have a core for each CPU: for seconds at a time two of them run on one. A column of
//! its own shows that: threads that calculate, share nothing and touch no memory. Only runs count before and after which it
//! says that each thread had a core, see `cores::WholeCores`.
//!
//! Another one shows what there is to gain: both threads exchange the same words, and there are no tables.

mod contenders;
mod cores;
mod limits;
mod parts;
mod threads;

use crate::measure::median;
use crate::memory::{Arena, Slot};
use crate::peer::{PAGE, START, TO_FRAME};
use crate::peers::engine::NoWait;
use crate::peers::{multiarch, x86_64_crate};
use crate::report::Cells;
use crate::workload::shuffled;
use contenders::{ByHand, Engine, Locked};
use cores::WholeCores;
use limits::Together;
use parts::{Epochs, Twin};
use std::time::Duration;
use threads::together;

/// Who resolves faults.
const ENGINE: &str = "pt";
/// The walker by hand.
pub const HAND: &str = "hand, compare-exchange";
/// A library that wants its tree exclusively.
pub const MAPPED: &str = "x86_64 Mapped, spin lock";
/// No tables: both threads exchange the same words.
const WORDS: &str = "the same words";
/// Threads that calculate and share nothing: nanoseconds for a page of one's own.
const ARITHMETIC: &str = "arithmetic";
/// The rows.
pub const ALONE: &str = "fault-in, 1 thread";
/// Two threads with half of the pages each.
pub const DISJOINT: &str = "fault-in, 2 threads, disjoint";
/// Two threads that both fault on all pages, in the same order.
pub const SAME: &str = "fault-in, 2 threads, same range";
/// Two threads that both fault on all pages, each in its own order.
pub const SAME_RANDOM: &str = "fault-in, 2 threads, same range, random orders";

/// A column: its name, and how long it takes until each list of pages is mapped.
type Column = (&'static str, fn(&Slot, &[&[u64]]) -> Duration);

/// Who is compared.
const CONTENDERS: [Column; 5] = [
    (ENGINE, run::<Engine<NoWait, false>>),
    (HAND, run::<ByHand>),
    (MAPPED, run::<Locked<x86_64_crate::Mapped>>),
    ("multiarch, spin lock", run::<Locked<multiarch::Multiarch>>),
    (WORDS, run::<Together<true>>),
];

/// What is between the walker by hand and the engine.
const PARTS: [Column; 10] = [
    (ENGINE, run::<Engine<NoWait, false>>),
    ("pt, error used", run::<Engine<NoWait, true>>),
    ("pt, epochs", run::<Engine<Epochs, false>>),
    (HAND, run::<ByHand>),
    ("hand, record", run::<Twin<true, false, false>>),
    ("hand, tests", run::<Twin<false, true, false>>),
    ("hand, both", run::<Twin<true, true, false>>),
    ("hand, both, error used", run::<Twin<true, true, true>>),
    (WORDS, run::<Together<true>>),
    ("the same words, not loaded first", run::<Together<false>>),
];

/// A tree that threads fault on.
trait Faulted: Sync {
    /// An empty one in `own`, a part of `memory`, which all its tables lie in.
    fn new(memory: &Slot, own: &Slot) -> Self;
    /// Maps pages of 4 KiB, unless they are mapped.
    fn fault(&self, memory: Slot, pages: &[u64]);
    /// The byte behind an address; nothing for what has no tree.
    fn translate(&self, at: u64) -> Option<u64>;
}

/// Memory for all columns: room for the tables of so many pages, three times.
#[must_use]
pub fn arena(pages: u64) -> Arena {
    Arena::new(CONTENDERS.len().max(PARTS.len()), 3 * (pages as usize / 512 + 16))
}

/// Nanoseconds that a word takes from one CPU to the other, as the median of `rounds`: what there is to share a word is
/// a multiple of this, and where the CPUs of a virtual machine are may change while it is measured.
#[must_use]
pub fn handover(rounds: usize) -> f64 {
    median((0..rounds).map(|_| limits::handover()).collect()).unwrap_or(f64::NAN)
}

/// Times all rows: nanoseconds a page that ends up mapped, as medians of the runs that count, of which there are up to `rounds`
/// or a few more.
///
/// # Panics
/// If a page is not mapped.
#[must_use]
pub fn time(arena: &Arena, pages: u64, rounds: usize) -> Cells {
    each(&CONTENDERS, arena, pages, rounds)
}

/// The same of the walker by hand with one part of the engine after the other.
///
/// # Panics
/// If a page is not mapped.
#[must_use]
pub fn take_apart(arena: &Arena, pages: u64, rounds: usize) -> Cells {
    each(&PARTS, arena, pages, rounds)
}

fn each(columns: &[Column], arena: &Arena, pages: u64, rounds: usize) -> Cells {
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
        let time = |slot: usize, run: fn(&Slot, &[&[u64]]) -> Duration| {
            let (memory, work) = (arena.slot(slot), &work);
            move || run(&memory, work).as_secs_f64() * 1e9 / pages as f64
        };
        let timed: Vec<_> = columns.iter().enumerate().map(|(slot, &(_, run))| time(slot, run)).collect();
        let medians = cores.medians(rounds, &arena.slot(0), &work, &timed);
        for (column, median) in columns.iter().map(|&(name, _)| name).chain([ARITHMETIC]).zip(medians) {
            cells.insert(row, column, median);
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
