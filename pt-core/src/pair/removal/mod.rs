//! Taking private memory away: block, track, kick, remove.
//!
//! The monitor lets go of a page only when no CPU can hold a translation of it. The order is carried by tokens:
//! [`block`](Removal::block) gives a [`BlockedBatch`], [`track`](Removal::track) turns batches into
//! [`TrackedBatch`]es with one track hook and one kick for all of them, and [`remove`](Removal::remove) takes
//! only those. The tokens are branded with the session they come from: they mean nothing to another VM. The brand is a
//! lifetime, and so the compiler's answer to a mix-up is that two lifetimes must be the same; in a function of one's own
//! it helps to name them after the VMs.
//!
//! Nothing is allocated for a batch. What is blocked is kept in the entries: each holds its frame under a marker
//! that is not present. A token that is dropped, or a session that ends early, leaves them blocked, where faults
//! retry. Blocking the same range again takes them up, and [`unblock`](Removal::unblock) puts them back.
//!
//! A monitor that is busy is asked once more while no vCPU runs. If it is still busy, the operation stops with
//! [`Cause::MonitorStuck`].

mod batch;
mod block;
mod merge;
mod monitor;
mod prune;
mod remove;
mod split;
mod unblock;

use batch::Brand;
pub use batch::{BlockedBatch, IsBlocked, IsTracked, TrackedBatch};
pub use block::BlockError;
pub use monitor::{Kick, NoVcpus};
pub use remove::{RemoveError, Removed};
pub use unblock::UnblockError;

use super::error::{Cause, RemovalError};
use super::phase::{Live, Phase};
use super::{Leaked, Vm};
use crate::hook::Track;
use crate::memory::Memory;
use crate::table::{Pair, Propagating, Table};
use crate::tree::Tree;
use core::fmt;
use core::marker::PhantomData;
use monitor::Monitor;

/// A session of taking private memory away. See [`Vm::removal`].
pub struct Removal<'id, 'vm, T: Propagating, M: Memory, A, H, K> {
    tree: &'vm Tree<T, M>,
    allocator: &'vm A,
    monitor: Monitor<'vm, H, K>,
    leaked: &'vm mut Leaked,
    /// How often an entry was unblocked: what was tracked before may have been blocked again since.
    unblocked: u64,
    brand: Brand<'id>,
}

impl<P: Pair, Ph: Phase, M: Memory, A, H> Vm<P, Ph, M, A, H> {
    /// Runs a session in which private memory is taken away. `kick` makes vCPUs leave the guest.
    ///
    /// The session's tokens cannot leave `work`, nor be used in the session of another VM.
    pub fn removal<K: Kick, R>(
        &mut self,
        kick: &mut K,
        work: impl for<'id> FnOnce(&mut Removal<'id, '_, P::Private, M, A, H, K>) -> R,
    ) -> R
    where
        Ph: Live,
    {
        let Self { private: tree, allocator, hooks, leaked, .. } = self;
        let monitor = Monitor::new(hooks, kick);
        work(&mut Removal { tree, allocator, monitor, leaked, unblocked: 0, brand: PhantomData })
    }
}

impl<'id, T: Propagating, M: Memory, A, H, K: Kick> Removal<'id, '_, T, M, A, H, K> {
    /// Makes sure that no CPU translates what was blocked: one track hook, and one kick, for all batches.
    ///
    /// Batches in which nothing is blocked need neither.
    ///
    /// # Errors
    /// Why the monitor did not do it, with the batches, which stay blocked.
    pub fn track<const N: usize, B: IsBlocked<'id>>(
        &mut self,
        batches: [B; N],
    ) -> Result<[TrackedBatch<'id>; N], TrackError<'id, T, N>>
    where
        T: Track<H>,
    {
        let batches = batches.map(B::into_batch);
        if batches.iter().any(|batch| batch.leaves > 0)
            && let Err(cause) = self.monitor.new_epoch::<T>()
        {
            return Err(TrackError { cause, batches });
        }
        let unblocked = self.unblocked;
        Ok(batches.map(|BlockedBatch { range, leaves, brand }| TrackedBatch { range, leaves, unblocked, brand }))
    }

    /// Begins a new epoch if what a batch covers may have been blocked again since it was tracked.
    fn refresh(&mut self, batch: &mut TrackedBatch<'id>) -> Result<(), RemovalError<T::Levels>>
    where
        T: Track<H>,
    {
        if batch.unblocked != self.unblocked {
            self.new_epoch()?;
            batch.unblocked = self.unblocked;
        }
        Ok(())
    }

    fn new_epoch(&mut self) -> Result<(), RemovalError<T::Levels>>
    where
        T: Track<H>,
    {
        self.monitor.new_epoch::<T>().map_err(RemovalError::Track)
    }
}

/// The monitor did not track.
#[derive(Debug)]
pub struct TrackError<'id, T: Table, const N: usize> {
    /// Why.
    pub cause: Cause<T::Levels>,
    /// The batches, still blocked.
    pub batches: [BlockedBatch<'id>; N],
}

impl<T: Table, const N: usize> fmt::Display for TrackError<'_, T, N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "stale translations are not tracked: {}", self.cause)
    }
}

impl<T: Table, const N: usize> core::error::Error for TrackError<'_, T, N> {}
