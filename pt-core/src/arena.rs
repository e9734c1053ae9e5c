//! Table pages on the heap: physical memory for tests, emulators and VMMs.
//!
//! An [`Arena`] stands for a run of host-physical memory that holds table pages and nothing else. It is the
//! [`Memory`] of a tree and its [`TableAllocator`] at once, is checked at every access, and can be shared between
//! threads. An emulated CPU reads the same words by their physical address, without the engine.
//!
//! Freed pages are used again first, and in debug builds they are filled with ones, so that whoever still reads
//! one notices.
#![forbid(unsafe_code)]

use crate::address::{Hpa, PAGE_SHIFT};
use crate::allocator::TableAllocator;
use crate::memory::{Memory, Record};
use core::fmt;
use core::sync::atomic::{AtomicU64, Ordering};
use std::boxed::Box;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::vec::Vec;

/// 64-bit words in a page.
const WORDS: usize = 1 << (PAGE_SHIFT - 3);
/// What a page holds that nobody has initialised: present and absurd in every format.
const POISON: u64 = u64::MAX;
/// The largest order that can be allocated.
const MAX_ORDER: u32 = 10;

/// A run of host-physical memory for table pages.
pub struct Arena {
    base: Hpa,
    words: Box<[AtomicU64]>,
    records: Box<[Record<AtomicU64>]>,
    state: Mutex<State>,
}

struct State {
    /// Free blocks of each order, by their first page; the last one is handed out next.
    free: [Vec<usize>; MAX_ORDER as usize + 1],
    /// For each page that begins a block in use, the order of that block.
    used: Box<[Option<u32>]>,
    pages_in_use: usize,
    peak: usize,
    /// How many more allocations succeed, if they are limited.
    allowed: Option<usize>,
}

impl Arena {
    /// Memory of `bytes` at the physical address `base`.
    ///
    /// # Panics
    /// If `base` or `bytes` is not a multiple of 4096, or the end lies beyond the 64-bit address space.
    #[must_use]
    pub fn new(base: Hpa, bytes: usize) -> Self {
        assert!(base.is_aligned(PAGE_SHIFT), "the base {base} is not aligned to 4 KiB");
        assert!(bytes.is_multiple_of(1 << PAGE_SHIFT), "{bytes:#x} bytes are not a multiple of 4 KiB");
        assert!(base.checked_add(bytes as u64).is_some(), "{bytes:#x} bytes at {base} leave the address space");
        let pages = bytes >> PAGE_SHIFT;
        let mut free = core::array::from_fn(|_| Vec::new());
        fill(&mut free, base.as_u64() >> PAGE_SHIFT, pages);
        Self {
            base,
            words: (0..pages * WORDS).map(|_| AtomicU64::new(POISON)).collect(),
            records: (0..pages).map(|_| Record::default()).collect(),
            state: Mutex::new(State {
                free,
                used: (0..pages).map(|_| None).collect(),
                pages_in_use: 0,
                peak: 0,
                allowed: None,
            }),
        }
    }

    /// The physical address of the first page.
    #[must_use]
    pub const fn base(&self) -> Hpa {
        self.base
    }

    /// How many pages of 4 KiB there are.
    #[must_use]
    pub const fn pages(&self) -> usize {
        self.records.len()
    }

    /// How many pages of 4 KiB are allocated.
    #[must_use]
    pub fn pages_in_use(&self) -> usize {
        self.state().pages_in_use
    }

    /// The largest number of pages that were allocated at a time.
    #[must_use]
    pub fn peak(&self) -> usize {
        self.state().peak
    }

    /// Whether a block that begins at `frame` is allocated.
    #[must_use]
    pub fn is_in_use(&self, frame: Hpa) -> bool {
        self.page(frame).is_some_and(|page| self.state().used[page].is_some())
    }

    /// Lets the next `allowed` allocations succeed and refuses all after them, so that a test can run out of
    /// memory anywhere. `None` lifts the limit.
    pub fn limit_allocations(&self, allowed: Option<usize>) {
        self.state().allowed = allowed;
    }

    /// The word at a physical address, as a CPU's page walker sees it; for setting accessed and dirty bits too.
    /// `None` outside the arena, or if the address is not a multiple of 8.
    #[must_use]
    pub fn word_at(&self, address: Hpa) -> Option<&AtomicU64> {
        let bytes = address.as_u64().wrapping_sub(self.base.as_u64());
        if bytes.is_multiple_of(8) { self.words.get(usize::try_from(bytes >> 3).ok()?) } else { None }
    }

    /// The value at a physical address. `None` as for [`word_at`](Self::word_at).
    #[must_use]
    pub fn read(&self, address: Hpa) -> Option<u64> {
        self.word_at(address).map(|word| word.load(Ordering::Acquire))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The number of the page that begins at `frame`.
    fn page(&self, frame: Hpa) -> Option<usize> {
        let page = usize::try_from(frame.as_u64().wrapping_sub(self.base.as_u64()) >> PAGE_SHIFT).ok()?;
        (frame.is_aligned(PAGE_SHIFT) && page < self.pages()).then_some(page)
    }
}

/// Cuts a run of pages into naturally aligned blocks, the lowest to be handed out first.
fn fill(free: &mut [Vec<usize>], first_frame: u64, pages: usize) {
    let mut end = pages;
    while end > 0 {
        let alignment = (first_frame + end as u64).trailing_zeros();
        let order = alignment.min(end.ilog2()).min(MAX_ORDER);
        end -= 1 << order;
        free[order as usize].push(end);
    }
}

impl State {
    /// Takes a block of `order`: a free one, or the first part of a larger one.
    fn take(&mut self, order: u32) -> Option<usize> {
        let larger = (order..=MAX_ORDER).find(|&larger| !self.free[larger as usize].is_empty())?;
        let block = self.free[larger as usize].pop()?;
        for rest in order..larger {
            self.free[rest as usize].push(block + (1 << rest));
        }
        Some(block)
    }
}

/// Blocks are split when smaller ones are asked for, and not merged again.
impl TableAllocator for Arena {
    fn allocate(&self, order: u32) -> Option<Hpa> {
        let mut state = self.state();
        let allowed = state.allowed.map(|allowed| allowed.checked_sub(1));
        let page = match allowed {
            Some(None) => return None,
            _ => state.take(order)?,
        };
        state.allowed = allowed.flatten();
        state.used[page] = Some(order);
        state.pages_in_use += 1 << order;
        state.peak = state.peak.max(state.pages_in_use);
        self.base.checked_add((page as u64) << PAGE_SHIFT)
    }

    /// # Panics
    /// If the block is not one that is in use with this order: whoever frees it twice would corrupt a tree.
    fn free(&self, block: Hpa, order: u32) {
        let Some(page) = self.page(block) else { panic!("{block} is not a page of the arena at {}", self.base) };
        let mut state = self.state();
        let used = state.used[page];
        assert!(used == Some(order), "{block} is freed with order {order}, but in use with {used:?}");
        if cfg!(debug_assertions) {
            for word in &self.words[page * WORDS..][..WORDS << order] {
                word.store(POISON, Ordering::Relaxed);
            }
        }
        state.used[page] = None;
        state.pages_in_use -= 1 << order;
        state.free[order as usize].push(page);
    }
}

/// # Panics
/// Both methods panic outside the arena.
impl Memory for Arena {
    type Word = AtomicU64;

    #[inline]
    fn word(&self, table: Hpa, index: usize) -> &AtomicU64 {
        // A frame below the base wraps, and is refused by the bounds check.
        &self.words[(table.as_u64().wrapping_sub(self.base.as_u64()) >> 3) as usize + index]
    }

    #[inline]
    fn record(&self, table: Hpa) -> &Record<AtomicU64> {
        &self.records[(table.as_u64().wrapping_sub(self.base.as_u64()) >> PAGE_SHIFT) as usize]
    }
}

impl<Inner: TableAllocator + ?Sized> TableAllocator for Arc<Inner> {
    fn allocate(&self, order: u32) -> Option<Hpa> {
        (**self).allocate(order)
    }
    fn free(&self, block: Hpa, order: u32) {
        (**self).free(block, order);
    }
}

impl fmt::Debug for Arena {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Arena({} pages at {}, {} in use)", self.pages(), self.base, self.pages_in_use())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    const PAGE: u64 = 1 << PAGE_SHIFT;

    fn arena(first_frame: u64, pages: usize) -> Arena {
        Arena::new(Hpa::new(first_frame * PAGE), pages << PAGE_SHIFT)
    }

    #[test]
    fn every_page_is_handed_out_once_and_lies_inside() {
        for (first_frame, pages) in [(0, 1), (1, 7), (3, 64), (1 << 20, 2048), (5, 3000)] {
            let arena = arena(first_frame, pages);
            let frames: BTreeSet<Hpa> = core::iter::from_fn(|| arena.allocate(0)).collect();
            assert_eq!(frames.len(), pages);
            assert_eq!(frames.first().unwrap().as_u64(), first_frame * PAGE);
            assert_eq!(frames.last().unwrap().as_u64(), (first_frame + pages as u64 - 1) * PAGE);
            assert_eq!((arena.pages_in_use(), arena.peak()), (pages, pages));
            for &frame in &frames {
                assert!(arena.is_in_use(frame));
                arena.free(frame, 0);
            }
            assert_eq!((arena.pages_in_use(), arena.peak()), (0, pages));
        }
    }

    #[test]
    fn blocks_are_aligned_to_their_size_and_do_not_overlap() {
        let arena = arena(3, 200);
        let mut covered = BTreeSet::new();
        for order in [0, 4, 1, 2, 0, 3, 4, 0, 5, 1] {
            let block = arena.allocate(order).unwrap();
            assert!(block.is_aligned(PAGE_SHIFT + order), "{block} of order {order}");
            for page in 0..1 << order {
                assert!(covered.insert(block.as_u64() + page * PAGE), "page {page} of {block} was in use");
            }
        }
        assert_eq!(arena.pages_in_use(), covered.len());
        assert_eq!(arena.allocate(MAX_ORDER + 1), None);
    }

    #[test]
    fn a_freed_page_is_used_again_first() {
        let arena = arena(16, 4);
        let first = arena.allocate(0).unwrap();
        arena.allocate(0).unwrap();
        arena.free(first, 0);
        assert!(!arena.is_in_use(first));
        assert_eq!(arena.allocate(0), Some(first));
    }

    #[test]
    fn allocations_fail_after_the_limit_and_when_nothing_is_left() {
        let arena = arena(0, 3);
        arena.limit_allocations(Some(1));
        assert!(arena.allocate(0).is_some());
        assert_eq!(arena.allocate(0), None);
        assert_eq!(arena.allocate(0), None);
        arena.limit_allocations(None);
        assert!(arena.allocate(0).is_some());
        assert!(arena.allocate(0).is_some());
        assert_eq!(arena.allocate(0), None);
        assert_eq!(arena.pages_in_use(), 3);
    }

    #[test]
    fn a_cpu_reads_what_the_engine_writes() {
        let arena = arena(0x10, 2);
        let (table, other) = (Hpa::new(0x10 * PAGE), Hpa::new(0x11 * PAGE));
        arena.word(other, 3).store(42, Ordering::Release);
        assert_eq!(arena.read(Hpa::new(0x11018)), Some(42));
        assert_eq!(arena.read(Hpa::new(0x1101c)), None, "not a multiple of 8");
        assert_eq!(arena.read(Hpa::new(0xfff8)), None, "below");
        assert_eq!(arena.read(Hpa::new(0x12000)), None, "above");
        arena.record(table).live.store(7, Ordering::Release);
        assert_eq!(arena.record(other).live.load(Ordering::Acquire), 0);
    }

    #[test]
    #[should_panic(expected = "is freed with order 0, but in use with None")]
    fn a_page_is_not_freed_twice() {
        let arena = arena(0, 2);
        let page = arena.allocate(0).unwrap();
        arena.free(page, 0);
        arena.free(page, 0);
    }

    #[test]
    #[should_panic(expected = "index out of bounds")]
    fn a_frame_below_the_arena_is_refused() {
        let _ = arena(16, 2).word(Hpa::new(15 * PAGE), 0);
    }
}
