//! Mapping in passing: in a table that is there, without holding it.
//!
//! Work without order in its addresses would take the count of each table out of its record and put it back one page
//! later, which doubles what a page costs: 85 instructions in passing, 217 by holding. Only when the same table is
//! wanted twice in a row is it worth holding.

use super::Cursor;
use super::source::TableSource;
use crate::access::Access;
use crate::address::{Address, Hpa};
use crate::entry::Entry;
use crate::format::EntryFormat;
use crate::level::LevelOf;
use crate::memory::{Memory, UNCOUNTED, Word};
use crate::table::{RootVisitor, Visible};
use crate::tree::TableOf;
use core::marker::PhantomData;

impl<T: Visible, M: Memory, S: TableSource, X: Access> Cursor<'_, T, M, S, X> {
    /// Puts `leaf` where a walk finds an empty entry. Returns whether it did: not if a table is missing on the way,
    /// nor if the table is the one that was passed last. The caller holds it then.
    #[inline(always)]
    pub(super) fn map_passing<L: LevelOf<T>>(&mut self, at: Address<T::Space>, leaf: u64) -> bool {
        let memory = self.memory;
        if !self.held.passes::<T, L>(at) {
            return false;
        }
        let walk = Find { memory, root: self.root, at, to: PhantomData::<fn() -> L> };
        let Some(table) = T::at_root(self.geometry, walk) else { return false };
        let mapped = Self::fill_word(table.word(memory, at), leaf);
        if mapped {
            Self::count_one_more(memory, table.frame());
        }
        mapped
    }

    /// Replaces an empty entry. Returns whether it was empty.
    #[inline(always)]
    pub(super) fn fill_word(word: &M::Word, leaf: u64) -> bool {
        let raw = word.load();
        raw == T::ABSENT && X::replace(word, raw, leaf, 0).is_ok()
    }

    /// Counts an entry of a table that is not held.
    #[inline(always)]
    fn count_one_more(memory: &M, table: Hpa) {
        let live = &memory.record(table).live;
        let count = live.load();
        if count != UNCOUNTED {
            live.store(if X::PARALLEL { UNCOUNTED } else { count + 1 });
        }
    }
}

/// Looks for the table of level `To` that translates an address.
struct Find<'a, T: Visible, M, To> {
    memory: &'a M,
    root: Hpa,
    at: Address<T::Space>,
    to: PhantomData<fn() -> To>,
}

impl<T: Visible, M: Memory, To: LevelOf<T>> RootVisitor<T> for Find<'_, T, M, To> {
    type Output = Option<TableOf<T, To>>;

    #[inline(always)]
    fn visit<L: LevelOf<T>>(self) -> Self::Output {
        TableOf::<T, L>::root_index(self.at)?;
        self.below(TableOf::<T, L>::at(self.root))
    }
}

impl<T: Visible, M: Memory, To: LevelOf<T>> Find<'_, T, M, To> {
    #[inline(always)]
    fn below<L: LevelOf<T>>(&self, table: TableOf<T, L>) -> Option<TableOf<T, To>> {
        if L::NUMBER == To::NUMBER {
            return Some(table.part(self.at));
        }
        if !L::TABLES || L::NUMBER < To::NUMBER {
            return None;
        }
        match L::decode(table.word(self.memory, self.at).load()) {
            Entry::Subtable(entry) => self.below(TableOf::<T, L::Below>::at(entry.frame())),
            _ => None,
        }
    }
}
