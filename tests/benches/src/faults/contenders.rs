//! Who resolves the faults of two threads.

use super::Faulted;
use crate::memory::{Slot, Words};
use crate::peer::{Peer, TO_FRAME};
use crate::peers::engine::{Bump, NoWait, Records};
use crate::peers::entry::{FRAME, PRESENT, WRITE, index};
use pt_core::{DirectMap, Hpa, Page, ParallelTree, Shared, Tree, Va, Whole};
use pt_x86_64::{Features, PageEntryFields, PageTables, Paging, Pt};
use std::cell::UnsafeCell;
use std::hint::{black_box, spin_loop};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// The engine under parallel access: a guard and a cursor for each fault.
pub(super) struct Engine {
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

    fn translate(&self, at: u64) -> Option<u64> {
        let found = Paging::FourLevels.address(at).ok().and_then(|at| self.tree.pin().reader().translate(at));
        Some(found.map_or(0, |found| found.address.as_u64()))
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
    tree.pin().map(allocator, address, page, writable).ok()
}

/// The walker by hand: each missing table and each page by one compare-exchange.
pub(super) struct ByHand {
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

    fn translate(&self, at: u64) -> Option<u64> {
        let table = |table, level| self.words.at(table, index(at, level)).load(Ordering::Acquire) & FRAME;
        Some((0..4).rev().fold(self.root, table))
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
pub(super) struct Locked<P> {
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

    fn translate(&self, at: u64) -> Option<u64> {
        Some(self.with(|peer| peer.translate(P::address(at))))
    }
}

/// No tree: each thread calculates for about as long as its faults take, and lets the multiplier of its core never rest:
/// two threads on one core take twice as long.
pub(super) struct Arithmetic;

impl Faulted for Arithmetic {
    fn new(_memory: &Slot, _own: &Slot) -> Self {
        Self
    }

    fn fault(&self, _memory: Slot, pages: &[u64]) {
        let mut sums = [0_u64; 8];
        for &at in pages {
            for sum in &mut sums {
                *sum = (*sum ^ at).wrapping_mul(0x9e37_79b9_7f4a_7c15);
            }
        }
        black_box(sums);
    }

    fn translate(&self, _at: u64) -> Option<u64> {
        None
    }
}
