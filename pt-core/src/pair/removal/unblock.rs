//! Undoing a block: the guest gets its memory back, bit for bit.

use super::monitor::{Kick, Monitor};
use super::{Removal, TrackedBatch};
use crate::address::AddressRange;
use crate::hook::{Track, Tracked, Unblock};
use crate::level::LevelOf;
use crate::memory::{Memory, Word};
use crate::pair::error::{Cause, EntryError, RemovalError};
use crate::pair::range::{Below, Visitor, visit};
use crate::pair::slot::{self, Place, Slot};
use crate::space::Private;
use crate::table::{Propagating, Table};
use core::fmt;

impl<'id, T, M, A, H, K> Removal<'id, '_, T, M, A, H, K>
where
    T: Propagating,
    M: Memory,
    K: Kick,
{
    /// Puts everything back that is blocked in a batch.
    ///
    /// # Errors
    /// What stood in the way, with the batch. What lies before it is back.
    pub fn unblock(&mut self, mut batch: TrackedBatch<'id>) -> Result<(), UnblockError<'id, T>>
    where
        T: Track<H> + Unblock<H>,
    {
        let range = batch.range;
        let refreshed = self.refresh(&mut batch);
        let result = refreshed.and_then(|()| self.put_back(range).map_err(RemovalError::Entry));
        result.map_err(|error| UnblockError { error, batch })
    }

    /// Puts everything back that is blocked in `range`, whoever blocked it: after a session whose batches are lost.
    ///
    /// # Errors
    /// What stood in the way. What lies before it is back.
    pub fn restore(&mut self, range: AddressRange<Private>) -> Result<(), RemovalError<T::Levels>>
    where
        T: Track<H> + Unblock<H>,
    {
        self.new_epoch()?;
        Ok(self.put_back(range)?)
    }

    /// Puts back what is blocked in a range, and was tracked.
    pub(super) fn put_back(&mut self, range: AddressRange<Private>) -> Result<(), EntryError<T::Levels>>
    where
        T: Unblock<H>,
    {
        self.unblocked += 1;
        visit(self.tree, range, &mut PutBack { monitor: &mut self.monitor })
    }
}

/// Unblocks what it meets, tables before what is below them.
struct PutBack<'s, 'vm, H, K> {
    monitor: &'s mut Monitor<'vm, H, K>,
}

impl<T: Unblock<H>, M: Memory, H, K: Kick> Visitor<T, M> for PutBack<'_, '_, H, K> {
    fn enter<L: LevelOf<T>>(&mut self, at: Place<'_, T, L, M>) -> Result<Option<Below<T, L>>, EntryError<T::Levels>> {
        let (found, slot) = at.load();
        let (old, below) = match slot {
            Slot::Absent | Slot::Leaf(_) => return Ok(None),
            Slot::Table(table) => return Ok(Some(table)),
            Slot::Frozen => return Err(at.error(found, Cause::Frozen)),
            Slot::BlockedLeaf(frame) => (slot::leaf::<T, L>(frame), None),
            Slot::BlockedTable(table) => (slot::link::<T, L>(table.frame()), Some(table)),
        };
        unblock(self.monitor, at, found, old)?;
        Ok(below)
    }
}

/// Unblocks one entry, which was `old` before it was blocked.
pub(super) fn unblock<T, L, M, H, K>(
    monitor: &mut Monitor<'_, H, K>,
    at: Place<'_, T, L, M>,
    found: u64,
    old: u64,
) -> Result<(), EntryError<T::Levels>>
where
    T: Unblock<H>,
    L: LevelOf<T>,
    M: Memory,
    K: Kick,
{
    if !T::LEVELS.contains(&L::LEVEL) {
        return Err(at.error(found, Cause::NoHook));
    }
    let tracked = Tracked::new(at.address(), L::LEVEL, old);
    monitor.call::<T, ()>(|hooks| T::unblock(hooks, &tracked)).map_err(|cause| at.error(found, cause))?;
    at.word().store(old);
    Ok(())
}

/// A batch is not unblocked as a whole.
#[derive(Debug)]
pub struct UnblockError<'id, T: Table> {
    /// What stood in the way.
    pub error: RemovalError<T::Levels>,
    /// The batch: what is not back yet is still blocked.
    pub batch: TrackedBatch<'id>,
}

impl<T: Table> fmt::Display for UnblockError<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a part of {:?} is still blocked: {}", self.batch.range, self.error)
    }
}

impl<T: Table> core::error::Error for UnblockError<'_, T> {}
