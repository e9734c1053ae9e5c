//! Replacing one leaf: what unmapping and protecting a page have in common.

use super::source::TableSource;
use super::walk::Stop;
use super::{Cursor, OldLeaf};
use crate::access::Access;
use crate::address::Address;
use crate::entry::Entry;
use crate::error::{Obstacle, ObstacleOf};
use crate::format::EntryFormat;
use crate::level::LevelOf;
use crate::memory::{Memory, Word};
use crate::span;
use crate::table::Visible;

impl<T: Visible, M: Memory, S: TableSource, X: Access> Cursor<'_, T, M, S, X> {
    /// Replaces the leaf of level `L` for `at` by what `new` makes of it. Returns what it was at that moment, with
    /// every accessed and dirty bit that the CPU had set, and what it is now. `new` is called again if the entry
    /// changes meanwhile.
    ///
    /// # Errors
    /// What is there instead of a leaf of this level.
    #[inline(always)]
    pub(super) fn exchange_leaf<L: LevelOf<T>>(
        &mut self,
        at: Address<T::Space>,
        mut new: impl FnMut(L::Leaf) -> u64,
    ) -> Result<(OldLeaf<T>, u64), ObstacleOf<T>> {
        if let Some(done) = self.exchange_alike::<L>(at, &mut new) {
            return Ok(done);
        }
        let (leaf, new) = self.exchange_unlike::<L>(at, new)?;
        Ok((OldLeaf::new::<L>(at, leaf), new))
    }

    /// The same if the leaf says what the one before said.
    #[inline(always)]
    pub(super) fn exchange_alike<L: LevelOf<T>>(
        &mut self,
        at: Address<T::Space>,
        new: &mut impl FnMut(L::Leaf) -> u64,
    ) -> Option<(OldLeaf<T>, u64)> {
        let alike = self.settled_leaf::<L>(at)?;
        let new = new(L::Leaf::from_bits(alike.leaf));
        // No bit is left that the CPU sets.
        X::replace(alike.word, alike.raw, new, 0).ok()?;
        Some((OldLeaf::alike::<L>(at, alike.raw, alike.frame), new))
    }

    /// The same for a leaf that does not say what the one before said, or is in another table.
    #[cold]
    #[inline(never)]
    fn exchange_unlike<L: LevelOf<T>>(
        &mut self,
        at: Address<T::Space>,
        mut new: impl FnMut(L::Leaf) -> u64,
    ) -> Result<(L::Leaf, u64), ObstacleOf<T>> {
        match self.exchange_near::<L, false>(at, &mut new) {
            Some(done) => Ok(done),
            None => self.exchange_held::<L>(at, new),
        }
    }

    /// The same in passing, in a table that the table above leads to, if that need not be held: it was not passed last,
    /// and does not become empty.
    #[inline(always)]
    pub(super) fn exchange_near<L: LevelOf<T>, const REMOVES: bool>(
        &mut self,
        at: Address<T::Space>,
        new: &mut impl FnMut(L::Leaf) -> u64,
    ) -> Option<(L::Leaf, u64)> {
        // The count of the table that is held is not in its record.
        if self.held_slot::<L>(at).is_some() {
            return None;
        }
        let table = self.find_from_above::<L>(at)?;
        let record = self.memory.record(table.frame());
        let may_be_empty = REMOVES && !X::PARALLEL && record.counted().is_none_or(|count| count <= 1);
        if may_be_empty || self.passed == table.frame() {
            return None;
        }
        let done = Self::exchange_word::<L>(table.word(self.memory, at), new)?;
        if REMOVES {
            record.count_one_less::<X>();
        }
        self.passed = table.frame();
        Some(done)
    }

    /// The same in the table that is held from then on.
    #[inline(always)]
    pub(super) fn exchange_held<L: LevelOf<T>>(
        &mut self,
        at: Address<T::Space>,
        mut new: impl FnMut(L::Leaf) -> u64,
    ) -> Result<(L::Leaf, u64), ObstacleOf<T>> {
        let word = self.seek::<L, Stop>(at)?.word(self.memory);
        let Some((leaf, new)) = Self::exchange_word::<L>(word, &mut new) else {
            return self.exchange_again::<L>(at, new);
        };
        self.settle::<L>(leaf);
        Ok((leaf, new))
    }

    /// Replaces an entry, if it is a leaf that is no part of a span and nobody else changes it meanwhile.
    #[inline(always)]
    fn exchange_word<L: LevelOf<T>>(word: &M::Word, new: &mut impl FnMut(L::Leaf) -> u64) -> Option<(L::Leaf, u64)> {
        let raw = word.load();
        let Entry::Leaf(leaf) = L::decode(raw) else { return None };
        if span::of(leaf).is_some() {
            return None;
        }
        let new = new(leaf);
        X::replace(word, raw, new, L::Leaf::HARDWARE).ok()?;
        Some((leaf, new))
    }

    #[cold]
    fn exchange_again<L: LevelOf<T>>(
        &mut self,
        at: Address<T::Space>,
        mut new: impl FnMut(L::Leaf) -> u64,
    ) -> Result<(L::Leaf, u64), ObstacleOf<T>> {
        // The table that is held may have been unlinked meanwhile: its entries are frozen then, and stay so.
        self.leave();
        let word = self.seek::<L, Stop>(at)?.word(self.memory);
        let mut raw = word.load();
        loop {
            match L::decode(raw) {
                Entry::Leaf(leaf) if span::of(leaf).is_some() => return Err(Obstacle::spanned::<T, L>(at, leaf)),
                Entry::Leaf(leaf) => {
                    let new = new(leaf);
                    match X::replace(word, raw, new, L::Leaf::HARDWARE) {
                        Ok(()) => return Ok((leaf, new)),
                        Err(found) => raw = found,
                    }
                }
                entry => return Err(Obstacle::entry::<T, L>(at, entry)),
            }
        }
    }
}
