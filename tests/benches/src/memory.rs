//! Physical memory for tables: one mapping at a fixed address, so that runs repeat, in slots of which each library
//! owns one.
#![allow(unsafe_code, reason = "memory that page tables lie in is reached by address")]

use std::cell::Cell;
use std::io;
use std::ptr;
use std::sync::atomic::AtomicU64;

/// Where physical address 0 would be in the address space of this process.
pub const OFFSET: u64 = 0x40_0000_0000;
/// The physical address of the first slot: no frame is 0.
const FIRST: u64 = 1 << 30;
/// Bytes of a huge page of the host.
const HUGE: usize = 1 << 21;

/// All slots. There is one arena in a process.
#[derive(Debug)]
pub struct Arena {
    slot_bytes: u64,
    slots: u64,
}

impl Arena {
    /// Room for `slots` times `pages` table pages, resident.
    ///
    /// # Panics
    /// If the address space is occupied where the arena belongs, by an arena or by something else.
    #[must_use]
    pub fn new(slots: usize, pages: usize) -> Self {
        let slot_bytes = (pages * 4096).next_multiple_of(HUGE);
        let length = slots * slot_bytes;
        let at = (OFFSET + FIRST) as *mut libc::c_void;
        let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_FIXED_NOREPLACE;
        // SAFETY: anonymous memory at a place where nothing is mapped: the kernel refuses if there is.
        let mapped = unsafe { libc::mmap(at, length, libc::PROT_READ | libc::PROT_WRITE, flags, -1, 0) };
        assert_eq!(mapped, at, "no memory at {at:?}: {}", io::Error::last_os_error());
        // SAFETY: the range was just mapped. It is advice: if huge pages are off, the benchmark runs without.
        let _ = unsafe { libc::madvise(mapped, length, libc::MADV_HUGEPAGE) };
        // SAFETY: as above, and nobody has a reference to it yet.
        unsafe { ptr::write_bytes(mapped.cast::<u8>(), 0xa5, length) };
        Self { slot_bytes: slot_bytes as u64, slots: slots as u64 }
    }

    /// One of the slots. Whoever used it before is done with it.
    ///
    /// # Panics
    /// If there are fewer.
    #[must_use]
    pub fn slot(&self, number: usize) -> Slot {
        assert!((number as u64) < self.slots, "the arena has {} slots", self.slots);
        let first = FIRST + number as u64 * self.slot_bytes;
        Slot { first, end: first + self.slot_bytes, next: Cell::new(first) }
    }
}

impl Drop for Arena {
    fn drop(&mut self) {
        let length = (self.slots * self.slot_bytes) as usize;
        // SAFETY: the mapping is the arena's own; slots are used while it is there.
        unsafe { libc::munmap((OFFSET + FIRST) as *mut libc::c_void, length) };
    }
}

/// The table pages of one library, which are handed out in order and not taken back.
#[derive(Clone, Debug)]
pub struct Slot {
    first: u64,
    end: u64,
    next: Cell<u64>,
}

impl Slot {
    /// The physical address of a page that nobody uses, with whatever content it has.
    #[inline]
    pub fn take(&self) -> Option<u64> {
        let page = self.next.get();
        self.next.set(page + 4096);
        (page < self.end).then_some(page)
    }

    /// The physical address of the first page.
    #[must_use]
    pub const fn first(&self) -> u64 {
        self.first
    }

    /// How many pages there are.
    #[must_use]
    pub const fn pages(&self) -> usize {
        ((self.end - self.first) / 4096) as usize
    }

    /// Equal parts of it.
    #[must_use]
    pub fn parts<const N: usize>(&self) -> [Self; N] {
        let bytes = (self.pages() / N * 4096) as u64;
        std::array::from_fn(|part| {
            let first = self.first + part as u64 * bytes;
            Self { first, end: first + bytes, next: Cell::new(first) }
        })
    }
}

/// Where physical memory begins, for libraries that want a pointer.
#[must_use]
pub const fn base() -> *mut u8 {
    OFFSET as *mut u8
}

/// The words of all slots, for what is written by hand: [`Words::at`] is its only `unsafe`.
#[derive(Copy, Clone, Debug)]
pub struct Words {
    base: *const AtomicU64,
}

// SAFETY: the words are atomic, and outlive whoever has this.
unsafe impl Send for Words {}
// SAFETY: as above.
unsafe impl Sync for Words {}

impl Words {
    /// All words.
    ///
    /// # Safety
    /// Only tables that lie in slots of an [`Arena`] that is alive are looked up, with indices below 512. They are
    /// accessed by atomic operations only, apart from fresh ones, that nobody else knows.
    #[must_use]
    pub const unsafe fn new() -> Self {
        Self { base: OFFSET as *const AtomicU64 }
    }

    /// Entry `index` of a table.
    #[inline(always)]
    #[must_use]
    pub const fn at(&self, table: u64, index: usize) -> &AtomicU64 {
        let word = self.base.wrapping_byte_add(table as usize).wrapping_add(index);
        // SAFETY: the contract of `new`.
        unsafe { &*word }
    }

    /// Empties a fresh table, before it is linked.
    #[inline(always)]
    pub fn clear(&self, table: u64) {
        let first = self.base.wrapping_byte_add(table as usize).cast_mut();
        // SAFETY: the contract of `new`: nobody else knows the table.
        unsafe { first.write_bytes(0, 512) };
    }
}
