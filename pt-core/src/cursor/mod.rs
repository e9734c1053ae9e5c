//! The cursor: writes to a tree, one page, one block or one range at a time.
//!
//! A cursor **holds its place**: the table that it worked on last. As long as the next address lies in that table,
//! an operation is one load and one store. It also remembers the table above: a page in another table below that costs
//! one load more, and only where the address leaves both does it walk from the root again.
//!
//! There is one engine for two modes of access ([`Exclusive`], [`Parallel`]). Both keep the same order:
//!
//! - An entry is loaded once, decoded once, and replaced by one store or compare-exchange
//!   ([`Access::replace`]), which loses no accessed or dirty bit.
//! - A table is filled before it is linked, and unlinked before it is taken apart.
//! - Whatever a removal makes stale, translations and table pages alike, is in the [`Stale`] value that it returns.
//!   The pages go back to where they came from when that is flushed, and not before.
//! - An entry that another thread has frozen is neither descended through nor written: the operation stops with
//!   [`Obstacle::Retry`](crate::error::Obstacle::Retry).

mod alike;
mod annotate;
mod change;
mod count;
mod exchange;
mod find;
mod frames;
mod held;
mod interrupted;
mod leaf;
mod map;
pub(crate) mod map_range;
mod merge;
mod once;
mod passing;
mod place;
mod protect;
mod protect_range;
pub(crate) mod range;
mod settled;
mod source;
mod spans;
pub(crate) mod split;
mod stale;
pub(crate) mod template;
#[cfg(test)]
mod tests;
mod unmap;
mod unmap_range;
mod walk;

pub use interrupted::Interrupted;
pub use leaf::OldLeaf;
pub use source::{Deferring, Keeping, Retires, TableSource};
pub use stale::Stale;

use self::frames::Frames;
use self::held::Held;
use self::place::Place;
use crate::access::{Access, Exclusive, Parallel};
use crate::address::Hpa;
use crate::allocator::TableAllocator;
use crate::level::Levels;
use crate::memory::Memory;
use crate::reclaim::{Deferred, Pinned};
use crate::table::{Direct, UsedByCpu, Visible};
use crate::tree::Tree;
use crate::validity::{ValidRoot, Validity};
use core::fmt;
use core::marker::PhantomData;

/// Writes to one tree of the table `T`, taking tables from `S`, with the access `X`.
///
/// It is made by [`Tree::exclusive`], or, for a tree that other threads fault on, by [`Pinned::parallel`].
///
/// [`Pinned::parallel`]: crate::reclaim::Pinned::parallel
pub struct Cursor<'t, T: Visible, M: Memory, S: TableSource, X: Access> {
    memory: &'t M,
    root: Hpa,
    geometry: T::Geometry,
    config: T::Config,
    frames: Frames<T>,
    source: S,
    largest: T::Levels,
    /// Whether ranges are mapped with spans too.
    spans: bool,
    held: Held,
    /// The table above the last one that was found.
    above: Place,
    /// The table that was worked on last without holding it.
    passed: Hpa,
    access: PhantomData<fn() -> (T, X)>,
}

impl<T: Visible, M: Memory, V: Validity> Tree<T, M, V> {
    /// A cursor for whoever owns the tree: nobody else reads or writes it until the cursor is gone and everything
    /// that it returned is flushed.
    #[inline]
    pub fn exclusive<'t, A, W>(&'t mut self, allocator: &'t A) -> Cursor<'t, W, M, &'t A, Exclusive>
    where
        A: TableAllocator,
        T: Direct<W>,
        W: Visible<Geometry = T::Geometry, Config = T::Config>,
        V: ValidRoot<T>,
    {
        Cursor::new(self, allocator)
    }
}

impl<T: Visible, M: Memory, R: Deferred> Pinned<'_, T, M, R> {
    /// A cursor for one of many: other threads may read and write the tree meanwhile, each through a cursor of its
    /// own. Nothing that it reaches is freed while the guard is held.
    #[inline]
    pub fn parallel<'c, A, W>(&'c self, allocator: &'c A) -> Cursor<'c, W, M, Deferring<'c, A, R>, Parallel>
    where
        A: TableAllocator,
        T: Direct<W>,
        W: Visible<Geometry = T::Geometry, Config = T::Config>,
    {
        Cursor::new(self, Deferring { allocator, reclaim: self.reclaim() })
    }
}

impl<'t, T: Visible, M: Memory, S: TableSource, X: Access> Cursor<'t, T, M, S, X> {
    #[inline]
    pub(crate) fn new<Of, V>(tree: &'t Tree<Of, M, V>, source: S) -> Self
    where
        Of: Visible<Geometry = T::Geometry, Config = T::Config>,
        V: Validity,
    {
        Self {
            memory: tree.memory(),
            root: tree.root(),
            geometry: tree.geometry(),
            config: tree.config(),
            frames: Frames::new(tree.geometry(), tree.config()),
            source,
            largest: T::Levels::ALL[T::Levels::ALL.len() - 1],
            spans: false,
            held: Held::nothing(tree.root()),
            above: Place::NOWHERE,
            passed: tree.root(),
            access: PhantomData,
        }
    }

    /// Maps ranges with pages of `largest` and below only.
    #[must_use]
    pub fn limit_blocks(mut self, largest: T::Levels) -> Self {
        self.largest = largest;
        self
    }
}

impl<'t, T: Visible + UsedByCpu, M: Memory, S: TableSource, X: Access> Cursor<'t, T, M, S, X> {
    /// Nothing stale: what to begin with when the flushes of several operations are gathered.
    #[inline]
    pub const fn nothing_stale(&self) -> Stale<'t, T, M, S> {
        Stale::unchanged(self.memory, self.source, ())
    }
}

impl<T: Visible, M: Memory, S: TableSource, X: Access> Drop for Cursor<'_, T, M, S, X> {
    #[inline]
    fn drop(&mut self) {
        self.leave();
    }
}

impl<T: Visible, M: Memory, S: TableSource, X: Access> fmt::Debug for Cursor<'_, T, M, S, X> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mode = if X::PARALLEL { "parallel" } else { "exclusive" };
        write!(f, "{mode} cursor of {} at {} ({:?})", T::NAME, self.root, self.geometry)
    }
}
