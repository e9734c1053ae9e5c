//! What becomes of the leaves of a range: the same attributes for all, or what a closure says of each.

use super::OldLeaf;
use super::split::Affects;
use super::template::{template, with_history, without_history};
use crate::address::Address;
use crate::error::ObstacleOf;
use crate::format::EntryFormat;
use crate::level::LevelOf;
use crate::table::Direct;

/// What becomes of a leaf.
pub(super) trait Change<T: Direct> {
    /// Whether leaves that say the same, whatever their frames, are replaced by leaves that say the same.
    const UNIFORM: bool;
    /// What is the same for all leaves of level `L`.
    fn prepare<L: LevelOf<T>>(&self, at: Address<T::Space>) -> Result<u64, ObstacleOf<T>>;
    /// The entry that replaces `leaf`.
    fn apply<L: LevelOf<T>>(
        &mut self,
        prepared: u64,
        at: Address<T::Space>,
        leaf: L::Leaf,
    ) -> Result<u64, ObstacleOf<T>>;
}

/// The same attributes for all.
pub(super) struct Fixed<T: Direct>(pub(super) T::Attributes, pub(super) T::Config);
impl<T: Direct> Change<T> for Fixed<T> {
    const UNIFORM: bool = true;
    fn prepare<L: LevelOf<T>>(&self, at: Address<T::Space>) -> Result<u64, ObstacleOf<T>> {
        template::<T, L>(&self.0, at, self.1)
    }
    #[inline(always)]
    fn apply<L: LevelOf<T>>(
        &mut self,
        prepared: u64,
        _at: Address<T::Space>,
        leaf: L::Leaf,
    ) -> Result<u64, ObstacleOf<T>> {
        Ok(with_history::<T, L>(prepared, leaf))
    }
}

/// Attributes for each leaf.
pub(super) struct Each<F, C>(pub(super) F, pub(super) C);
impl<T: Direct, F: FnMut(&OldLeaf<T>) -> T::Attributes> Change<T> for Each<F, T::Config> {
    const UNIFORM: bool = false;
    fn prepare<L: LevelOf<T>>(&self, _at: Address<T::Space>) -> Result<u64, ObstacleOf<T>> {
        Ok(0)
    }
    #[inline(always)]
    fn apply<L: LevelOf<T>>(
        &mut self,
        _prepared: u64,
        at: Address<T::Space>,
        leaf: L::Leaf,
    ) -> Result<u64, ObstacleOf<T>> {
        let template = template::<T, L>(&(self.0)(&OldLeaf::new::<L>(at, leaf)), at, self.1)?;
        Ok(without_history::<T, L>(template, leaf))
    }
}

/// A change affects the blocks that it changes.
pub(super) struct Changed<'c, C>(pub(super) &'c mut C);
impl<T: Direct, C: Change<T>> Affects<T> for Changed<'_, C> {
    fn affects<L: LevelOf<T>>(&mut self, at: Address<T::Space>, leaf: L::Leaf) -> bool {
        // An obstacle turns up again when the change is made.
        let new = self.0.prepare::<L>(at).and_then(|prepared| self.0.apply::<L>(prepared, at, leaf));
        new != Ok(leaf.bits())
    }
}
