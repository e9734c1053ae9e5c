//! Two threads that fault pages in, each on a CPU of its own: wall time until all pages are mapped.
//!
//! The engine and the walker by hand install each entry by one compare-exchange; the other libraries want their tree
//! exclusively, so that each fault takes a spin lock. Nobody frees a table, so that readers need no guard, as in a
//! kernel whose faults run with preemption off. Each thread has table pages of its own.

use crate::machine::pin;
use crate::measure::median;
use crate::memory::{Arena, Slot, Words};
use crate::peer::{PAGE, Peer, START, TO_FRAME};
use crate::peers::engine::{Bump, NoWait, Records};
use crate::peers::entry::{FRAME, PRESENT, WRITE, index};
use crate::peers::{multiarch, x86_64_crate};
use crate::report::Cells;
use crate::workload::shuffled;
use pt_core::{DirectMap, Hpa, Page, ParallelTree, Shared, Tree, Va, Whole};
use pt_x86_64::{Features, PageEntryFields, PageTables, Paging, Pt};
use std::cell::UnsafeCell;
use std::hint::spin_loop;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// Who resolves faults.
const ENGINE: &str = "pt";
/// The walker by hand.
pub const HAND: &str = "hand, compare-exchange";
/// A library that wants its tree exclusively.
pub const MAPPED: &str = "x86_64 Mapped, spin lock";
const MULTIARCH: &str = "multiarch, spin lock";
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
    /// The byte behind an address.
    fn translate(&self, at: u64) -> u64;
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
        let mut times = [const { vec![] }; 4];
        for _ in 0..rounds {
            let slot = |number| arena.slot(number);
            let round = [
                run::<Engine>(&slot(0), &work),
                run::<ByHand>(&slot(1), &work),
                run::<Locked<x86_64_crate::Mapped>>(&slot(2), &work),
                run::<Locked<multiarch::Multiarch>>(&slot(3), &work),
            ];
            for (times, time) in times.iter_mut().zip(round) {
                times.push(time.as_secs_f64() * 1e9 / pages as f64);
            }
        }
        for (column, times) in [ENGINE, HAND, MAPPED, MULTIARCH].into_iter().zip(times) {
            cells.insert(row, column, median(times).unwrap_or(f64::NAN));
        }
    }
    cells
}

/// Runs each list of pages on a thread of its own, and returns the time from the first start to the last end.
fn run<F: Faulted>(memory: &Slot, work: &[&[u64]]) -> Duration {
    let [own, first, second] = memory.parts();
    let tree = F::new(memory, &own);
    let ready = AtomicUsize::new(0);
    let spans: Vec<(Instant, Instant)> = thread::scope(|scope| {
        let threads: Vec<_> = work
            .iter()
            .zip([first, second])
            .enumerate()
            .map(|(cpu, (pages, slot))| {
                let (tree, ready) = (&tree, &ready);
                scope.spawn(move || {
                    pin(cpu);
                    ready.fetch_add(1, Ordering::AcqRel);
                    while ready.load(Ordering::Acquire) < work.len() {
                        spin_loop();
                    }
                    let start = Instant::now();
                    tree.fault(slot, pages);
                    (start, Instant::now())
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().expect("it does not panic")).collect()
    });
    for &at in work.iter().copied().flatten() {
        assert_eq!(tree.translate(at), at + TO_FRAME, "a fault was lost");
    }
    let start = spans.iter().map(|span| span.0).min();
    let end = spans.iter().map(|span| span.1).max();
    start.zip(end).map_or(Duration::ZERO, |(start, end)| end - start)
}

/// The engine under parallel access: a guard and a cursor for each fault.
struct Engine {
    tree: ParallelTree<PageTables, DirectMap, NoWait>,
    _records: Records,
}

impl Faulted for Engine {
    fn new(memory: &Slot, own: &Slot) -> Self {
        let records = Records::new(memory);
        let tree = Tree::configured(Paging::FourLevels, Features::all(), records.map(memory), &Bump(own.clone()));
        Self { tree: ParallelTree::new(tree.expect("a page for the root"), NoWait), _records: records }
    }

    fn fault(&self, memory: Slot, pages: &[u64]) {
        let allocator = Bump(memory);
        for &at in pages {
            let _mapped = fault(&self.tree, &allocator, at);
        }
    }

    fn translate(&self, at: u64) -> u64 {
        let found = Paging::FourLevels.address(at).ok().and_then(|at| self.tree.pin().reader().translate(at));
        found.map_or(0, |found| found.address.as_u64())
    }
}

/// One fault. A page that another thread has mapped is no error.
#[inline]
fn fault<M: pt_core::Memory>(
    tree: &ParallelTree<PageTables, M, NoWait>,
    allocator: &impl pt_core::TableAllocator,
    at: u64,
) -> Option<()> {
    let address: Va = Paging::FourLevels.address(at).ok()?;
    let page = Page::<Shared, Pt>::new(Hpa::new(at + TO_FRAME)).ok()?;
    let writable = PageEntryFields { write: true, ..PageEntryFields::new() };
    tree.pin().parallel(allocator).map(address, page, writable).ok()
}

/// The walker by hand: each missing table and each page by one compare-exchange.
struct ByHand {
    root: u64,
    words: Words,
}

impl Faulted for ByHand {
    #[allow(unsafe_code, reason = "the words are only reached through tables")]
    fn new(_memory: &Slot, own: &Slot) -> Self {
        // SAFETY: tables come from slots, and only table entries are followed. Indices have nine bits.
        let (words, root) = (unsafe { Words::new() }, own.take().expect("a page for the root"));
        words.clear(root);
        Self { root, words }
    }

    fn fault(&self, memory: Slot, pages: &[u64]) {
        for &at in pages {
            let mut table = self.root;
            for level in (1..4).rev() {
                let entry = self.words.at(table, index(at, level));
                let raw = entry.load(Ordering::Acquire);
                table = if raw & PRESENT == 0 { self.link(entry, &memory) } else { raw & FRAME };
            }
            let leaf = (at + TO_FRAME) | PRESENT | WRITE;
            let entry = self.words.at(table, index(at, 0));
            if entry.load(Ordering::Relaxed) == 0 {
                let _lost = entry.compare_exchange(0, leaf, Ordering::AcqRel, Ordering::Acquire);
            }
        }
    }

    fn translate(&self, at: u64) -> u64 {
        let table = |table, level| self.words.at(table, index(at, level)).load(Ordering::Acquire) & FRAME;
        (0..4).rev().fold(self.root, table)
    }
}

impl ByHand {
    /// Links a new table, or finds the one that another thread has linked.
    #[cold]
    fn link(&self, entry: &AtomicU64, memory: &Slot) -> u64 {
        let table = memory.take().expect("a page for a table");
        self.words.clear(table);
        match entry.compare_exchange(0, table | PRESENT | WRITE, Ordering::AcqRel, Ordering::Acquire) {
            Ok(_) => table,
            Err(found) => found & FRAME,
        }
    }
}

/// A library that wants its tree exclusively, under a spin lock.
struct Locked<P> {
    taken: AtomicBool,
    peer: UnsafeCell<P>,
}

// SAFETY: the library is reached under the lock only, and its tables lie in memory that outlives it.
#[allow(unsafe_code, reason = "a lock")]
unsafe impl<P> Sync for Locked<P> {}

impl<P: Peer> Locked<P> {
    #[inline]
    #[allow(unsafe_code, reason = "a lock")]
    fn with<R>(&self, work: impl FnOnce(&mut P) -> R) -> R {
        while self.taken.compare_exchange_weak(false, true, Ordering::Acquire, Ordering::Relaxed).is_err() {
            while self.taken.load(Ordering::Relaxed) {
                spin_loop();
            }
        }
        // SAFETY: this thread has the lock.
        let result = work(unsafe { &mut *self.peer.get() });
        self.taken.store(false, Ordering::Release);
        result
    }
}

impl<P: Peer> Faulted for Locked<P> {
    fn new(_memory: &Slot, own: &Slot) -> Self {
        Self { taken: AtomicBool::new(false), peer: UnsafeCell::new(P::new(own)) }
    }

    fn fault(&self, _memory: Slot, pages: &[u64]) {
        for &at in pages {
            let _mapped = self.with(|peer| peer.map(&[P::address(at)]));
        }
    }

    fn translate(&self, at: u64) -> u64 {
        self.with(|peer| peer.translate(P::address(at)))
    }
}
