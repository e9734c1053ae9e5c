//! Live children: how many entries of a table are in use, so that an empty table is known without a scan.
//!
//! The count of a table is in its [`Record`](crate::Record), except while a cursor works on the table: then the
//! record says [`UNCOUNTED`] and the cursor has the count. A cursor that is forgotten instead of dropped, or left
//! by a panic, thereby costs one recount later and never a wrong count. Under parallel access nobody counts: the
//! record says [`UNCOUNTED`] from the first change on, and the next exclusive operation that must know counts
//! once.
//!
//! An entry is in use unless it is [`Visible::ABSENT`]: an absent entry with a payload keeps its table.

use super::Cursor;
use super::source::TableSource;
use crate::access::Access;
use crate::address::Hpa;
use crate::level::LevelOf;
use crate::memory::{Memory, UNCOUNTED, Word};
use crate::table::Visible;
use crate::tree::TableOf;

impl<T: Visible, M: Memory, S: TableSource, X: Access> Cursor<'_, T, M, S, X> {
    /// Takes the count of a table out of its record, to change entries of the table. Below zero if it is not known.
    #[inline(always)]
    pub(super) fn open_count(&self, table: Hpa) -> i64 {
        let live = &self.memory.record(table).live;
        let count = live.load().cast_signed();
        // Records lie side by side: in parallel, what is uncounted is not written again.
        if !X::PARALLEL || count >= 0 {
            live.store(UNCOUNTED);
        }
        count
    }

    /// Puts the count of a table back.
    #[inline(always)]
    pub(super) fn close_count(&self, table: Hpa, count: i64) {
        if !X::PARALLEL && count >= 0 {
            self.memory.record(table).live.store(count.cast_unsigned());
        }
    }

    /// The count, counted now if it is not known.
    #[inline(always)]
    pub(super) fn known_count<L: LevelOf<T>>(&self, table: TableOf<T, L>, count: i64) -> i64 {
        if count < 0 { self.recount(table) } else { count }
    }

    #[cold]
    fn recount<L: LevelOf<T>>(&self, table: TableOf<T, L>) -> i64 {
        let in_use = |&index: &usize| self.memory.word(table.frame(), index).load() != T::ABSENT;
        i64::try_from((0..L::ENTRIES).filter(in_use).count()).unwrap_or(UNCOUNTED.cast_signed())
    }
}
