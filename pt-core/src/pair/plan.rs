//! What a conversion to shared would cost, before it is done.
//!
//! The plan is made by the same walk that the conversion does, without a hook and without a write. It is exact as
//! long as nothing changes in between and the monitor refuses nothing.

use super::Vm;
use super::error::{Cause, EntryError};
use super::pages::LevelsOf;
use super::phase::{Live, Phase};
use super::range::{Below, Visitor, visit};
use super::slot::{Place, Slot};
use crate::address::{AddressRange, Gpa};
use crate::hook::{Block, Remove, Split};
use crate::level::{Level, LevelOf};
use crate::memory::Memory;
use crate::space::Private;
use crate::table::Pair;
use core::marker::PhantomData;

/// The hook calls and table pages of a conversion to shared.
#[derive(Copy, Clone, PartialEq, Eq, Debug, Default)]
pub struct ConversionPlan {
    /// Block hooks.
    pub blocks: u64,
    /// Track hooks, each followed by a kick.
    pub tracks: u64,
    /// Split hooks: blocks of memory that stick out of the range.
    pub splits: u64,
    /// Remove hooks: leaves whose pages come back.
    pub removals: u64,
    /// Bytes that come back.
    pub bytes: u64,
}

impl ConversionPlan {
    /// Table pages that it takes from the allocator: one for each split, and its partner.
    #[must_use]
    pub const fn table_pages(&self) -> u64 {
        2 * self.splits
    }

    /// Hook calls in all.
    #[must_use]
    pub const fn hook_calls(&self) -> u64 {
        self.blocks + self.tracks + self.splits + self.removals
    }
}

impl<P: Pair, Ph: Phase, M: Memory, A, H> Vm<P, Ph, M, A, H> {
    /// What [`convert_to_shared`](Self::convert_to_shared) would do with `range`.
    ///
    /// # Errors
    /// What would stand in its way: an entry that is frozen, a table that is blocked, or a leaf that the declaration
    /// has no hook to block, split or remove.
    pub fn plan_conversion_to_shared(
        &self,
        range: AddressRange<Private>,
    ) -> Result<ConversionPlan, EntryError<LevelsOf<P>>>
    where
        Ph: Live,
        P::Private: Block<H> + Split<H> + Remove<H>,
    {
        let mut planner = Planner::<H> { range, plan: ConversionPlan::default(), rounds: 0, hooks: PhantomData };
        visit(&self.private, range, &mut planner)?;
        let Planner { mut plan, rounds, .. } = planner;
        plan.tracks = rounds + u64::from(plan.removals > 0);
        Ok(plan)
    }
}

/// Adds up what would be done at each entry.
struct Planner<H> {
    range: AddressRange<Private>,
    plan: ConversionPlan,
    /// How many times leaves are split one after the other; each time is tracked.
    rounds: u64,
    hooks: PhantomData<fn(&H)>,
}

impl<T, M, H> Visitor<T, M> for Planner<H>
where
    T: Block<H> + Split<H> + Remove<H>,
    M: Memory,
{
    fn enter<L: LevelOf<T>>(&mut self, at: Place<'_, T, L, M>) -> Result<Option<Below<T, L>>, EntryError<T::Levels>> {
        let (found, slot) = at.load();
        let blocked = match slot {
            Slot::Absent => return Ok(None),
            Slot::Table(table) => return Ok(Some(table)),
            Slot::Leaf(_) => false,
            Slot::BlockedLeaf(_) => true,
            Slot::Frozen => return Err(at.error(found, Cause::Frozen)),
            Slot::BlockedTable(_) => return Err(at.error(found, Cause::Blocked)),
        };
        let depth = self.leaf::<T, L>(at.address(), blocked);
        self.rounds = self.rounds.max(depth.ok_or(at.error(found, Cause::NoHook))?);
        Ok(None)
    }
}

impl<H> Planner<H> {
    /// Plans for one leaf, which may be one that only a split would make. Returns how many splits deep it goes, or
    /// `None` if a hook is missing.
    fn leaf<T, L>(&mut self, start: Gpa<Private>, blocked: bool) -> Option<u64>
    where
        T: Block<H> + Split<H> + Remove<H>,
        L: LevelOf<T>,
    {
        let block = AddressRange::new(start, 1 << L::SHIFT);
        if !blocked {
            <T as Block<H>>::LEVELS.contains(&L::LEVEL).then_some(())?;
            self.plan.blocks += 1;
        }
        if self.range.covers(block) {
            <T as Remove<H>>::LEVELS.contains(&L::LEVEL).then_some(())?;
            self.plan.removals += 1;
            self.plan.bytes += block.bytes();
            return Some(0);
        }
        (L::TABLES && <T as Split<H>>::LEVELS.contains(&L::LEVEL)).then_some(())?;
        self.plan.splits += 1;
        let first = block.start().max(self.range.start()).align_down(<L::Below as Level>::SHIFT);
        let last = block.last().min(self.range.last());
        let mut depth = 0;
        let mut start = first;
        while start <= last {
            depth = depth.max(self.leaf::<T, L::Below>(start, false)?);
            start = Gpa::new(start.as_u64() + (1 << <L::Below as Level>::SHIFT));
        }
        Some(depth + 1)
    }
}
