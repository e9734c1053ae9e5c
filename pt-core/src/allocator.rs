//! Where table pages come from, and taking them before a walk begins.
//!
//! The allocator may fail. An operation that links several tables takes what it may need as a [`Reserve`] first,
//! so that it cannot run out half-way, and gives the rest back.

use crate::address::Hpa;
use crate::page::TablePage;
use crate::space::Space;
use core::fmt;

/// Hands out and takes back naturally aligned blocks of `2^order` pages of 4 KiB for tables.
///
/// Takes `&self`, because parallel faults allocate too.
pub trait TableAllocator {
    /// A block that nobody else uses, or `None`. Its content does not matter.
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

/// Up to `N` table pages of 4 KiB, taken before they are needed; what is left over is freed when dropped.
pub struct Reserve<'a, A: TableAllocator, const N: usize> {
    allocator: &'a A,
    pages: [Option<Hpa>; N],
}

impl<'a, A: TableAllocator, const N: usize> Reserve<'a, A, N> {
    /// Takes `count` pages from the allocator.
    ///
    /// # Errors
    /// [`OutOfTables`] if the allocator has too few, or if `count` is larger than `N`. Nothing stays taken then.
    pub fn take(allocator: &'a A, count: usize) -> Result<Self, OutOfTables> {
        let mut reserve = Self { allocator, pages: [None; N] };
        let refused = OutOfTables { wanted: count };
        for slot in reserve.pages.get_mut(..count).ok_or(refused)? {
            *slot = Some(allocator.allocate(0).ok_or(refused)?);
        }
        Ok(reserve)
    }

    /// Takes one page out of the reserve, for a table of the kind `K`.
    pub fn page<K: Space>(&mut self) -> Option<TablePage<K>> {
        self.pages.iter_mut().rev().find_map(Option::take).map(TablePage::new)
    }

    /// Puts an unused page back into the reserve. A reserve that is full frees it.
    pub fn put_back<K: Space>(&mut self, page: TablePage<K>) {
        let frame = page.into_frame();
        match self.pages.iter_mut().find(|slot| slot.is_none()) {
            Some(slot) => *slot = Some(frame),
            None => self.allocator.free(frame, 0),
        }
    }

    /// How many pages are left.
    #[must_use]
    pub fn len(&self) -> usize {
        self.pages.iter().flatten().count()
    }

    /// Whether no page is left.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl<A: TableAllocator, const N: usize> Drop for Reserve<'_, A, N> {
    fn drop(&mut self) {
        for page in self.pages.iter_mut().filter_map(Option::take) {
            self.allocator.free(page, 0);
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
