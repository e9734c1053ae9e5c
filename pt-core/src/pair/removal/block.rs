//! Blocking: from here on the monitor lets no new translation through.
//!
//! The private entry goes first: it is frozen, then the hook is called, and only then does it say that it is
//! blocked. Just the range is blocked: a leaf that sticks out of it is split first.

use super::monitor::{Kick, Monitor};
use super::{BlockedBatch, Removal};
use crate::address::{Address, AddressRange};
use crate::allocator::TableAllocator;
use crate::hook::{Block, Occupied, Split, Track, Unblock};
use crate::level::LevelOf;
use crate::memory::Memory;
use crate::pair::error::{Cause, EntryError, RemovalError};
use crate::pair::freeze::Freeze;
use crate::pair::range::{Below, Visitor, visit};
use crate::pair::slot::{self, Place, Slot};
use crate::space::Private;
use crate::table::{Propagating, Table};
use core::fmt;
use core::marker::PhantomData;

impl<'id, T, M, A, H, K> Removal<'id, '_, T, M, A, H, K>
where
    T: Propagating,
    M: Memory,
    K: Kick,
{
    /// Blocks everything that is mapped in `range`, and nothing else: leaves that stick out of the range are split
    /// through the hooks first. What is blocked already is taken up.
    ///
    /// # Errors
    /// What stood in the way, with the batch of what lies before it. A split that was done stays.
    pub fn block(&mut self, range: AddressRange<Private>) -> Result<BlockedBatch<'id>, BlockError<'id, T>>
    where
        T: Block<H> + Track<H> + Unblock<H> + Split<H>,
        A: TableAllocator,
    {
        self.split_edges(range).map_err(|error| BlockError { error, blocked: None })?;
        self.block_whole(range)
    }

    /// Blocks everything that is mapped in `range`, which no leaf sticks out of: for a monitor that cannot split.
    ///
    /// # Errors
    /// What stood in the way, with the batch of what lies before it; [`Cause::PartlyCovered`] for a leaf that
    /// sticks out of the range.
    pub fn block_whole(&mut self, range: AddressRange<Private>) -> Result<BlockedBatch<'id>, BlockError<'id, T>>
    where
        T: Block<H>,
    {
        let mut blocker = BlockLeaves { monitor: &mut self.monitor, within: Some(range), leaves: 0 };
        let result = visit(self.tree, range, &mut blocker);
        let leaves = blocker.leaves;
        let batch = |range| BlockedBatch { range, leaves, brand: PhantomData };
        match result {
            Ok(()) => Ok(batch(range)),
            Err(error) => Err(BlockError { blocked: before(range, &error).map(batch), error: error.into() }),
        }
    }
}

/// The part of a range that lies before what an error is about.
fn before<L>(range: AddressRange<Private>, error: &EntryError<L>) -> Option<AddressRange<Private>> {
    let end = error.address.as_u64();
    (end > range.start().as_u64()).then(|| AddressRange::from_start_to_last(range.start(), Address::new(end - 1)))
}

/// A range is not blocked as a whole.
#[derive(Debug)]
pub struct BlockError<'id, T: Table> {
    /// What stood in the way.
    pub error: RemovalError<T::Levels>,
    /// The part of the range before it, which is blocked.
    pub blocked: Option<BlockedBatch<'id>>,
}

impl<T: Table> fmt::Display for BlockError<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.blocked {
            Some(batch) => write!(f, "only {:?} is blocked: {}", batch.range, self.error),
            None => write!(f, "nothing of the range is blocked: {}", self.error),
        }
    }
}

impl<T: Table> core::error::Error for BlockError<'_, T> {}

/// Blocks the leaves that it meets.
pub(super) struct BlockLeaves<'s, 'vm, H, K> {
    pub(super) monitor: &'s mut Monitor<'vm, H, K>,
    /// The range that no leaf may stick out of.
    pub(super) within: Option<AddressRange<Private>>,
    /// How many leaves are blocked.
    pub(super) leaves: u64,
}

impl<T: Block<H>, M: Memory, H, K: Kick> Visitor<T, M> for BlockLeaves<'_, '_, H, K> {
    fn enter<L: LevelOf<T>>(&mut self, at: Place<'_, T, L, M>) -> Result<Option<Below<T, L>>, EntryError<T::Levels>> {
        let (found, slot) = at.load();
        match slot {
            Slot::Absent => Ok(None),
            Slot::Table(table) => Ok(Some(table)),
            Slot::Leaf(_) | Slot::BlockedLeaf(_) if self.within.is_some_and(|range| !range.covers(at.range())) => {
                Err(at.error(found, Cause::PartlyCovered))
            }
            Slot::Leaf(frame) => {
                block(self.monitor, at, found, slot::blocked_leaf::<T, L>(frame))?;
                self.leaves += 1;
                Ok(None)
            }
            Slot::BlockedLeaf(_) => {
                self.leaves += 1;
                Ok(None)
            }
            Slot::BlockedTable(_) => Err(at.error(found, Cause::Blocked)),
            Slot::Frozen => Err(at.error(found, Cause::Frozen)),
        }
    }
}

/// Blocks one entry: freeze, hook, and the blocked entry; or the old one.
pub(super) fn block<T, L, M, H, K>(
    monitor: &mut Monitor<'_, H, K>,
    at: Place<'_, T, L, M>,
    found: u64,
    blocked: u64,
) -> Result<(), EntryError<T::Levels>>
where
    T: Block<H>,
    L: LevelOf<T>,
    M: Memory,
    K: Kick,
{
    if !T::LEVELS.contains(&L::LEVEL) {
        return Err(at.error(found, Cause::NoHook));
    }
    let freeze = Freeze::<_, _, _, Occupied>::take(at, found).map_err(|found| at.error(found, Cause::LostRace))?;
    monitor.call::<T, ()>(|hooks| T::block(hooks, freeze.frozen())).map_err(|cause| at.error(found, cause))?;
    freeze.publish_word(blocked);
    Ok(())
}
