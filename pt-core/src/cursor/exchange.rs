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
        if let Some(alike) = self.settled_leaf::<L>(at) {
            let new = new(L::Leaf::from_bits(alike.leaf));
            // No bit is left that the CPU sets.
            if X::replace(alike.word, alike.raw, new, 0).is_ok() {
                return Ok((OldLeaf::alike::<L>(at, alike.raw, alike.frame), new));
            }
        }
        let (leaf, new) = self.exchange_unlike::<L>(at, new)?;
        Ok((OldLeaf::new::<L>(at, leaf), new))
    }

    /// The same for a leaf that does not say what the one before said.
    #[cold]
    #[inline(never)]
    fn exchange_unlike<L: LevelOf<T>>(
        &mut self,
        at: Address<T::Space>,
        mut new: impl FnMut(L::Leaf) -> u64,
    ) -> Result<(L::Leaf, u64), ObstacleOf<T>> {
        let word = self.seek::<L, Stop>(at)?.word(self.memory);
        let raw = word.load();
        if let Entry::Leaf(leaf) = L::decode(raw)
            && span::of(leaf).is_none()
        {
            let new = new(leaf);
            if X::replace(word, raw, new, L::Leaf::HARDWARE).is_ok() {
                self.settle::<L>(leaf);
                return Ok((leaf, new));
            }
        }
        self.exchange_again::<L>(at, new)
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
