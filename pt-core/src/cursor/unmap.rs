//! Unmapping one page, and freeing the tables that become empty.

use super::exchange::Exchanged;
use super::source::TableSource;
use super::stale::DeadTables;
use super::{Cursor, OldLeaf, Stale};
use crate::access::Access;
use crate::address::{Address, AddressRange};
use crate::entry::Entry;
use crate::error::ObstacleOf;
use crate::format::EntryFormat;
use crate::level::{LeafLevelOf, Level, LevelOf};
use crate::memory::{Memory, Word};
use crate::table::{AddressOf, Direct, RootVisitor, UsedByCpu, Visible};
use crate::tree::TableOf;
use core::marker::PhantomData;

impl<'t, T: Direct + UsedByCpu, M: Memory, S: TableSource, X: Access> Cursor<'t, T, M, S, X> {
    /// Unmaps the page of level `L` that `at` lies in. What was there comes out of the flush.
    ///
    /// Exclusively, a table that becomes empty is unlinked, and its page goes back to the allocator at the flush.
    /// In parallel it stays.
    ///
    /// # Errors
    /// What is there instead: [`Absent`](crate::error::Obstacle::Absent), a
    /// [`Leaf`](crate::error::Obstacle::Leaf) of a larger size, or a [`Table`](crate::error::Obstacle::Table) of
    /// smaller pages; or [`OutsideTree`](crate::error::Obstacle::OutsideTree),
    /// [`NoSuchLevel`](crate::error::Obstacle::NoSuchLevel), [`Retry`](crate::error::Obstacle::Retry). Nothing was
    /// changed then.
    #[inline(always)]
    pub fn unmap<L: LeafLevelOf<T>>(
        &mut self,
        at: impl AddressOf<T>,
    ) -> Result<Stale<'t, T, M, S, OldLeaf<T>>, ObstacleOf<T>> {
        let at = at.address();
        let (old, is_held) = match self.exchange_remembered::<L, true>(at, &mut |_| T::ABSENT) {
            Exchanged::Held(old, _) => (old, true),
            Exchanged::Passed(old, _) => (old, false),
            Exchanged::Far => {
                let (leaf, _, is_held) = self.exchange_far::<L, true>(at, |_| T::ABSENT)?;
                (OldLeaf::new::<L>(at, leaf), is_held)
            }
            Exchanged::Unheld => (OldLeaf::new::<L>(at, self.exchange_unheld::<L>(at, |_| T::ABSENT)?.0), true),
            Exchanged::Again => (OldLeaf::new::<L>(at, self.exchange_again::<L>(at, |_| T::ABSENT)?.0), true),
        };
        let may_be_empty = !X::PARALLEL && is_held && self.held.count_one_less();
        let dead = if may_be_empty { self.free_if_empty::<L>(at) } else { DeadTables::NONE };
        let range = AddressRange::new(at.align_down(L::SHIFT), 1 << L::SHIFT);
        Ok(Stale::new(self.memory, self.source, range, dead, old))
    }
}

impl<T: Visible, M: Memory, S: TableSource, X: Access> Cursor<'_, T, M, S, X> {
    /// Unlinks the table that is held, of level `L`, if it is empty.
    #[cold]
    fn free_if_empty<L: LevelOf<T>>(&mut self, at: Address<T::Space>) -> DeadTables {
        let mut dead = DeadTables::NONE;
        let count = self.known_count(TableOf::<T, L>::at(self.held.frame), self.held.others + 1);
        self.held.others = count - 1;
        if count == 0 {
            self.leave();
            T::at_root(self.geometry, Prune { cursor: self, at, dead: &mut dead, empty: PhantomData::<fn() -> L> });
        }
        dead
    }

    /// Unlinks the table of level `Empty` for `at`, and those above it that become empty with it. Returns whether
    /// `table` is empty after that.
    fn prune<L: LevelOf<T>, Empty: LevelOf<T>>(
        &self,
        table: TableOf<T, L>,
        at: Address<T::Space>,
        dead: &mut DeadTables,
    ) -> bool {
        if L::NUMBER == Empty::NUMBER {
            return true;
        }
        let Entry::Subtable(entry) = L::decode(table.word(self.memory, at).load()) else { return false };
        let child = TableOf::<T, L::Below>::at(entry.frame());
        self.prune::<L::Below, Empty>(child, at, dead) && self.unlink(table, at, child, dead)
    }

    /// Unlinks `child`, which is empty. Returns whether `table` is empty after that.
    fn unlink<L: LevelOf<T>>(
        &self,
        table: TableOf<T, L>,
        at: Address<T::Space>,
        child: TableOf<T, L::Below>,
        dead: &mut DeadTables,
    ) -> bool {
        table.word(self.memory, at).store(T::ABSENT);
        dead.push(self.memory, child.frame(), L::Below::TABLE_ORDER);
        let count = self.known_count(table, self.open_count(table.frame()) - 1);
        self.close_count(table.frame(), count);
        count == 0
    }
}

struct Prune<'c, 'd, 't, T: Visible, M: Memory, S: TableSource, X: Access, Empty> {
    cursor: &'c Cursor<'t, T, M, S, X>,
    at: Address<T::Space>,
    dead: &'d mut DeadTables,
    empty: PhantomData<fn() -> Empty>,
}

impl<T, M, S, X, Empty> RootVisitor<T> for Prune<'_, '_, '_, T, M, S, X, Empty>
where
    T: Visible,
    M: Memory,
    S: TableSource,
    X: Access,
    Empty: LevelOf<T>,
{
    type Output = bool;
    fn visit<L: LevelOf<T>>(self) -> bool {
        self.cursor.prune::<L, Empty>(TableOf::at(self.cursor.root), self.at, self.dead)
    }
}
