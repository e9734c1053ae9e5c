//! Taking table pages back while others may still be reading them.
//!
//! A table page that was unlinked cannot go back to its allocator at once when threads walk the tree without a
//! lock: one of them may have loaded the entry that linked it just before. It is *retired* instead, and freed once
//! every thread that could have seen it has let go. The protocol has three rules:
//!
//! 1. Whoever reads the tree, or writes it under parallel access, holds a guard ([`Deferred::pin`]) for as long as
//!    it uses what it read.
//! 2. A page is retired after no entry links to it any more, and after the flush that keeps CPUs from walking
//!    through it.
//! 3. The reclaimer frees the page when every guard that was held at rule 2 is gone.
//!
//! A [`ParallelTree`] keeps rule 1 by its type: it can be read through a guard only. The owner of a `&mut Tree`
//! needs none of this, and frees through [`Immediate`].
//!
//! A kernel implements [`Deferred`] with its RCU; with the feature `std`, `EpochReclaim` does it with
//! `crossbeam-epoch`.

use crate::address::Hpa;
use crate::allocator::TableAllocator;
use crate::memory::Memory;
use crate::table::Visible;
use crate::tree::Tree;
use core::fmt;
use core::ops::Deref;

#[cfg(feature = "std")]
mod epoch;
#[cfg(feature = "std")]
pub use epoch::{EpochGuard, EpochReclaim};

/// Where table pages go that are no longer linked.
pub trait Reclaim {
    /// Takes a block of `2^order` pages that no entry links to any more, and that no CPU walks through. It goes
    /// back to its allocator as soon as nobody can be reading it.
    fn retire(&self, block: Hpa, order: u32);
}

/// A reclaimer that waits for readers, so that tables can be unlinked under parallel access.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not wait for readers: tables cannot be unlinked under parallel access with it",
    label = "this frees a table page that another thread may be walking",
    note = "take a reclaimer that implements `Deferred`, or unlink tables through a `&mut` borrow of the tree"
)]
pub trait Deferred: Reclaim {
    /// While one is held, no block is freed that was linked when it was taken.
    type Guard<'a>
    where
        Self: 'a;

    /// Begins reading. Nested guards are allowed; a guard that is held for long keeps memory from being freed.
    fn pin(&self) -> Self::Guard<'_>;
}

impl<R: Reclaim + ?Sized> Reclaim for &R {
    fn retire(&self, block: Hpa, order: u32) {
        (**self).retire(block, order);
    }
}

impl<R: Deferred + ?Sized> Deferred for &R {
    type Guard<'a>
        = R::Guard<'a>
    where
        Self: 'a;
    fn pin(&self) -> Self::Guard<'_> {
        (**self).pin()
    }
}

/// Frees at once: for the exclusive owner of a tree, whom nobody reads beside.
#[derive(Copy, Clone, Debug)]
pub struct Immediate<A>(pub A);

impl<A: TableAllocator> Reclaim for Immediate<A> {
    fn retire(&self, block: Hpa, order: u32) {
        self.0.free(block, order);
    }
}

/// A tree that many threads read and write without a lock. It is reached through a guard, so that its tables can
/// be unlinked meanwhile.
pub struct ParallelTree<T: Visible, M: Memory, R> {
    tree: Tree<T, M>,
    reclaim: R,
}

impl<T: Visible, M: Memory, R> ParallelTree<T, M, R> {
    /// Shares a tree whose unlinked tables go to `reclaim`.
    pub const fn new(tree: Tree<T, M>, reclaim: R) -> Self
    where
        R: Deferred,
    {
        Self { tree, reclaim }
    }

    /// Takes a guard, and gives access to the tree for as long as it is held.
    #[inline]
    pub fn pin(&self) -> Pinned<'_, T, M, R>
    where
        R: Deferred,
    {
        Pinned { shared: self, guard: self.reclaim.pin() }
    }

    /// The tree, exclusively: nobody can be holding a guard of it.
    #[inline]
    pub const fn get_mut(&mut self) -> &mut Tree<T, M> {
        &mut self.tree
    }

    /// Ends the sharing.
    pub fn into_inner(self) -> (Tree<T, M>, R) {
        (self.tree, self.reclaim)
    }
}

impl<T: Visible, M: Memory, R> fmt::Debug for ParallelTree<T, M, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "parallel {:?}", self.tree)
    }
}

/// Access to a [`ParallelTree`] under a guard. What is borrowed from it (readers, cursors) ends before the guard
/// does.
#[must_use = "the tree is only accessible while this is held"]
pub struct Pinned<'a, T: Visible, M: Memory, R: Deferred> {
    shared: &'a ParallelTree<T, M, R>,
    #[expect(dead_code, reason = "held for its drop")]
    guard: R::Guard<'a>,
}

impl<'a, T: Visible, M: Memory, R: Deferred> Pinned<'a, T, M, R> {
    /// Where tables go that are unlinked under this guard.
    #[inline]
    #[must_use]
    pub const fn reclaim(&self) -> &'a R {
        &self.shared.reclaim
    }
}

impl<T: Visible, M: Memory, R: Deferred> Deref for Pinned<'_, T, M, R> {
    type Target = Tree<T, M>;
    #[inline]
    fn deref(&self) -> &Tree<T, M> {
        &self.shared.tree
    }
}

impl<T: Visible, M: Memory, R: Deferred> fmt::Debug for Pinned<'_, T, M, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "pinned {:?}", self.shared.tree)
    }
}
