//! From the root to the table that translates an address at a given level, by recursion over level types.
//!
//! Missing tables are made on the way, if asked for, and the two access modes differ in one thing. Exclusively,
//! the new tables are put together first and linked last, by one store, so that a walk that runs out of memory
//! leaves nothing behind. In parallel each is linked by one compare-exchange as soon as it is initialised, so that
//! two faults meet as far up as possible: the loser frees its table and goes on in the winner's.

use super::Cursor;
use super::source::TableSource;
use super::template::check_frame;
use crate::access::Access;
use crate::address::{Address, Hpa};
use crate::entry::Entry;
use crate::error::{Obstacle, ObstacleOf};
use crate::format::EntryFormat;
use crate::level::{Level, LevelOf};
use crate::memory::{Memory, UNCOUNTED, Word};
use crate::table::{RootVisitor, Visible};
use crate::tree::TableOf;
use core::marker::PhantomData;

/// What a walk does where a table is missing.
pub(super) trait Missing {
    const MAKE: bool;
}
/// It stops.
pub(super) enum Stop {}
/// It makes the table.
pub(super) enum Make {}
impl Missing for Stop {
    const MAKE: bool = false;
}
impl Missing for Make {
    const MAKE: bool = true;
}

impl<T: Visible, M: Memory, S: TableSource, X: Access> Cursor<'_, T, M, S, X> {
    /// The table of level `L` that translates `at`, from the root.
    #[inline(always)]
    pub(super) fn walk<L: LevelOf<T>, N: Missing>(
        &self,
        at: Address<T::Space>,
    ) -> Result<TableOf<T, L>, ObstacleOf<T>> {
        T::at_root(self.geometry, Walk { cursor: self, at, to: PhantomData::<fn() -> (L, N)> })
    }

    #[inline(always)]
    fn descend<L: LevelOf<T>, To: LevelOf<T>, N: Missing>(
        &self,
        table: TableOf<T, L>,
        at: Address<T::Space>,
    ) -> Result<TableOf<T, To>, ObstacleOf<T>> {
        if L::NUMBER == To::NUMBER {
            return Ok(table.part(at));
        }
        if !L::TABLES || L::NUMBER < To::NUMBER {
            return Err(Obstacle::NoSuchLevel { level: To::LEVEL });
        }
        let raw = table.word(self.memory, at).load();
        match L::decode(raw) {
            Entry::Subtable(entry) => self.descend::<L::Below, To, N>(TableOf::at(entry.frame()), at),
            Entry::Absent(_) if N::MAKE => self.grow::<L, To>(table, at, raw),
            entry => Err(Obstacle::entry::<T, L>(at, entry)),
        }
    }

    /// Goes on from an absent entry.
    #[cold]
    fn grow<L: LevelOf<T>, To: LevelOf<T>>(
        &self,
        table: TableOf<T, L>,
        at: Address<T::Space>,
        absent: u64,
    ) -> Result<TableOf<T, To>, ObstacleOf<T>> {
        let child = self.new_table::<L>(at)?;
        if X::PARALLEL {
            if self.link(table, at, absent, child).is_ok() {
                return self.descend::<L::Below, To, Make>(child, at);
            }
            self.source.free(child.frame(), L::Below::TABLE_ORDER);
            return self.descend::<L, To, Make>(table, at);
        }
        let target = self.descend::<L::Below, To, Make>(child, at);
        if target.is_ok() {
            let linked = self.link(table, at, absent, child);
            debug_assert!(linked.is_ok(), "somebody writes beside exclusive access");
        } else {
            self.source.free(child.frame(), L::Below::TABLE_ORDER);
        }
        target
    }

    /// A new, empty table for the entry of level `L` that translates `at`.
    pub(super) fn new_table<L: LevelOf<T>>(
        &self,
        at: Address<T::Space>,
    ) -> Result<TableOf<T, L::Below>, ObstacleOf<T>> {
        let frame = self.table_page::<L>(at)?;
        let table = TableOf::initialise(self.memory, frame);
        if X::PARALLEL {
            self.memory.record(frame).live.store(UNCOUNTED);
        }
        Ok(table)
    }

    /// A page for a table that the entry of level `L` for `at` can link. It is never the frame 0: see [`LevelOf::decode_own`].
    pub(super) fn table_page<L: LevelOf<T>>(&self, at: Address<T::Space>) -> Result<Hpa, ObstacleOf<T>> {
        let order = L::Below::TABLE_ORDER;
        let Some(frame) = self.source.allocate(order) else {
            return Err(Obstacle::OutOfTables { at: at.align_down(L::SHIFT), level: L::Below::LEVEL });
        };
        let checked = match frame.as_u64() {
            0 => Err(Obstacle::FrameDoesNotFit { frame, level: L::LEVEL }),
            _ => check_frame::<T, L, L::Subtable>(frame, at, self.config),
        };
        if let Err(obstacle) = checked {
            self.source.free(frame, order);
            return Err(obstacle);
        }
        Ok(frame)
    }

    /// Links `child` where `absent` was found.
    ///
    /// # Errors
    /// What is there instead, if another thread was faster.
    pub(super) fn link<L: LevelOf<T>>(
        &self,
        table: TableOf<T, L>,
        at: Address<T::Space>,
        absent: u64,
        child: TableOf<T, L::Below>,
    ) -> Result<(), u64> {
        let count = self.open_count(table.frame());
        let linked = X::replace(table.word(self.memory, at), absent, Self::link_entry::<L>(child.frame()), 0);
        let added = linked.is_ok() && absent == T::ABSENT;
        self.close_count(table.frame(), count + i64::from(added));
        linked
    }

    /// The entry of level `L` that links the table in `frame`.
    pub(super) fn link_entry<L: LevelOf<T>>(frame: Hpa) -> u64 {
        L::LINK | L::Subtable::frame_bits(frame)
    }
}

struct Walk<'c, 't, T: Visible, M: Memory, S: TableSource, X: Access, To, N> {
    cursor: &'c Cursor<'t, T, M, S, X>,
    at: Address<T::Space>,
    to: PhantomData<fn() -> (To, N)>,
}

impl<T, M, S, X, To, N> RootVisitor<T> for Walk<'_, '_, T, M, S, X, To, N>
where
    T: Visible,
    M: Memory,
    S: TableSource,
    X: Access,
    To: LevelOf<T>,
    N: Missing,
{
    type Output = Result<TableOf<T, To>, ObstacleOf<T>>;

    #[inline(always)]
    fn visit<L: LevelOf<T>>(self) -> Self::Output {
        if TableOf::<T, L>::root_index(self.at).is_none() {
            return Err(Obstacle::OutsideTree { at: self.at });
        }
        self.cursor.descend::<L, To, N>(TableOf::at(self.cursor.root), self.at)
    }
}
