//! Table pages through a direct map: all of physical memory at one constant offset in virtual memory.
//!
//! This is how a kernel reaches its tables, and the only place of the engine that turns an address into a
//! reference. What makes that sound cannot be checked here: it is the contract of [`DirectMap::new`].
#![allow(unsafe_code, reason = "a direct map is a promise about memory that only its creator can make")]

#[cfg(all(target_arch = "x86_64", not(miri)))]
mod x86_64;

use crate::address::{Hpa, PAGE_SHIFT};
use crate::memory::{Memory, Record, TableAt};
use core::sync::atomic::AtomicU64;

/// Physical memory at a constant offset, with an array of records beside it.
#[derive(Copy, Clone, Debug)]
pub struct DirectMap {
    /// Where physical address 0 is, or would be, in virtual memory.
    base: *const AtomicU64,
    /// Where the record of frame 0 is, or would be.
    records: *const Record<AtomicU64>,
}

// SAFETY: the pointers are only ever turned into references to atomics, and contract 2 and 3 of `new` hold on
// every thread.
unsafe impl Send for DirectMap {}
// SAFETY: as above.
unsafe impl Sync for DirectMap {}

impl DirectMap {
    /// A direct map in which the physical address 0 lies at `base`, and the record of the page frame with number
    /// 0 (that of the physical address 0) at `records`.
    ///
    /// Neither needs to exist for frame 0: both pointers may be computed by `wrapping_sub` from the first frame
    /// that does. An array with one entry per page frame, as kernels have it, is the natural place of the records;
    /// all zeroes is a record of nothing.
    ///
    /// # Safety
    /// A *table frame* is a frame that reaches this map as a table: from the allocator that is used together with
    /// the map, from an entry of a tree in it, or by a call of a method of [`Memory`] (of [`Memory::word_in`] by its virtual
    /// address). For every table frame, until the last copy of the map and the last tree in it are gone:
    ///
    /// 1. `base + frame` points to the whole table, aligned to 8 bytes and valid for reads and writes, and with
    ///    the provenance of `base`.
    /// 2. Nobody accesses the table other than by atomic operations on its 64-bit words, or as a CPU's page
    ///    walker does.
    /// 3. `records + frame / 4096` points to an initialised [`Record`], aligned and valid for reads and writes,
    ///    which nobody accesses other than by atomic operations, and with the provenance of `records`.
    /// 4. No entry that a method of [`Memory`] is asked for lies beyond the table: the engine keeps this for tables that are
    ///    as large as the [`TABLE_ORDER`](crate::Level::TABLE_ORDER) of their level.
    /// 5. Entries are written by the engine, or as the declaration of the table says: a table entry never names a
    ///    frame that is not a table frame.
    #[inline]
    #[must_use]
    pub const unsafe fn new(base: *const AtomicU64, records: *const Record<AtomicU64>) -> Self {
        Self { base, records }
    }
}

impl Memory for DirectMap {
    type Word = AtomicU64;

    #[inline(always)]
    fn word(&self, table: Hpa, index: usize) -> &AtomicU64 {
        let word = self.base.wrapping_byte_add(table.as_u64() as usize).wrapping_add(index);
        // SAFETY: the creator of the map promised that the word exists, is aligned and valid (1, 4, 5), and is
        // only accessed atomically (2), for longer than `self` is borrowed.
        unsafe { &*word }
    }

    #[inline(always)]
    fn record(&self, table: Hpa) -> &Record<AtomicU64> {
        let record = self.records.wrapping_add((table.as_u64() >> PAGE_SHIFT) as usize);
        // SAFETY: the creator of the map promised that the record exists, is initialised, aligned and valid, and
        // is only accessed atomically (3), for longer than `self` is borrowed.
        unsafe { &*record }
    }

    #[cfg(all(target_arch = "x86_64", not(miri)))]
    #[inline(always)]
    fn union_of_line(&self, table: Hpa, index: usize) -> u64 {
        let table = self.base.wrapping_byte_add(table.as_u64() as usize);
        // SAFETY: as in `word`, for each of the eight.
        unsafe { x86_64::union_of_line(table, index) }
    }

    #[cfg(all(target_arch = "x86_64", not(miri)))]
    #[inline(always)]
    fn in_use(&self, table: Hpa, index: usize, absent: u64) -> u64 {
        let first = self.base.wrapping_byte_add(table.as_u64() as usize).wrapping_add(index);
        if absent == 0 {
            // SAFETY: as in `word`, for each of the 64.
            !unsafe { x86_64::zeroes(first) }
        } else {
            // SAFETY: as in `word`, for each of the 64.
            unsafe { x86_64::unlike(first, absent) }
        }
    }

    /// Tables are found by their virtual addresses.
    #[inline(always)]
    fn origin(&self) -> u64 {
        self.base.addr() as u64
    }

    #[inline(always)]
    fn word_in(&self, table: TableAt, index: usize) -> &AtomicU64 {
        let word = self.base.with_addr(table.get() as usize).wrapping_add(index);
        // SAFETY: as in `word`, since the creator of the map promised the same for what comes here.
        unsafe { &*word }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use core::sync::atomic::Ordering;
    use std::boxed::Box;
    use std::vec::Vec;

    #[test]
    fn words_and_records_lie_where_the_map_says() {
        const FIRST: usize = 0x1234_5000;
        let words: Box<[AtomicU64]> = (0..2 * 512).map(AtomicU64::new).collect();
        let records: Vec<Record<AtomicU64>> = (0..2).map(|_| Record::default()).collect();
        // The pointer may not be dereferenced before FIRST, and is not.
        let base = words.as_ptr().wrapping_byte_sub(FIRST);
        let first_record = records.as_ptr().wrapping_sub(FIRST >> PAGE_SHIFT);
        // SAFETY: only the two frames from FIRST are used, and both slices outlive the map.
        let map = unsafe { DirectMap::new(base, first_record) };
        let frame = |number: u64| Hpa::new(FIRST as u64 + number * 4096);
        assert_eq!(map.word(frame(0), 0).load(Ordering::Relaxed), 0);
        assert_eq!(map.word(frame(0), 511).load(Ordering::Relaxed), 511);
        map.word(frame(1), 2).store(99, Ordering::Relaxed);
        assert_eq!(words[512 + 2].load(Ordering::Relaxed), 99);
        assert_eq!(map.word_in(map.table(frame(1)), 2).load(Ordering::Relaxed), 99);
        map.record(frame(1)).live.store(5, Ordering::Relaxed);
        assert_eq!(records[1].live.load(Ordering::Relaxed), 5);
        assert_eq!(records[0].live.load(Ordering::Relaxed), 0);
    }

    #[test]
    fn lines_and_groups_say_what_their_words_do() {
        const ABSENT: u64 = 1 << 63;
        let words: Box<[AtomicU64]> = (0..512).map(|_| AtomicU64::new(0)).collect();
        let records = [Record::default()];
        // SAFETY: only the frame 0 is used, and both outlive the map.
        let map = unsafe { DirectMap::new(words.as_ptr(), records.as_ptr()) };
        let table = Hpa::new(0);
        let mut state = 1_u64;
        for absent in [0, ABSENT, ABSENT | 5] {
            for word in &words {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                // Both kinds of an empty entry, the least that is none, and whatever.
                let raw = [0, ABSENT, ABSENT | 5, 1, ABSENT | 1, u64::MAX, 1 << 32, state][(state >> 61) as usize];
                word.store(raw, Ordering::Relaxed);
            }
            let load = |index: usize| words[index].load(Ordering::Relaxed);
            for index in 0..=512 - 64 {
                let in_use = (0..64).fold(0, |mask, bit| mask | u64::from(load(index + bit) != absent) << bit);
                assert_eq!(map.in_use(table, index, absent), in_use, "from {index}");
            }
        }
        for index in 0..=512 - 8 {
            // A bit of each of the eight words, and of those beside them.
            (0..512).for_each(|at| words[at].store(1 << (at % 60), Ordering::Relaxed));
            let union = (index..index + 8).fold(0, |union, at| union | 1 << (at % 60));
            assert_eq!(map.union_of_line(table, index), union, "from {index}");
        }
    }
}
