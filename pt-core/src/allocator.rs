//! Where table pages come from, and taking them before a walk begins.
//!
//! The allocator may fail. An operation that links several tables takes what it may need as a [`Reserve`] first,
//! so that it cannot run out half-way, and gives the rest back.

use crate::address::Hpa;
use crate::page::TablePage;
use crate::space::Space;
use core::cell::Cell;
use core::fmt;

/// Hands out and takes back naturally aligned blocks of `2^order` pages of 4 KiB for tables.
///
/// Takes `&self`, because parallel faults allocate too.
pub trait TableAllocator {
    /// A block that nobody else uses, or `None`. Its content does not matter. A block at the frame 0 can be a root, and is
    /// refused ([`FrameDoesNotFit`](crate::Obstacle::FrameDoesNotFit)) where an entry would link it: an entry that
    /// has a frame points to a table.
    fn allocate(&self, order: u32) -> Option<Hpa>;
    /// Takes a block back.
    fn free(&self, block: Hpa, order: u32);
}

impl<A: TableAllocator + ?Sized> TableAllocator for &A {
    fn allocate(&self, order: u32) -> Option<Hpa> {
        (**self).allocate(order)
    }
    fn free(&self, block: Hpa, order: u32) {
        (**self).free(block, order);
    }
}

/// Up to `N` tables of one size, taken before they are needed; what is left over is freed when dropped.
///
/// It is itself an allocator, so that a cursor can be given the reserve instead of what it was taken from: an
/// operation that needs no more than the reserve holds (its plan says how many) cannot run out half-way.
pub struct Reserve<'a, A: TableAllocator, const N: usize> {
    allocator: &'a A,
    /// The size of the tables, as a power of two of pages of 4 KiB.
    order: u32,
    pages: [Cell<Option<Hpa>>; N],
}

impl<'a, A: TableAllocator, const N: usize> Reserve<'a, A, N> {
    /// Takes `count` pages of 4 KiB from the allocator.
    ///
    /// # Errors
    /// [`OutOfTables`] if the allocator has too few, or if `count` is larger than `N`. Nothing stays taken then.
    pub fn take(allocator: &'a A, count: usize) -> Result<Self, OutOfTables> {
        Self::take_blocks(allocator, 0, count)
    }

    /// The same for tables of `2^order` pages each: those of a granule of 16 or 64 KiB.
    ///
    /// # Errors
    /// The same.
    pub fn take_blocks(allocator: &'a A, order: u32, count: usize) -> Result<Self, OutOfTables> {
        let reserve = Self { allocator, order, pages: [const { Cell::new(None) }; N] };
        let refused = OutOfTables { wanted: count };
        for slot in reserve.pages.get(..count).ok_or(refused)? {
            slot.set(Some(allocator.allocate(order).ok_or(refused)?));
        }
        Ok(reserve)
    }

    /// Takes one page out of the reserve, for a table of the kind `K`.
    pub fn page<K: Space>(&mut self) -> Option<TablePage<K>> {
        self.allocate(self.order).map(TablePage::new)
    }

    /// Puts an unused page back into the reserve. A reserve that is full frees it.
    pub fn put_back<K: Space>(&mut self, page: TablePage<K>) {
        self.free(page.into_frame(), self.order);
    }

    /// How many pages are left.
    #[must_use]
    pub fn len(&self) -> usize {
        self.pages.iter().filter(|slot| slot.get().is_some()).count()
    }

    /// Whether no page is left.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl<A: TableAllocator, const N: usize> TableAllocator for Reserve<'_, A, N> {
    /// A table of the reserve, and nothing beyond it. Those of another size are not kept here: they come from the
    /// allocator behind it.
    fn allocate(&self, order: u32) -> Option<Hpa> {
        if order == self.order { self.pages.iter().rev().find_map(Cell::take) } else { self.allocator.allocate(order) }
    }

    /// Keeps a table while there is room, and frees all else.
    fn free(&self, block: Hpa, order: u32) {
        match self.pages.iter().find(|slot| slot.get().is_none()) {
            Some(slot) if order == self.order => slot.set(Some(block)),
            _ => self.allocator.free(block, order),
        }
    }
}

impl<A: TableAllocator, const N: usize> Drop for Reserve<'_, A, N> {
    fn drop(&mut self) {
        for page in self.pages.iter().filter_map(Cell::take) {
            self.allocator.free(page, self.order);
        }
    }
}

/// The allocator had no table page.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct OutOfTables {
    /// How many pages were asked for.
    pub wanted: usize,
}

impl fmt::Display for OutOfTables {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no memory for {} table page(s)", self.wanted)
    }
}
impl core::error::Error for OutOfTables {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arena::Arena;

    fn arena() -> Arena {
        Arena::new(Hpa::new(0x10_0000), 8 << 12)
    }

    #[test]
    fn a_reserve_gives_what_it_took_and_no_more() {
        let arena = arena();
        let reserve = Reserve::<_, 4>::take(&arena, 2).unwrap();
        assert_eq!((reserve.len(), arena.pages_in_use()), (2, 2));
        let page = reserve.allocate(0).unwrap();
        assert!(reserve.allocate(0).is_some());
        assert_eq!(reserve.allocate(0), None, "the arena has more, the reserve does not");
        reserve.free(page, 0);
        assert_eq!(reserve.len(), 1);
        drop(reserve);
        assert_eq!(arena.pages_in_use(), 1, "what is left over goes back");
    }

    #[test]
    fn a_reserve_of_larger_tables_gives_those() {
        let arena = arena();
        let reserve = Reserve::<_, 4>::take_blocks(&arena, 2, 1).unwrap();
        assert_eq!((reserve.len(), arena.pages_in_use()), (1, 4));
        assert!(reserve.allocate(0).is_some(), "a page comes from the arena");
        let table = reserve.allocate(2).unwrap();
        assert!(table.is_aligned(14) && reserve.allocate(2).is_none());
        reserve.free(table, 2);
        drop(reserve);
        assert_eq!(arena.pages_in_use(), 1);
    }

    #[test]
    fn a_reserve_that_cannot_be_filled_takes_nothing() {
        let arena = arena();
        assert_eq!(Reserve::<_, 4>::take(&arena, 5).err(), Some(OutOfTables { wanted: 5 }));
        assert_eq!(Reserve::<_, 16>::take(&arena, 9).err(), Some(OutOfTables { wanted: 9 }));
        assert_eq!(arena.pages_in_use(), 0);
    }
}
