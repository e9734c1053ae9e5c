//! What is mapped already, for a fault that another fault was faster than.
//!
//! Of threads that fault on the same page all but one find its leaf there. They are told so by a walk of plain loads:
//! neither is the table held, nor is its record written, and nothing is locked.

use super::Cursor;
use super::source::TableSource;
use crate::access::Access;
use crate::address::{Address, Hpa};
use crate::entry::Entry;
use crate::error::{Obstacle, ObstacleOf};
use crate::format::EntryFormat;
use crate::level::LevelOf;
use crate::memory::{Memory, Word};
use crate::table::{RootVisitor, Visible};
use crate::tree::TableOf;
use core::marker::PhantomData;

impl<T: Visible, M: Memory, S: TableSource, X: Access> Cursor<'_, T, M, S, X> {
    /// The leaf of level `L`, or of a larger level, that translates `at`, as what stands in the way.
    #[inline(always)]
    pub(super) fn occupied<L: LevelOf<T>>(&self, at: Address<T::Space>) -> Option<ObstacleOf<T>> {
        let (memory, root) = (self.memory, self.root);
        T::at_root(self.geometry, Occupied { memory, root, at, to: PhantomData::<fn() -> L> })
    }
}

struct Occupied<'a, T: Visible, M, To> {
    memory: &'a M,
    root: Hpa,
    at: Address<T::Space>,
    to: PhantomData<fn() -> To>,
}

impl<T: Visible, M: Memory, To: LevelOf<T>> RootVisitor<T> for Occupied<'_, T, M, To> {
    type Output = Option<ObstacleOf<T>>;

    #[inline(always)]
    fn visit<L: LevelOf<T>>(self) -> Self::Output {
        TableOf::<T, L>::root_index(self.at)?;
        self.below(TableOf::<T, L>::at(self.root))
    }
}

impl<T: Visible, M: Memory, To: LevelOf<T>> Occupied<'_, T, M, To> {
    #[inline(always)]
    fn below<L: LevelOf<T>>(&self, table: TableOf<T, L>) -> Option<ObstacleOf<T>> {
        match L::decode(table.word(self.memory, self.at).load()) {
            Entry::Subtable(entry) if L::NUMBER > To::NUMBER => self.below(TableOf::<T, L::Below>::at(entry.frame())),
            entry @ Entry::Leaf(_) => Some(Obstacle::entry::<T, L>(self.at, entry)),
            _ => None,
        }
    }
}
