//! Mapping one page.

use super::Cursor;
use super::source::TableSource;
use super::template::template;
use super::walk::Make;
use crate::access::Access;
use crate::address::{Address, Hpa};
use crate::entry::Entry;
use crate::error::{MapError, Obstacle, ObstacleOf};
use crate::format::EntryFormat;
use crate::level::{LeafLevelOf, LevelOf};
use crate::memory::{Memory, Word};
use crate::page::PageOf;
use crate::table::{AddressOf, Direct};

impl<T: Direct, M: Memory, S: TableSource, X: Access> Cursor<'_, T, M, S, X> {
    /// Maps `page` at the page of level `L` that `at` lies in. Tables that are missing are made.
    ///
    /// Nothing was mapped there before, so that nothing can be stale.
    ///
    /// # Errors
    /// The page comes back, with what stood in the way: a [`Leaf`](Obstacle::Leaf) (of this size, with the frame
    /// that is mapped, or of a larger one), a [`Table`](Obstacle::Table) of smaller pages,
    /// [`OutOfTables`](Obstacle::OutOfTables), [`FrameDoesNotFit`](Obstacle::FrameDoesNotFit),
    /// [`NotPresent`](Obstacle::NotPresent), [`OutsideTree`](Obstacle::OutsideTree),
    /// [`NoSuchLevel`](Obstacle::NoSuchLevel), or [`Retry`](Obstacle::Retry). Exclusively, nothing was changed then; in parallel, empty tables may be linked.
    #[inline(always)]
    pub fn map<L: LeafLevelOf<T>, P: PageOf<T, L>>(
        &mut self,
        at: impl AddressOf<T>,
        page: P,
        attributes: T::Attributes,
    ) -> Result<(), MapError<T, P>> {
        match self.map_frame::<L>(at.address(), page.frame(), &attributes) {
            Ok(()) => Ok(()),
            Err(obstacle) => Err(MapError { page, obstacle }),
        }
    }

    /// The same for a level that is generic and has leaves: for the fault path, which learns the level as it walks.
    #[inline(always)]
    pub(crate) fn map_frame<L: LevelOf<T>>(
        &mut self,
        at: Address<T::Space>,
        frame: Hpa,
        attributes: &T::Attributes,
    ) -> Result<(), ObstacleOf<T>> {
        if !L::Leaf::takes_frame(frame) {
            return Err(Obstacle::FrameDoesNotFit { frame, level: L::LEVEL });
        }
        let leaf = template::<T, L>(attributes)? | L::Leaf::frame_bits(frame);
        let word = self.seek::<L, Make>(at)?.word(self.memory);
        let raw = word.load();
        if raw == T::ABSENT && X::replace(word, raw, leaf, 0).is_ok() {
            self.held.count += 1;
            return Ok(());
        }
        self.map_again::<L>(at, leaf)
    }

    /// Maps where something other than an empty entry was found.
    #[cold]
    fn map_again<L: LevelOf<T>>(&mut self, at: Address<T::Space>, leaf: u64) -> Result<(), ObstacleOf<T>> {
        // The table that is held may have been unlinked meanwhile: its entries are frozen then, and stay so.
        self.leave();
        let word = self.seek::<L, Make>(at)?.word(self.memory);
        let mut raw = word.load();
        loop {
            match L::decode(raw) {
                Entry::Absent(_) => match X::replace(word, raw, leaf, 0) {
                    Ok(()) => {
                        self.held.count += i64::from(raw == T::ABSENT);
                        return Ok(());
                    }
                    Err(found) => raw = found,
                },
                entry => return Err(Obstacle::entry::<T, L>(at, entry)),
            }
        }
    }
}
