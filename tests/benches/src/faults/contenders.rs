//! Who resolves the faults of two threads.

use super::Faulted;
use crate::memory::{Slot, Words};
use crate::peer::{Peer, TO_FRAME};
use crate::peers::engine::{Bump, Records};
use crate::peers::entry::{FRAME, PRESENT, WRITE, index};
use pt_core::{Deferred, DirectMap, Hpa, Page, ParallelTree, Shared, Tree, Va, Whole};
use pt_x86_64::{Features, PageEntryFields, PageTables, Paging, Pt};
use std::cell::UnsafeCell;
use std::hint::{black_box, spin_loop};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// The engine under parallel access: a guard for each fault. Whoever faults looks at the error if `ERROR` says so.
pub(super) struct Engine<R, const ERROR: bool> {
    tree: ParallelTree<PageTables, DirectMap, R>,
    _records: Records,
}

impl<R: Deferred + Default + Sync, const ERROR: bool> Faulted for Engine<R, ERROR> {
    fn new(memory: &Slot, own: &Slot) -> Self {
        let records = Records::new(memory);
        let tree = Tree::configured(Paging::FourLevels, Features::all(), records.map(memory), &Bump(own.clone()));
        let tree = ParallelTree::new(tree.expect("a page for the root"), R::default());
        Self { tree, _records: records }
    }

    fn fault(&self, memory: Slot, pages: &[u64]) {
        let allocator = Bump(memory);
        let writable = PageEntryFields { write: true, ..PageEntryFields::new() };
        for &at in pages {
            let address: Va = Paging::FourLevels.address(at).expect("a canonical address");
            let page = Page::<Shared, Pt>::new(Hpa::new(at + TO_FRAME)).expect("an aligned frame");
            // A page that another thread has mapped is no error.
            let mapped = self.tree.pin().map(&allocator, address, page, writable);
            if ERROR {
                let _ = black_box(mapped);
            }
        }
    }

    fn translate(&self, at: u64) -> Option<u64> {
        let found = Paging::FourLevels.address(at).ok().and_then(|at| self.tree.pin().reader().translate(at));
        Some(found.map_or(0, |found| found.address.as_u64()))
    }
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
            let _late = self.map(self.table(at, &memory), at);
        }
    }

    fn translate(&self, at: u64) -> Option<u64> {
        let table = |table, level| self.words.at(table, index(at, level)).load(Ordering::Acquire) & FRAME;
        Some((0..4).rev().fold(self.root, table))
    }
}

impl ByHand {
    /// The table of the last level for an address.
    #[inline(always)]
    pub(super) fn table(&self, at: u64, memory: &Slot) -> u64 {
        let mut table = self.root;
        for level in (1..4).rev() {
            let entry = self.words.at(table, index(at, level));
            let raw = entry.load(Ordering::Acquire);
            table = if raw & PRESENT == 0 { self.link(entry, memory) } else { raw & FRAME };
        }
        table
    }

    /// Maps a page in its table; or returns the entry that is there.
    #[inline(always)]
    pub(super) fn map(&self, table: u64, at: u64) -> Result<(), u64> {
        fill(self.words.at(table, index(at, 0)), (at + TO_FRAME) | PRESENT | WRITE)
    }

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

/// Replaces an empty entry; or returns what is there.
#[inline(always)]
pub(super) fn fill(entry: &AtomicU64, leaf: u64) -> Result<(), u64> {
    match entry.load(Ordering::Relaxed) {
        0 => entry.compare_exchange(0, leaf, Ordering::AcqRel, Ordering::Acquire).map(drop),
        raw => Err(raw),
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
