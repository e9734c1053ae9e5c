//! Table pages in the memory of a guest, as a VMM has it from the `vm-memory` crate: for the tables that the guest
//! itself runs on.
//!
//! Their frames are guest-physical addresses. A part of the memory is set aside for tables; [`GuestRam`] hands out its
//! pages, and reads and writes them where they lie. All accesses are atomic, so that vCPUs may walk and mark them.
//!
//! A guest may write its own tables, and then an entry may name anything. Nothing here trusts it: what is not a table page
//! of the guest reads as one without entries, and what is freed twice is free once.
#![forbid(unsafe_code)]

use crate::address::{Hpa, PAGE_SHIFT};
use crate::allocator::TableAllocator;
use crate::memory::{Memory, Record};
use core::fmt;
use core::ops::Range;
use core::sync::atomic::{AtomicU64, Ordering};
use std::boxed::Box;
use std::sync::{Mutex, PoisonError};
use std::vec::Vec;
use vm_memory::{GuestAddress, GuestMemoryBackend, GuestMemoryMmap, VolatileMemory};

/// The memory of a guest, a part of which is for table pages.
pub struct GuestRam {
    memory: GuestMemoryMmap,
    tables: Range<u64>,
    records: Box<[Record<AtomicU64>]>,
    pages: Mutex<Pages>,
    elsewhere: Elsewhere,
}

/// Which table pages are handed out.
struct Pages {
    /// Those that are not; the last one is the next.
    free: Vec<Hpa>,
    /// One flag a page.
    in_use: Box<[bool]>,
}

/// Where an entry leads that names no table page of the guest: a table of the VMM's own, which no CPU walks. A word is
/// cleared whenever it is looked up, so that nothing that is written here is ever found.
struct Elsewhere {
    words: [AtomicU64; 512],
    record: Record<AtomicU64>,
}

impl Elsewhere {
    fn cleared(word: &AtomicU64) -> &AtomicU64 {
        word.store(0, Ordering::Relaxed);
        word
    }
}

impl GuestRam {
    /// The memory of a guest, with the guest-physical addresses `tables` set aside for table pages.
    ///
    /// # Panics
    /// If `tables` does not begin and end at a multiple of 4096, or is not all memory.
    #[must_use]
    pub fn new(memory: GuestMemoryMmap, tables: Range<u64>) -> Self {
        let numbers = tables.start >> PAGE_SHIFT..tables.end >> PAGE_SHIFT;
        let frames = || numbers.clone().map(|number| Hpa::new(number << PAGE_SHIFT));
        let whole = Hpa::new(tables.start | tables.end).is_aligned(PAGE_SHIFT);
        assert!(whole, "the table pages {tables:#x?} are cut at their ends");
        let all_memory = frames().all(|frame| memory.address_in_range(GuestAddress(frame.as_u64())));
        assert!(all_memory, "the table pages {tables:#x?} are not all memory of the guest");
        let records = frames().map(|_| Record::default()).collect();
        let pages = Pages { free: frames().rev().collect(), in_use: frames().map(|_| false).collect() };
        let elsewhere = Elsewhere { words: [const { AtomicU64::new(0) }; 512], record: Record::default() };
        Self { memory, tables, records, pages: Mutex::new(pages), elsewhere }
    }

    /// The number of a table page among those that are set aside.
    #[inline]
    fn number(&self, table: Hpa) -> Option<usize> {
        let inside = self.tables.contains(&table.as_u64()) && table.is_aligned(PAGE_SHIFT);
        inside.then(|| ((table.as_u64() - self.tables.start) >> PAGE_SHIFT) as usize)
    }

    /// All memory of the guest.
    #[must_use]
    pub const fn memory(&self) -> &GuestMemoryMmap {
        &self.memory
    }
}

/// A page at a time: blocks of several pages, which some root tables are, are refused. What was not handed out, or is free
/// already, is not taken back: a guest may have linked one table twice.
impl TableAllocator for GuestRam {
    fn allocate(&self, order: u32) -> Option<Hpa> {
        if order != 0 {
            return None;
        }
        let mut pages = self.pages.lock().unwrap_or_else(PoisonError::into_inner);
        let page = pages.free.pop()?;
        pages.in_use[self.number(page)?] = true;
        Some(page)
    }

    fn free(&self, block: Hpa, _order: u32) {
        let Some(number) = self.number(block) else { return };
        let mut pages = self.pages.lock().unwrap_or_else(PoisonError::into_inner);
        if core::mem::take(&mut pages.in_use[number]) {
            pages.free.push(block);
        }
    }
}

/// What is no table page of the guest has no entries, and what is written there is forgotten: a guest that points one of
/// its entries elsewhere changes what is found behind that entry, and nothing else.
impl Memory for GuestRam {
    type Word = AtomicU64;
    const WRITTEN_BY_OTHERS: bool = true;

    #[inline]
    fn word(&self, table: Hpa, index: usize) -> &AtomicU64 {
        let word = self.number(table).and_then(|_| {
            let (region, at) = self.memory.to_region_addr(GuestAddress(table.as_u64()))?;
            region.get_atomic_ref(at.0 as usize + 8 * index).ok()
        });
        word.unwrap_or_else(|| Elsewhere::cleared(&self.elsewhere.words[index % 512]))
    }

    #[inline]
    fn record(&self, table: Hpa) -> &Record<AtomicU64> {
        self.number(table).map_or(&self.elsewhere.record, |number| &self.records[number])
    }
}

impl fmt::Debug for GuestRam {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GuestRam").field("tables", &self.tables).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::address::{RawGpa, Route};
    use crate::geometry::Split;
    use crate::page::Page;
    use crate::sample::{Fields, Pt, SharedSample, Width};
    use crate::table::Visible;
    use crate::tree::Tree;
    use vm_memory::Bytes;

    fn ram() -> GuestRam {
        let memory = GuestMemoryMmap::from_ranges(&[(GuestAddress(0x10_0000), 0x10_0000)]).unwrap();
        GuestRam::new(memory, 0x18_0000..0x18_8000)
    }

    #[test]
    fn a_tree_lies_in_the_memory_of_the_guest() {
        let ram = ram();
        let mut tree: Tree<SharedSample, _> = Tree::new(Width::Bits48, &ram, &ram).unwrap();
        assert_eq!(tree.root_frame(), Hpa::new(0x18_0000));
        let Ok(Route::Shared(at)) = Width::Bits48.route(RawGpa::new(1 << 47)) else { panic!("it is shared") };
        tree.exclusive(&ram).map::<Pt, _>(at, Page::new(Hpa::new(0x5000)).unwrap(), Fields::RWX).unwrap();
        let index = (1 << 47 >> 39) & 511;
        let entry: u64 = ram.memory().read_obj(GuestAddress(0x18_0000 + 8 * index)).unwrap();
        assert_eq!(entry, ram.word(Hpa::new(0x18_0000), index as usize).load(Ordering::Acquire));
        assert_ne!(entry, SharedSample::ABSENT);
        assert_eq!(tree.invalidate().free(&ram), 4);
    }

    #[test]
    fn pages_are_handed_out_until_there_are_none_and_again_when_freed() {
        let ram = ram();
        let pages: Vec<_> = core::iter::from_fn(|| ram.allocate(0)).collect();
        assert_eq!(pages.len(), 8);
        ram.free(pages[3], 0);
        assert_eq!((ram.allocate(0), ram.allocate(0), ram.allocate(1)), (Some(pages[3]), None, None));
    }

    #[test]
    fn what_is_freed_twice_is_free_once() {
        let ram = ram();
        let page = ram.allocate(0).unwrap();
        for freed in [page, page, Hpa::new(0x18_7000), Hpa::new(0x10_0000), Hpa::new(page.as_u64() + 8)] {
            ram.free(freed, 0);
        }
        let mut pages: Vec<_> = core::iter::from_fn(|| ram.allocate(0)).collect();
        pages.sort_unstable();
        pages.dedup();
        assert_eq!(pages.len(), 8);
    }

    #[test]
    fn an_entry_that_the_guest_points_elsewhere_leads_to_nothing() {
        let ram = ram();
        let mut tree: Tree<SharedSample, _> = Tree::new(Width::Bits48, &ram, &ram).unwrap();
        let Ok(Route::Shared(at)) = Width::Bits48.route(RawGpa::new(1 << 47)) else { panic!("it is shared") };
        tree.exclusive(&ram).map::<Pt, _>(at, Page::new(Hpa::new(0x5000)).unwrap(), Fields::RWX).unwrap();
        assert!(tree.reader().translate(at).is_some());

        // The guest replaces the frame of its topmost entry: by ordinary memory, and by an address without any.
        let index = (1 << 47 >> 39) & 511;
        let entry: u64 = ram.memory().read_obj(GuestAddress(0x18_0000 + 8 * index)).unwrap();
        for frame in [0x10_0000, 0xff_ffff_f000] {
            let forged = entry & 0xfff | frame;
            ram.memory().write_obj(forged, GuestAddress(0x18_0000 + 8 * index)).unwrap();
            assert_eq!(tree.reader().translate(at), None);
            let page = || Page::new(Hpa::new(0x6000)).unwrap();
            let _ = tree.exclusive(&ram).map::<Pt, _>(at, page(), Fields::RWX);
            assert_eq!(tree.reader().translate(at), None);
            assert!(tree.exclusive(&ram).unmap::<Pt>(at).is_err());
            assert_eq!(ram.memory().read_obj::<u64>(GuestAddress(0x10_0000)).unwrap(), 0);
        }
        assert!(tree.invalidate().free(&ram) >= 1);
        assert_eq!(ram.allocate(0), Some(Hpa::new(0x18_0000)));
    }

    #[test]
    #[should_panic(expected = "are not all memory of the guest")]
    fn tables_lie_in_memory() {
        let memory = GuestMemoryMmap::from_ranges(&[(GuestAddress(0), 0x1000)]).unwrap();
        let _ = GuestRam::new(memory, 0..0x2000);
    }
}
