//! Mapping one page.

use super::Cursor;
use super::source::TableSource;
use super::template::{check_frame, is_frame, new_leaf};
use super::walk::Make;
use crate::access::Access;
use crate::address::{Address, Hpa};
use crate::entry::Entry;
use crate::error::{MapError, Obstacle, ObstacleOf};
use crate::format::EntryFormat;
use crate::level::{LeafLevelOf, LevelOf};
use crate::memory::{Memory, Word};
use crate::page::{Framed, PageOf};
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
    /// [`NotAllowed`](Obstacle::NotAllowed),
    /// [`NotPresent`](Obstacle::NotPresent), [`OutsideTree`](Obstacle::OutsideTree),
    /// [`NoSuchLevel`](Obstacle::NoSuchLevel), or [`Retry`](Obstacle::Retry). Exclusively, nothing was changed then; in parallel, empty tables may be linked.
    #[inline(always)]
    pub fn map<L: LeafLevelOf<T>, P: PageOf<T, L>>(
        &mut self,
        at: impl AddressOf<T>,
        page: P,
        attributes: T::Attributes,
    ) -> Result<(), MapError<T, P>> {
        let at = at.address();
        if self.map_held::<L>(at, page.frame(), &attributes) {
            return Ok(());
        }
        self.map_elsewhere::<L, P>(at, page, attributes)
    }

    /// The same for a level that is generic and has leaves: for the fault path, which learns the level as it walks.
    #[inline(always)]
    pub(crate) fn map_frame<L: LevelOf<T>>(
        &mut self,
        at: Address<T::Space>,
        frame: Hpa,
        attributes: &T::Attributes,
    ) -> Result<(), ObstacleOf<T>> {
        if self.map_held::<L>(at, frame, attributes) {
            return Ok(());
        }
        self.map_from_root::<L>(at, frame, attributes)
    }

    /// Maps in the table that is held, if it is the right one and the entry is empty: one load and one store.
    /// Returns whether it did; all else, and why it did not, is out of line, so that no register is saved for it.
    #[inline(always)]
    fn map_held<L: LevelOf<T>>(&mut self, at: Address<T::Space>, frame: Hpa, attributes: &T::Attributes) -> bool {
        let Ok(template) = new_leaf::<T, L>(attributes, at, self.config) else { return false };
        if !is_frame::<L::Leaf>(frame, self.config) {
            return false;
        }
        let Some(slot) = self.held_slot::<L>(at) else { return false };
        let word = slot.word(self.memory);
        let raw = word.load();
        let mapped = raw == T::ABSENT && X::replace(word, raw, template | L::Leaf::frame_bits(frame), 0).is_ok();
        self.held.count += i64::from(mapped);
        mapped
    }

    /// Maps a page by a walk from the root. It returns just what [`map`](Self::map) returns, to be a tail of that.
    #[cold]
    fn map_elsewhere<L: LevelOf<T>, P: Framed>(
        &mut self,
        at: Address<T::Space>,
        page: P,
        attributes: T::Attributes,
    ) -> Result<(), MapError<T, P>> {
        match self.map_from_root::<L>(at, page.frame(), &attributes) {
            Ok(()) => Ok(()),
            Err(obstacle) => Err(MapError { page, obstacle }),
        }
    }

    /// Maps in another table than the held one, or says why it cannot be done.
    #[cold]
    fn map_from_root<L: LevelOf<T>>(
        &mut self,
        at: Address<T::Space>,
        frame: Hpa,
        attributes: &T::Attributes,
    ) -> Result<(), ObstacleOf<T>> {
        check_frame::<T, L, L::Leaf>(frame, at, self.config)?;
        let leaf = new_leaf::<T, L>(attributes, at, self.config)? | L::Leaf::frame_bits(frame);
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
