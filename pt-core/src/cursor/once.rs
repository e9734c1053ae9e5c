//! One page for one fault.
//!
//! A fault maps a page under a guard of its own, so that nothing that a cursor remembers is of use to it: to make a cursor
//! and to ask what it holds is a third of what the fault costs. The page is mapped without one where the table is there
//! and the entry is empty, by one compare-exchange; for all else a cursor is made.

use super::Cursor;
use super::passing::{Find, fill_word};
use super::source::{Deferring, TableSource};
use crate::access::{Access, Parallel};
use crate::address::Address;
use crate::allocator::TableAllocator;
use crate::error::MapError;
use crate::level::{LeafLevelOf, LevelOf};
use crate::memory::Memory;
use crate::page::{Framed, PageOf};
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
        let leaf = super::template::whole_leaf::<T, L>(at, page.frame(), &attributes, self.config());
        if leaf.is_some_and(|leaf| fill::<T, L, M, Parallel>(self, at, leaf)) {
            return Ok(());
        }
        let source = Deferring { allocator, reclaim: self.reclaim() };
        map_by_cursor::<T, L, M, _, P>(self, source, at, page, attributes)
    }
}

/// Puts `leaf` where a walk finds an empty entry. Returns whether it did.
#[inline(always)]
fn fill<T: Visible, L: LevelOf<T>, M: Memory, X: Access>(tree: &Tree<T, M>, at: Address<T::Space>, leaf: u64) -> bool {
    let memory = tree.memory();
    let Some((table, _)) = T::at_root(tree.geometry(), Find::<T, M, L>::new(memory, tree.root(), at)) else {
        return false;
    };
    let mapped = fill_word::<T, M, X>(table.word(memory, at), leaf);
    if mapped {
        memory.record(table.frame()).count_one_more::<X>();
    }
    mapped
}

/// Maps a page in a table that may have to be made; or gives it back, and says why.
#[cold]
#[inline(never)]
fn map_by_cursor<T: Direct, L: LevelOf<T>, M: Memory, S: TableSource, P: Framed>(
    tree: &Tree<T, M>,
    source: S,
    at: Address<T::Space>,
    page: P,
    attributes: T::Attributes,
) -> Result<(), MapError<T, P>> {
    Cursor::<T, M, S, Parallel>::new(tree, source).map_or_refuse::<L, P>(at, page, attributes)
}
