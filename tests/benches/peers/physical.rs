//! Physical memory for page tables: pages on the heap that stand for the first frames, and a bump allocator.

use std::cell::Cell;
use std::sync::atomic::AtomicU64;

/// Room for the tables of 1 GiB in pages of 4 KiB, and some more.
const PAGES: usize = 1024;

#[repr(align(4096))]
struct TablePage(#[allow(dead_code, reason = "reached by address")] [AtomicU64; 512]);

/// Pages for tables.
pub struct Physical {
    pages: Box<[TablePage]>,
    next: Cell<u64>,
}

impl Physical {
    pub fn new() -> Self {
        let page = || TablePage([const { AtomicU64::new(0) }; 512]);
        Self { pages: (0..PAGES).map(|_| page()).collect(), next: Cell::new(0) }
    }

    /// Where physical address 0 is.
    pub fn base(&self) -> *const AtomicU64 {
        self.pages.as_ptr().cast()
    }

    /// How many pages there are.
    pub fn pages(&self) -> usize {
        self.pages.len()
    }

    /// The physical address of a page that is not in use, with whatever content it has.
    pub fn take(&self) -> Option<u64> {
        let page = self.next.get();
        self.next.set(page + 1);
        (page < PAGES as u64).then_some(page * 4096)
    }

    /// Takes all pages back.
    pub fn reset(&self) {
        self.next.set(0);
    }
}
