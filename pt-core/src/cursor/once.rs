//! One page for one fault.
//!
//! A fault maps a page under a guard of its own, so that nothing that a cursor remembers is of use to it: to make a cursor
//! and to ask what it holds is a third of what the fault costs. The page is mapped without one where the table is there
//! and the entry is empty, by one compare-exchange. A fault that comes late, and finds a page there, is refused by the
//! same walk. For all else a cursor is made.

use super::Cursor;
use super::find::{Find, Miss, fill};
use super::source::{Deferring, TableSource};
use super::template::whole_leaf;
use crate::access::Parallel;
use crate::address::{Address, Hpa};
use crate::allocator::TableAllocator;
use crate::error::{MapError, ObstacleOf};
use crate::level::{LeafLevelOf, LevelOf};
use crate::memory::Memory;
use crate::page::PageOf;
use crate::reclaim::{Deferred, Pinned};
use crate::table::{AddressOf, Direct, Visible};
use crate::tree::Tree;

impl<T: Direct, M: Memory, R: Deferred> Pinned<'_, T, M, R> {
    /// Maps one page, as a fault does. It is the same as to [map](Cursor::map) it through a [cursor](Self::parallel) that
    /// is used once, in fewer instructions.
    ///
    /// # Errors
    /// As for [`Cursor::map`].
    #[inline(always)]
    pub fn map<L: LeafLevelOf<T>, P: PageOf<T, L>>(
        &self,
        allocator: &impl TableAllocator,
        at: impl AddressOf<T>,
        page: P,
        attributes: T::Attributes,
    ) -> Result<(), MapError<T, P>> {
        let at = at.address();
        let leaf = whole_leaf::<T, L>(at, page.frame(), &attributes, self.config());
        // No closure: the compiler would not inline it where a program has two faults, which is 17 instructions more.
        let missed = match leaf {
            Some(leaf) => match fill_empty::<T, L, M>(self, at, leaf) {
                Ok(()) => return Ok(()),
                Err(missed) => missed,
            },
            None => Miss::Unknown,
        };
        let obstacle = match missed {
            Miss::Occupied(obstacle) => obstacle,
            Miss::Unknown => {
                let source = Deferring { allocator, reclaim: self.reclaim() };
                match map_by_cursor::<T, L, M, _>(self, source, at, page.frame(), attributes) {
                    Ok(()) => return Ok(()),
                    Err(obstacle) => obstacle,
                }
            }
        };
        Err(MapError { page, obstacle })
    }
}

/// Puts `leaf` where a walk finds an empty entry.
#[inline(always)]
fn fill_empty<T: Visible, L: LevelOf<T>, M: Memory>(
    tree: &Tree<T, M>,
    at: Address<T::Space>,
    leaf: u64,
) -> Result<(), Miss<T>> {
    let (table, _) = T::at_root(tree.geometry(), Find::<T, M, L>::new(tree.memory(), tree.root(), at))?;
    fill::<T, L, M, Parallel>(tree.memory(), table, at, leaf)
}

/// Maps a page in a table that may have to be made, or says why it cannot be done.
#[cold]
#[inline(never)]
fn map_by_cursor<T: Direct, L: LevelOf<T>, M: Memory, S: TableSource>(
    tree: &Tree<T, M>,
    source: S,
    at: Address<T::Space>,
    frame: Hpa,
    attributes: T::Attributes,
) -> Result<(), ObstacleOf<T>> {
    Cursor::<T, M, S, Parallel>::new(tree, source).map_frame::<L>(at, frame, &attributes)
}
