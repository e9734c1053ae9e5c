//! Where a cursor takes table pages from, and where it leaves them.

use crate::address::Hpa;
use crate::allocator::TableAllocator;
use crate::reclaim::Deferred;

/// The source of a cursor's table pages: an allocator, and what becomes of tables that were in use.
pub trait TableSource: Copy {
    /// A block of `2^order` pages for a table.
    fn allocate(self, order: u32) -> Option<Hpa>;
    /// Takes a block back that was never linked.
    fn free(self, block: Hpa, order: u32);
    /// Takes a block back that was linked. No entry links to it any more, and no CPU walks through it.
    fn retire(self, block: Hpa, order: u32);
}

/// A source under which tables can be unlinked, because [`retire`](TableSource::retire) waits for whoever may read
/// them.
#[diagnostic::on_unimplemented(
    message = "with the source `{Self}` no table can be unlinked: nobody would wait for its readers",
    label = "this operation unlinks tables",
    note = "take an exclusive cursor, or a parallel one of a tree that is pinned"
)]
pub trait Retires: TableSource {}

/// Exclusive access: nobody else reads the tree, so that a table that was in use is free at once.
impl<A: TableAllocator> TableSource for &A {
    #[inline]
    fn allocate(self, order: u32) -> Option<Hpa> {
        TableAllocator::allocate(self, order)
    }
    #[inline]
    fn free(self, block: Hpa, order: u32) {
        TableAllocator::free(self, block, order);
    }
    #[inline]
    fn retire(self, block: Hpa, order: u32) {
        TableAllocator::free(self, block, order);
    }
}

impl<A: TableAllocator> Retires for &A {}

/// Parallel access: a table that was in use waits until nobody can be reading it.
#[derive(Debug)]
pub struct Deferring<'t, A, R> {
    pub(super) allocator: &'t A,
    pub(super) reclaim: &'t R,
}

impl<A, R> Clone for Deferring<'_, A, R> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<A, R> Copy for Deferring<'_, A, R> {}

impl<A: TableAllocator, R: Deferred> TableSource for Deferring<'_, A, R> {
    #[inline]
    fn allocate(self, order: u32) -> Option<Hpa> {
        self.allocator.allocate(order)
    }
    #[inline]
    fn free(self, block: Hpa, order: u32) {
        self.allocator.free(block, order);
    }
    #[inline]
    fn retire(self, block: Hpa, order: u32) {
        self.reclaim.retire(block, order);
    }
}

impl<A: TableAllocator, R: Deferred> Retires for Deferring<'_, A, R> {}

/// Parallel access that unlinks no table: faults, and removals of single pages. Nobody has to wait for readers.
#[derive(Debug)]
pub struct Keeping<'t, A> {
    pub(crate) allocator: &'t A,
}

impl<A> Clone for Keeping<'_, A> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<A> Copy for Keeping<'_, A> {}

impl<A: TableAllocator> TableSource for Keeping<'_, A> {
    #[inline]
    fn allocate(self, order: u32) -> Option<Hpa> {
        self.allocator.allocate(order)
    }
    #[inline]
    fn free(self, block: Hpa, order: u32) {
        self.allocator.free(block, order);
    }
    /// Leaks the table: somebody may be reading it. No operation that is done with this source comes here.
    #[inline]
    fn retire(self, block: Hpa, _order: u32) {
        debug_assert!(false, "the table {block} was unlinked under parallel access");
    }
}
