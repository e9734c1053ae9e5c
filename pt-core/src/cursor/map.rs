//! Mapping one page.

use super::Cursor;
use super::find::{Miss, fill_word};
use super::passing::Near;
use super::source::TableSource;
use super::template::{check_frame, new_leaf};
use super::walk::Make;
use crate::access::Access;
use crate::address::{Address, Hpa};
use crate::entry::Entry;
use crate::error::{MapError, Obstacle, ObstacleOf};
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
        let (near, leaf) = match self.new_leaf_of::<L>(at, page.frame(), &attributes) {
            Some(leaf) if self.map_held::<L>(at, leaf) => (Near::Mapped, leaf),
            Some(leaf) => (self.map_near::<L>(at, leaf), leaf),
            None => (Near::Occupied, 0),
        };
        match near {
            Near::Mapped => Ok(()),
            Near::Occupied => self.map_or_refuse::<L, P>(at, page, attributes),
            Near::Unknown => self.map_elsewhere::<L, P>(at, page, leaf),
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
        match self.new_leaf_of::<L>(at, frame, attributes) {
            None => Err(self.refusal::<L>(at, frame, attributes)),
            Some(leaf) => match self.map_far::<L>(at, leaf) {
                Ok(()) => Ok(()),
                Err(Miss::Occupied(obstacle)) => Err(obstacle),
                Err(Miss::Unknown) => self.map_from_root::<L>(at, leaf),
            },
        }
    }

    /// The leaf for a page, if there can be one.
    #[inline(always)]
    fn new_leaf_of<L: LevelOf<T>>(&self, at: Address<T::Space>, frame: Hpa, attributes: &T::Attributes) -> Option<u64> {
        let template = new_leaf::<T, L>(attributes, at, self.config).ok()?;
        // A sum instead of a union of what has no bit in common: x86 has an addition with a third register for the result.
        Some(template.wrapping_add(self.frames.bits::<L>(frame, self.config)?))
    }

    /// Why there cannot be a leaf for a page.
    #[cold]
    fn refusal<L: LevelOf<T>>(&self, at: Address<T::Space>, frame: Hpa, attributes: &T::Attributes) -> ObstacleOf<T> {
        let refused = check_frame::<T, L, L::Leaf>(frame, at, self.config);
        let refused = refused.err().or_else(|| new_leaf::<T, L>(attributes, at, self.config).err());
        refused.unwrap_or(Obstacle::NotPresent { level: L::LEVEL, raw: L::leaf_template(attributes) })
    }

    /// Maps in the table that is held, if it is the right one and the entry is empty: one load and one store.
    /// Returns whether it did; all else, and why it did not, is out of line, so that no register is saved for it.
    #[inline(always)]
    fn map_held<L: LevelOf<T>>(&mut self, at: Address<T::Space>, leaf: u64) -> bool {
        let Some(slot) = self.held_slot::<L>(at) else { return false };
        let mapped = fill_word::<T, M, X>(slot.word(self.memory), leaf).is_ok();
        self.held.others += i64::from(mapped);
        mapped
    }

    /// Maps a page in another table than the held one and those that the table above leads to, or gives it back. It
    /// returns just what [`map`](Self::map) returns, to be a tail of that, and leaves to
    /// [`map_holding`](Self::map_holding) whatever needs a frame on the stack.
    #[cold]
    #[inline(never)]
    fn map_elsewhere<L: LevelOf<T>, P: Framed>(
        &mut self,
        at: Address<T::Space>,
        page: P,
        leaf: u64,
    ) -> Result<(), MapError<T, P>> {
        match self.map_far::<L>(at, leaf) {
            Ok(()) => Ok(()),
            Err(Miss::Occupied(obstacle)) => Err(MapError { page, obstacle }),
            Err(Miss::Unknown) => self.map_holding::<L, P>(at, page, leaf),
        }
    }

    /// Maps a page in a table that is held from then on.
    #[cold]
    #[inline(never)]
    fn map_holding<L: LevelOf<T>, P: Framed>(
        &mut self,
        at: Address<T::Space>,
        page: P,
        leaf: u64,
    ) -> Result<(), MapError<T, P>> {
        self.map_from_root::<L>(at, leaf).map_err(|obstacle| MapError { page, obstacle })
    }

    /// The same if there can be a leaf for the page; or gives it back, and says why there cannot.
    #[cold]
    #[inline(never)]
    fn map_or_refuse<L: LevelOf<T>, P: Framed>(
        &mut self,
        at: Address<T::Space>,
        page: P,
        attributes: T::Attributes,
    ) -> Result<(), MapError<T, P>> {
        let Some(leaf) = self.new_leaf_of::<L>(at, page.frame(), &attributes) else {
            let obstacle = self.refusal::<L>(at, page.frame(), &attributes);
            return Err(MapError { page, obstacle });
        };
        self.map_elsewhere::<L, P>(at, page, leaf)
    }

    /// Maps by a walk from the root, which makes what is missing, and holds the table; or says why it cannot be done.
    #[cold]
    fn map_from_root<L: LevelOf<T>>(&mut self, at: Address<T::Space>, leaf: u64) -> Result<(), ObstacleOf<T>> {
        // The table that is held may have been unlinked meanwhile: its entries are frozen then, and stay so.
        self.leave();
        let word = self.seek::<L, Make>(at)?.word(self.memory);
        let mut raw = word.load();
        loop {
            match L::decode(raw) {
                Entry::Absent(_) => match X::replace(word, raw, leaf, 0) {
                    Ok(()) => {
                        self.held.others += i64::from(raw == T::ABSENT);
                        return Ok(());
                    }
                    Err(found) => raw = found,
                },
                entry => return Err(Obstacle::entry::<T, L>(at, entry)),
            }
        }
    }
}
