//! Removing: the monitor lets go of the pages, and they come back.

use super::monitor::{Kick, Monitor};
use super::{IsTracked, Removal, TrackedBatch};
use crate::address::AddressRange;
use crate::hook::{Remove, Track, Tracked};
use crate::level::LevelOf;
use crate::memory::{Memory, Word};
use crate::pair::error::{Cause, EntryError, RemovalError};
use crate::pair::pages::{DirtyPage, PageSink};
use crate::pair::range::{Below, Visitor, visit};
use crate::pair::slot::{self, Place, Slot};
use crate::space::Private;
use crate::table::{Propagating, Table};
use core::fmt;

/// What came back from the monitor.
#[derive(Copy, Clone, PartialEq, Eq, Debug, Default)]
pub struct Removed {
    /// Leaves that were removed.
    pub leaves: u64,
    /// Bytes that they mapped.
    pub bytes: u64,
}

impl<'id, T, M, A, H, K> Removal<'id, '_, T, M, A, H, K>
where
    T: Propagating,
    M: Memory,
    K: Kick,
{
    /// Takes what is blocked in a batch away from the monitor, and gives the pages to `sink`. Tables stay; see
    /// [`prune`](Self::prune).
    ///
    /// # Errors
    /// What stood in the way, with the batch. What lies before it is removed, the rest still blocked: go on with
    /// the batch, or unblock it.
    pub fn remove<B: IsTracked<'id>, S: PageSink>(
        &mut self,
        batch: B,
        sink: &mut S,
    ) -> Result<Removed, RemoveError<'id, T>>
    where
        T: Track<H> + Remove<H>,
    {
        let mut batch = batch.into_batch();
        if let Err(error) = self.refresh(&mut batch) {
            return Err(RemoveError { error, removed: Removed::default(), batch });
        }
        let removed = Removed::default();
        let mut visitor = RemoveLeaves { monitor: &mut self.monitor, within: batch.range, sink, removed };
        let result = visit(self.tree, batch.range, &mut visitor);
        let removed = visitor.removed;
        match result {
            Ok(()) => Ok(removed),
            Err(error) => Err(RemoveError { error: error.into(), removed, batch }),
        }
    }
}

/// Removes the blocked leaves that it meets.
struct RemoveLeaves<'s, 'vm, H, K, S> {
    monitor: &'s mut Monitor<'vm, H, K>,
    within: AddressRange<Private>,
    sink: &'s mut S,
    removed: Removed,
}

impl<T, M, H, K, S> Visitor<T, M> for RemoveLeaves<'_, '_, H, K, S>
where
    T: Remove<H>,
    M: Memory,
    K: Kick,
    S: PageSink,
{
    fn enter<L: LevelOf<T>>(&mut self, at: Place<'_, T, L, M>) -> Result<Option<Below<T, L>>, EntryError<T::Levels>> {
        let (found, slot) = at.load();
        let frame = match slot {
            Slot::Absent | Slot::Leaf(_) => return Ok(None),
            Slot::Table(table) => return Ok(Some(table)),
            Slot::Frozen => return Err(at.error(found, Cause::Frozen)),
            Slot::BlockedTable(_) => return Err(at.error(found, Cause::Blocked)),
            Slot::BlockedLeaf(frame) => frame,
        };
        if !self.within.covers(at.range()) {
            return Err(at.error(found, Cause::PartlyCovered));
        }
        if !T::LEVELS.contains(&L::LEVEL) {
            return Err(at.error(found, Cause::NoHook));
        }
        let tracked = Tracked::new(at.address(), L::LEVEL, slot::leaf::<T, L>(frame));
        self.monitor.call::<T, ()>(|hooks| T::remove(hooks, &tracked)).map_err(|cause| at.error(found, cause))?;
        at.word().store(T::ABSENT);
        at.count_one_less();
        self.removed.leaves += 1;
        self.removed.bytes += 1 << L::SHIFT;
        self.sink.take::<L>(at.address(), DirtyPage::new(frame));
        Ok(None)
    }
}

/// A batch is not removed as a whole.
#[derive(Debug)]
pub struct RemoveError<'id, T: Table> {
    /// What stood in the way.
    pub error: RemovalError<T::Levels>,
    /// What came back before.
    pub removed: Removed,
    /// The batch: what did not come back is still blocked.
    pub batch: TrackedBatch<'id>,
}

impl<T: Table> fmt::Display for RemoveError<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a part of {:?} is still blocked: {}", self.batch.range, self.error)
    }
}

impl<T: Table> core::error::Error for RemoveError<'_, T> {}
