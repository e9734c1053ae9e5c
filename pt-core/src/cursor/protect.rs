//! Changing the attributes of one page.

use super::source::TableSource;
use super::stale::DeadTables;
use super::template::{template, with_history, without_history};
use super::{Cursor, OldLeaf, Stale};
use crate::access::Access;
use crate::address::{Address, AddressRange};
use crate::error::ObstacleOf;
use crate::format::EntryFormat;
use crate::level::{LeafLevelOf, LevelOf};
use crate::memory::Memory;
use crate::table::{AddressOf, Direct, UsedByCpu};

impl<'t, T: Direct + UsedByCpu, M: Memory, S: TableSource, X: Access> Cursor<'t, T, M, S, X> {
    /// Gives the page of level `L` that `at` lies in new attributes, and returns what it was before.
    ///
    /// Accessed and dirty bits that are set stay set, whatever `attributes` says of them. To clear them, see
    /// [`update`](Self::update).
    ///
    /// # Errors
    /// What is there instead, as for [`unmap`](Self::unmap), or
    /// [`NotPresent`](crate::error::Obstacle::NotPresent) or
    /// [`NotAllowed`](crate::error::Obstacle::NotAllowed). Nothing was changed then.
    #[inline(always)]
    pub fn protect<L: LeafLevelOf<T>>(
        &mut self,
        at: impl AddressOf<T>,
        attributes: T::Attributes,
    ) -> Result<Stale<'t, T, M, S, OldLeaf<T>>, ObstacleOf<T>> {
        let at = at.address();
        let template = template::<T, L>(&attributes, at, self.config)?;
        self.rewrite::<L>(at, move |leaf| with_history::<T, L>(template, leaf))
    }

    /// Changes the attributes of the page of level `L` that `at` lies in, and returns what it was before.
    ///
    /// `change` gets the attributes with the accessed and dirty bits as they are, and decides on all of them; a bit
    /// that the CPU sets meanwhile is not lost: `change` is called again.
    ///
    /// # Errors
    /// What is there instead, as for [`unmap`](Self::unmap), or
    /// [`NotPresent`](crate::error::Obstacle::NotPresent) or
    /// [`NotAllowed`](crate::error::Obstacle::NotAllowed). Nothing was changed then.
    #[inline(always)]
    pub fn update<L: LeafLevelOf<T>>(
        &mut self,
        at: impl AddressOf<T>,
        mut change: impl FnMut(T::Attributes) -> T::Attributes,
    ) -> Result<Stale<'t, T, M, S, OldLeaf<T>>, ObstacleOf<T>> {
        let (at, config) = (at.address(), self.config);
        let mut refused = None;
        let stale = self.rewrite::<L>(at, |leaf| {
            let template = template::<T, L>(&change(L::attributes(leaf)), at, config);
            refused = template.err();
            template.map_or(leaf.bits(), |template| without_history::<T, L>(template, leaf))
        })?;
        match refused {
            None => Ok(stale),
            Some(obstacle) => Err(obstacle),
        }
    }

    #[inline(always)]
    fn rewrite<L: LevelOf<T>>(
        &mut self,
        at: Address<T::Space>,
        new: impl FnMut(L::Leaf) -> u64,
    ) -> Result<Stale<'t, T, M, S, OldLeaf<T>>, ObstacleOf<T>> {
        let (old, new) = self.exchange_leaf::<L>(at, new)?;
        if new == old.raw {
            return Ok(Stale::unchanged(self.memory, self.source, old));
        }
        let range = AddressRange::new(at.align_down(L::SHIFT), 1 << L::SHIFT);
        Ok(Stale::new(self.memory, self.source, range, DeadTables::NONE, old))
    }
}
