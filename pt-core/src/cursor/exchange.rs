//! Replacing one leaf: what unmapping and protecting a page have in common.

use super::held::Slot;
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
use crate::tree::TableOf;
use core::hint::cold_path;

/// What became of a leaf that was to be replaced where a cursor remembers the way to it.
///
/// Tests on the way that follow each other have different answers: those with the same one are united to one branch,
/// and cost a comparison and a union each then.
pub(super) enum Exchanged<T: Visible> {
    /// What it was and what it is now, in the table that is held.
    Held(OldLeaf<T>, u64),
    /// The same in a table that was passed, and that is counted already.
    Passed(OldLeaf<T>, u64),
    /// The table above is another one.
    Far,
    /// The table is to be held first.
    Unheld,
    /// There is no leaf, or one of a span, or the last of its table, or another thread was faster: a walk from the root
    /// tells which.
    Again,
}

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
        let (leaf, new) = match self.exchange_remembered::<L, false>(at, &mut new) {
            Exchanged::Held(old, new) | Exchanged::Passed(old, new) => return Ok((old, new)),
            Exchanged::Far => self.exchange_far::<L, false>(at, new).map(|(leaf, new, _)| (leaf, new))?,
            Exchanged::Unheld => self.exchange_unheld::<L>(at, new)?,
            Exchanged::Again => self.exchange_again::<L>(at, new)?,
        };
        Ok((OldLeaf::new::<L>(at, leaf), new))
    }

    /// The same in the table that is held, or in passing in one that the table above leads to. It calls nothing.
    #[inline(always)]
    pub(super) fn exchange_remembered<L: LevelOf<T>, const REMOVES: bool>(
        &mut self,
        at: Address<T::Space>,
        new: &mut impl FnMut(L::Leaf) -> u64,
    ) -> Exchanged<T> {
        let Some(slot) = Slot::at::<T, L>(self.held.settled.place, at) else {
            cold_path();
            return self.exchange_near::<L, REMOVES>(at, new);
        };
        match self.exchange_settled::<L>(slot.word(self.memory), at, new) {
            Some((old, new)) => Exchanged::Held(old, new),
            None => Exchanged::Again,
        }
    }

    /// The same in passing, in a table that the table above leads to, if that need not be held: it was not passed last,
    /// and does not become empty. The table that is held is not taken for another: its record says that it is not counted.
    #[inline(always)]
    fn exchange_near<L: LevelOf<T>, const REMOVES: bool>(
        &mut self,
        at: Address<T::Space>,
        new: &mut impl FnMut(L::Leaf) -> u64,
    ) -> Exchanged<T> {
        let table = match self.entry_above::<L>(self.held.settled.above, at) {
            Some(Entry::Subtable(entry)) => TableOf::<T, L>::at(entry.frame()),
            Some(Entry::Leaf(_)) => return Exchanged::Unheld,
            Some(Entry::Absent(_) | Entry::Frozen) => return Exchanged::Again,
            None => return Exchanged::Far,
        };
        if self.passed == table.frame() {
            return Exchanged::Unheld;
        }
        let (word, record) = (table.word(self.memory, at), self.memory.record(table.frame()));
        // The count is loaded again where it is changed: that load is one instruction with the addition and the store.
        if REMOVES && !X::PARALLEL && record.counted().is_none_or(|count| count <= 1) {
            return Exchanged::Again;
        }
        let Some((old, new)) = self.exchange_settled::<L>(word, at, new) else { return Exchanged::Again };
        if REMOVES {
            record.count_one_less::<X>();
        }
        self.passed = table.frame();
        Exchanged::Passed(old, new)
    }

    /// The same in `word`, where a settled leaf of the same level is known.
    #[inline(always)]
    fn exchange_settled<L: LevelOf<T>>(
        &self,
        word: &M::Word,
        at: Address<T::Space>,
        new: &mut impl FnMut(L::Leaf) -> u64,
    ) -> Option<(OldLeaf<T>, u64)> {
        let raw = word.load();
        let Some(alike) = self.held.settled.alike::<T, L, X>(raw) else {
            cold_path();
            // Loaded again, so that of the first nothing need be kept but how it differs: one instruction less in order.
            let (leaf, new) = Self::exchange_word::<L>(word, word.load(), new)?;
            return Some((OldLeaf::new::<L>(at, leaf), new));
        };
        let new = new(L::Leaf::from_bits(alike.leaf));
        // No bit is left that the CPU sets.
        X::replace(word, raw, new, 0).ok()?;
        Some((OldLeaf::alike::<L>(at, raw, alike.frame), new))
    }

    /// The same in passing, if a walk from the root finds the table, whose table above is remembered from then on; or in the
    /// table that is held from then on. Returns whether it is held.
    #[cold]
    #[inline(never)]
    pub(super) fn exchange_far<L: LevelOf<T>, const REMOVES: bool>(
        &mut self,
        at: Address<T::Space>,
        mut new: impl FnMut(L::Leaf) -> u64,
    ) -> Result<(L::Leaf, u64, bool), ObstacleOf<T>> {
        if self.held.settled.is_of::<T, L>() && self.find_from_root::<L>(at).is_ok() {
            self.settle_above::<L>(at);
            if let Exchanged::Passed(old, new) = self.exchange_near::<L, REMOVES>(at, &mut new) {
                return Ok((L::Leaf::from_bits(old.raw), new, false));
            }
        }
        let (leaf, new) = self.exchange_again::<L>(at, new)?;
        Ok((leaf, new, true))
    }

    /// The same in a table that is held from then on.
    #[cold]
    #[inline(never)]
    pub(super) fn exchange_unheld<L: LevelOf<T>>(
        &mut self,
        at: Address<T::Space>,
        mut new: impl FnMut(L::Leaf) -> u64,
    ) -> Result<(L::Leaf, u64), ObstacleOf<T>> {
        let word = self.seek::<L, Stop>(at)?.word(self.memory);
        let Some((leaf, new)) = Self::exchange_word::<L>(word, word.load(), &mut new) else {
            return self.exchange_again::<L>(at, new);
        };
        self.settle::<L>(at, leaf);
        Ok((leaf, new))
    }

    /// Replaces `raw`, which was just loaded, if it is a leaf that is no part of a span and nobody else changes it
    /// meanwhile.
    #[inline(always)]
    fn exchange_word<L: LevelOf<T>>(
        word: &M::Word,
        raw: u64,
        new: &mut impl FnMut(L::Leaf) -> u64,
    ) -> Option<(L::Leaf, u64)> {
        let Entry::Leaf(leaf) = L::decode(raw) else { return None };
        if span::of(leaf).is_some() {
            return None;
        }
        let new = new(leaf);
        X::replace(word, raw, new, L::Leaf::HARDWARE).ok()?;
        Some((leaf, new))
    }

    /// Replaces a leaf that a walk from the root finds, or says what is there instead.
    #[cold]
    #[inline(never)]
    pub(super) fn exchange_again<L: LevelOf<T>>(
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
                        Ok(()) => {
                            self.settle::<L>(at, leaf);
                            return Ok((leaf, new));
                        }
                        Err(found) => raw = found,
                    }
                }
                entry => return Err(Obstacle::entry::<T, L>(at, entry)),
            }
        }
    }
}
