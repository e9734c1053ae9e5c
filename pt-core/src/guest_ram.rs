//! Table pages in the memory of a guest, as a VMM has it from the `vm-memory` crate: for the tables that the guest
//! itself runs on.
//!
//! Their frames are guest-physical addresses. A part of the memory is set aside for tables; [`GuestRam`] hands out its
//! pages, and reads and writes them where they lie. All accesses are atomic, so that vCPUs may walk and mark them.
#![forbid(unsafe_code)]

use crate::address::{Hpa, PAGE_SHIFT};
use crate::allocator::TableAllocator;
use crate::memory::{Memory, Record};
use core::fmt;
use core::ops::Range;
use core::sync::atomic::AtomicU64;
use std::boxed::Box;
use std::sync::{Mutex, PoisonError};
use std::vec::Vec;
use vm_memory::{GuestAddress, GuestMemoryBackend, GuestMemoryMmap, VolatileMemory};

/// The memory of a guest, a part of which is for table pages.
pub struct GuestRam {
    memory: GuestMemoryMmap,
    tables: Range<u64>,
    records: Box<[Record<AtomicU64>]>,
    /// Pages that are not in use; the last one is handed out next.
    free: Mutex<Vec<Hpa>>,
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
        let free = Mutex::new(frames().rev().collect());
        Self { memory, tables, records, free }
    }

    /// All memory of the guest.
    #[must_use]
    pub const fn memory(&self) -> &GuestMemoryMmap {
        &self.memory
    }
}

/// A page at a time: blocks of several pages, which some root tables are, are refused.
impl TableAllocator for GuestRam {
    fn allocate(&self, order: u32) -> Option<Hpa> {
        if order == 0 { self.free.lock().unwrap_or_else(PoisonError::into_inner).pop() } else { None }
    }

    fn free(&self, block: Hpa, _order: u32) {
        self.free.lock().unwrap_or_else(PoisonError::into_inner).push(block);
    }
}

/// # Panics
/// Both methods panic outside of the part that is set aside: a guest that can write its own tables can make the VMM
/// that walks them panic.
impl Memory for GuestRam {
    type Word = AtomicU64;
    const WRITTEN_BY_OTHERS: bool = true;

    #[inline]
    fn word(&self, table: Hpa, index: usize) -> &AtomicU64 {
        assert!(self.tables.contains(&table.as_u64()), "{table} is no table page of the guest");
        let word = self.memory.to_region_addr(GuestAddress(table.as_u64()));
        word.and_then(|(region, at)| region.get_atomic_ref(at.0 as usize + 8 * index).ok()).expect("it is memory")
    }

    #[inline]
    fn record(&self, table: Hpa) -> &Record<AtomicU64> {
        &self.records[(table.as_u64().wrapping_sub(self.tables.start) >> PAGE_SHIFT) as usize]
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
    use core::sync::atomic::Ordering;
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
    #[should_panic(expected = "0x100000 is no table page of the guest")]
    fn other_memory_holds_no_tables() {
        let _ = ram().word(Hpa::new(0x10_0000), 0);
    }

    #[test]
    #[should_panic(expected = "are not all memory of the guest")]
    fn tables_lie_in_memory() {
        let memory = GuestMemoryMmap::from_ranges(&[(GuestAddress(0), 0x1000)]).unwrap();
        let _ = GuestRam::new(memory, 0..0x2000);
    }
}
