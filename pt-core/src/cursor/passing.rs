//! Working on a page in passing: in a table that is there, without holding it.
//!
//! Work without order in its addresses would take the count of each table out of its record and put it back one page
//! later. It counts in the record instead; only when the same table is wanted twice in a row is it held.
//!
//! Such work also walks for each page. Most of that is spared by the table **above** the last one that was found: it is
//! remembered like the table that is held, and finds any of 512 tables by one load, as the paging-structure caches of a
//! CPU do.
//!
//! What is remembered may be unlinked:
//!
//! - **By this cursor.** It [leaves](Cursor::leave) every table before it unlinks any.
//! - **By another thread**, under parallel access. The guard that the cursor works under keeps the page from being used
//!   for anything else, and whoever unlinks a table freezes its entries for good, and then those of the tables below.
//!   A cursor that comes through the table above too late finds a frozen entry there, and walks from the root. One that
//!   comes just before has an entry of a table that is being frozen, as if it had walked from the root just before:
//!   either it changes the entry, and whoever freezes it takes the change along, or it fails and walks from the root.

use super::Cursor;
use super::find::{EntryOf, Find, Miss, entry_of, fill};
use super::place::Place;
use super::source::TableSource;
use crate::access::Access;
use crate::address::Address;
use crate::entry::Entry;
use crate::format::EntryFormat;
use crate::level::LevelOf;
use crate::memory::{Memory, Word};
use crate::table::Visible;
use crate::tree::TableOf;

impl<T: Visible, M: Memory, S: TableSource, X: Access> Cursor<'_, T, M, S, X> {
    /// Puts `leaf` into the empty entry for `at`, in the table that the table above leads to, if that is not the one that
    /// was passed last. It calls nothing.
    #[inline(always)]
    pub(super) fn map_near<L: LevelOf<T>>(&mut self, at: Address<T::Space>, leaf: u64) -> Near {
        let table = match self.entry_above::<L>(self.above, at) {
            Some(Entry::Subtable(entry)) => TableOf::<T, L>::at(entry.frame()),
            Some(Entry::Leaf(_)) => return Near::Occupied,
            Some(Entry::Absent(_) | Entry::Frozen) | None => return Near::Unknown,
        };
        let (word, record) = (table.word(self.memory, at), self.memory.record(table.frame()));
        let raw = word.load();
        if raw != T::ABSENT {
            return Near::Occupied;
        }
        if self.passed == table.frame() {
            return Near::Unknown;
        }
        if X::replace(word, raw, leaf, 0).is_err() {
            return Near::Occupied;
        }
        record.count_one_more::<X>();
        self.passed = table.frame();
        Near::Mapped
    }

    /// The same in a table that has to be held from then on since it was passed last, or that only a walk from the root
    /// finds.
    ///
    /// # Errors
    /// What is there, or that it is not known.
    #[inline(always)]
    pub(super) fn map_far<L: LevelOf<T>>(&mut self, at: Address<T::Space>, leaf: u64) -> Result<(), Miss<T>> {
        let table = self.find_from_above::<L>(at).map_or_else(|| self.find_from_root::<L>(at), Ok)?;
        fill::<T, L, M, X>(self.memory, table, at, leaf)?;
        if core::mem::replace(&mut self.passed, table.frame()) == table.frame() {
            self.hold(table, at);
        }
        Ok(())
    }

    /// The entry of the table above that leads to the table of level `L` for `at`, if `above` is that table.
    #[inline(always)]
    pub(super) fn entry_above<L: LevelOf<T>>(
        &self,
        above: Place,
        at: Address<T::Space>,
    ) -> Option<EntryOf<T, L::Above>> {
        if !L::Above::TABLES {
            return None;
        }
        let (table, index) = above.slot_above::<T, L>(at)?;
        Some(entry_of::<T, L::Above, M>(self.memory.word_in(table, index)))
    }

    /// The table of level `L` for `at` that the table above leads to.
    #[inline(always)]
    pub(super) fn find_from_above<L: LevelOf<T>>(&self, at: Address<T::Space>) -> Option<TableOf<T, L>> {
        match self.entry_above::<L>(self.above, at)? {
            Entry::Subtable(entry) => Some(TableOf::at(entry.frame())),
            _ => None,
        }
    }

    /// The table of level `L` for `at`, by a walk from the root, which remembers the table above.
    ///
    /// # Errors
    /// What is there instead, or that it is not known.
    #[inline(always)]
    pub(super) fn find_from_root<L: LevelOf<T>>(&mut self, at: Address<T::Space>) -> Result<TableOf<T, L>, Miss<T>> {
        let (table, above) = T::at_root(self.geometry, Find::<T, M, L>::new(self.memory, self.root, at))?;
        self.above = above;
        Ok(table)
    }
}

/// What became of a page that was to be mapped through the table above.
///
/// Each test on the way has another answer than the one before, which is worth five instructions: tests with the same
/// one are united to one branch, and cost a comparison and a union each then.
pub(super) enum Near {
    /// It is mapped.
    Mapped,
    /// Something else is there.
    Occupied,
    /// There is no table, or none that should be passed.
    Unknown,
}
