//! The TLB tracking epoch.
//!
//! A vCPU counts itself into the epoch in which it entered, by the epoch's parity, and out of it when it leaves. TRACK
//! begins a new epoch, unless somebody is still inside the one before: so no more than two epochs have vCPUs. What was
//! blocked in an epoch can be taken away when that epoch is over and the last vCPU that entered in it has left: any
//! vCPU that entered later has dropped its translations.
//!
//! TDX module 1.5 base specification, TLB tracking; TDH.MEM.TRACK leaf.

use crate::tdx::lock::{Busy, Held, LockWord, Mode, Sharex};
use core::sync::atomic::{AtomicU16, AtomicU64, Ordering, fence};

/// The bit of a blocking epoch that says that it is a migration epoch, which is never tracked.
const MIGRATION: u64 = 1 << 63;

/// The tracking state of one TD: `TD_EPOCH`, `REFCOUNT`, and their lock.
#[derive(Debug, Default)]
pub struct Epoch {
    /// Shared by vCPUs that enter, exclusive for TRACK.
    pub lock: Sharex,
    current: AtomicU64,
    inside: [AtomicU16; 2],
}

/// Why TRACK did not begin an epoch.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum NotBegun {
    /// The lock is busy.
    Busy,
    /// A vCPU is still inside the epoch before the current one.
    PreviousInside,
}

impl Epoch {
    /// The first epoch, with nobody inside.
    pub(crate) fn reset(&self) {
        self.current.store(1, Ordering::Release);
        self.inside.iter().for_each(|count| count.store(0, Ordering::Release));
    }

    /// The current epoch.
    #[inline]
    #[must_use]
    pub fn current(&self) -> u64 {
        self.current.load(Ordering::Acquire)
    }

    /// Makes `epoch` the current one, for tests that need one far from the first.
    pub fn force(&self, epoch: u64) {
        self.current.store(epoch, Ordering::Release);
    }

    /// How many vCPUs are inside that entered in an epoch of this parity: `REFCOUNT`.
    #[must_use]
    pub fn inside(&self, parity: usize) -> u16 {
        self.inside[parity % 2].load(Ordering::Acquire)
    }

    #[inline]
    const fn parity(epoch: u64) -> usize {
        (epoch & 1) as usize
    }

    /// Counts a vCPU into the current epoch, and returns it.
    ///
    /// # Errors
    /// [`Busy`] while an epoch is begun.
    pub(crate) fn enter(&self) -> Result<u64, Busy> {
        let _held = Held::take(&self.lock, Mode::Shared)?;
        let epoch = self.current();
        self.inside[Self::parity(epoch)].fetch_add(1, Ordering::AcqRel);
        // What was blocked in an earlier epoch is found blocked: the counterpart is in TDH.MEM.RANGE.BLOCK.
        fence(Ordering::SeqCst);
        Ok(epoch)
    }

    /// Counts a vCPU out that entered in `epoch`.
    pub(crate) fn leave(&self, epoch: u64) {
        self.inside[Self::parity(epoch)].fetch_sub(1, Ordering::AcqRel);
    }

    /// Begins the next epoch.
    ///
    /// # Errors
    /// [`NotBegun`]; nothing has then changed.
    pub(crate) fn begin(&self) -> Result<(), NotBegun> {
        self.lock.acquire(Mode::Exclusive).map_err(|_| NotBegun::Busy)?;
        let current = self.current();
        let drained = self.inside(1 - Self::parity(current)) == 0;
        if drained {
            self.current.store(current.wrapping_add(1), Ordering::Release);
        }
        self.lock.release(Mode::Exclusive);
        if drained { Ok(()) } else { Err(NotBegun::PreviousInside) }
    }

    /// Whether no vCPU can have a translation from before what was blocked in `blocked` was blocked.
    ///
    /// The epoch is read before the count. Should an epoch begin between the two, the count is of the vCPUs of the new
    /// one, and the answer is no where it could be yes.
    #[inline]
    #[must_use]
    pub fn is_tracked(&self, blocked: u64) -> bool {
        let current = self.current();
        blocked & MIGRATION == 0
            && (blocked + 1 < current || (blocked + 1 == current && self.inside(Self::parity(blocked)) == 0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_blocked_is_tracked_when_its_epoch_is_over_and_empty() {
        let epoch = Epoch::default();
        epoch.reset();
        let entered = epoch.enter().unwrap();
        assert!(!epoch.is_tracked(1), "the epoch is not over");
        epoch.begin().unwrap();
        assert!(!epoch.is_tracked(1), "somebody is inside");
        assert_eq!(epoch.begin(), Err(NotBegun::PreviousInside));
        epoch.leave(entered);
        assert!(epoch.is_tracked(1));
        epoch.begin().unwrap();
        assert!(epoch.is_tracked(1) && epoch.is_tracked(2) && !epoch.is_tracked(3));
        assert!(!epoch.is_tracked(1 | MIGRATION));
    }

    #[test]
    fn those_of_the_current_epoch_do_not_hold_up_the_next() {
        let epoch = Epoch::default();
        epoch.reset();
        epoch.begin().unwrap();
        let entered = epoch.enter().unwrap();
        assert_eq!((entered, epoch.inside(0)), (2, 1));
        epoch.begin().unwrap();
        assert_eq!(epoch.begin(), Err(NotBegun::PreviousInside));
    }

    #[test]
    fn nobody_enters_while_an_epoch_is_begun() {
        let epoch = Epoch::default();
        epoch.lock.acquire(Mode::Exclusive).unwrap();
        assert_eq!(epoch.enter(), Err(Busy::Held));
        assert_eq!(epoch.begin(), Err(NotBegun::Busy));
    }
}
