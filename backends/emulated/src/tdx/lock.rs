//! Lock words of the module: shared or exclusive, never waiting.
//!
//! A leaf that cannot take a lock at once answers `TDX_OPERAND_BUSY` and leaves it to the caller to try again; so none
//! of these has a way to wait. What a failed attempt leaves behind in the word is part of the interface, because the
//! next attempt sees it:
//!
//! - A failed shared attempt has already counted itself as a reader. The count means nothing while the word is held
//!   exclusively, and the exclusive release wipes it.
//! - A failed attempt of the host on a [`HostPriorityLock`] sets the host-priority flag, which turns guests away until
//!   an attempt of the host succeeds.
//!
//! TDX module 1.5 base specification, concurrency restrictions: sharex locks and host-priority sharex locks.

use core::sync::atomic::{AtomicU16, Ordering};

/// How a lock is held.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Mode {
    /// Together with other shared holders.
    Shared,
    /// By one holder alone.
    Exclusive,
}

/// Why a lock was not taken.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Busy {
    /// Somebody holds it.
    Held,
    /// A guest met the flag of a host that has been turned away before.
    HostPriority,
}

/// Who takes a lock.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Side {
    /// A leaf of the host.
    Host,
    /// A leaf of the guest.
    Guest,
}

/// What both kinds of lock words offer to [`Held`].
pub trait LockWord {
    /// Takes the lock for the host, or says that it is busy.
    ///
    /// # Errors
    /// [`Busy`] if the lock cannot be taken now.
    fn acquire(&self, mode: Mode) -> Result<(), Busy>;
    /// Gives back what [`acquire`](LockWord::acquire) took in the same mode.
    fn release(&self, mode: Mode);
}

/// A shared/exclusive lock: bit 0 exclusive, bits 15:1 the number of readers.
#[derive(Debug, Default)]
pub struct Sharex(AtomicU16);

impl Sharex {
    const EXCLUSIVE: u16 = 1;
    const READER: u16 = 1 << 1;

    /// A lock that nobody holds.
    #[must_use]
    pub const fn new() -> Self {
        Self(AtomicU16::new(0))
    }

    /// The word as it is.
    #[must_use]
    pub fn bits(&self) -> u16 {
        self.0.load(Ordering::Acquire)
    }
}

impl LockWord for Sharex {
    #[inline]
    fn acquire(&self, mode: Mode) -> Result<(), Busy> {
        let free = match mode {
            Mode::Shared => self.0.fetch_add(Self::READER, Ordering::Acquire) & Self::EXCLUSIVE == 0,
            Mode::Exclusive => {
                self.0.compare_exchange(0, Self::EXCLUSIVE, Ordering::Acquire, Ordering::Relaxed).is_ok()
            }
        };
        if free { Ok(()) } else { Err(Busy::Held) }
    }

    #[inline]
    fn release(&self, mode: Mode) {
        match mode {
            Mode::Shared => {
                self.0.fetch_sub(Self::READER, Ordering::Release);
            }
            Mode::Exclusive => self.0.store(0, Ordering::Release),
        }
    }
}

/// A shared/exclusive lock in which the host goes first: bit 0 exclusive, bit 1 host priority, bits 15:2 the number of
/// readers.
#[derive(Debug, Default)]
pub struct HostPriorityLock(AtomicU16);

impl HostPriorityLock {
    const EXCLUSIVE: u16 = 1;
    const PRIORITY: u16 = 1 << 1;
    const READER: u16 = 1 << 2;

    /// A lock that nobody holds.
    #[must_use]
    pub const fn new() -> Self {
        Self(AtomicU16::new(0))
    }

    /// The word as it is.
    #[must_use]
    pub fn bits(&self) -> u16 {
        self.0.load(Ordering::Acquire)
    }

    /// Takes the lock for a guest. The module's guest leaves take it shared only.
    ///
    /// # Errors
    /// [`Busy::HostPriority`] if a host was turned away and has not been back, [`Busy::Held`] if it is held
    /// exclusively.
    pub fn acquire_as_guest(&self) -> Result<(), Busy> {
        let before = self.0.fetch_add(Self::READER, Ordering::Acquire);
        if before & Self::PRIORITY != 0 {
            self.0.fetch_sub(Self::READER, Ordering::Release);
            return Err(Busy::HostPriority);
        }
        if before & Self::EXCLUSIVE == 0 { Ok(()) } else { Err(Busy::Held) }
    }

    /// Turns the only shared hold into an exclusive one; on failure the shared hold remains.
    ///
    /// # Errors
    /// [`Busy::Held`] if there is another reader. The host-priority flag is then set.
    #[inline]
    pub fn promote(&self) -> Result<(), Busy> {
        self.exchange_for_exclusive(Self::READER)
    }

    /// From `from`, with or without the host-priority flag, to exclusive.
    #[inline]
    fn exchange_for_exclusive(&self, from: u16) -> Result<(), Busy> {
        let exchange = |from: u16| self.0.compare_exchange(from, Self::EXCLUSIVE, Ordering::Acquire, Ordering::Relaxed);
        let Err(found) = exchange(from) else { return Ok(()) };
        if found == from | Self::PRIORITY {
            // A second failure leaves the word alone, as the module does.
            return exchange(found).map(|_| ()).map_err(|_| Busy::Held);
        }
        self.0.fetch_or(Self::PRIORITY, Ordering::Relaxed);
        Err(Busy::Held)
    }
}

impl LockWord for HostPriorityLock {
    #[inline]
    fn acquire(&self, mode: Mode) -> Result<(), Busy> {
        if mode == Mode::Exclusive {
            return self.exchange_for_exclusive(0);
        }
        let before = self.0.fetch_add(Self::READER, Ordering::Acquire);
        if before & Self::EXCLUSIVE != 0 {
            self.0.fetch_or(Self::PRIORITY, Ordering::Relaxed);
            return Err(Busy::Held);
        }
        if before & Self::PRIORITY != 0 {
            self.0.fetch_and(!Self::PRIORITY, Ordering::Relaxed);
        }
        Ok(())
    }

    #[inline]
    fn release(&self, mode: Mode) {
        match mode {
            Mode::Shared => self.0.fetch_sub(Self::READER, Ordering::Release),
            // Readers that failed meanwhile are wiped, the flag of a failed host stays.
            Mode::Exclusive => self.0.fetch_and(Self::PRIORITY, Ordering::Release),
        };
    }
}

/// A lock that is held until this value is dropped.
#[derive(Debug)]
pub struct Held<'a, L: LockWord> {
    lock: &'a L,
    mode: Mode,
}

impl<'a, L: LockWord> Held<'a, L> {
    /// Takes `lock` for the host.
    ///
    /// # Errors
    /// [`Busy`] if it cannot be taken now.
    #[inline]
    pub fn take(lock: &'a L, mode: Mode) -> Result<Self, Busy> {
        lock.acquire(mode)?;
        Ok(Self { lock, mode })
    }
}

impl Held<'_, HostPriorityLock> {
    /// Turns a shared hold into an exclusive one.
    ///
    /// # Errors
    /// [`Busy::Held`] if there is another reader; the shared hold remains.
    #[inline]
    pub fn promote(&mut self) -> Result<(), Busy> {
        self.lock.promote()?;
        self.mode = Mode::Exclusive;
        Ok(())
    }
}

impl<L: LockWord> Drop for Held<'_, L> {
    #[inline]
    fn drop(&mut self) {
        self.lock.release(self.mode);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_reader_stays_counted_until_the_exclusive_release() {
        let lock = Sharex::default();
        lock.acquire(Mode::Exclusive).unwrap();
        assert_eq!(lock.acquire(Mode::Shared), Err(Busy::Held));
        assert_eq!(lock.bits(), 0b11);
        lock.release(Mode::Exclusive);
        assert_eq!(lock.bits(), 0);
        assert_eq!(lock.acquire(Mode::Exclusive), Ok(()));
    }

    #[test]
    fn a_writer_does_not_wait_for_readers() {
        let lock = Sharex::default();
        let reader = Held::take(&lock, Mode::Shared).unwrap();
        assert_eq!(Held::take(&lock, Mode::Exclusive).err(), Some(Busy::Held));
        drop(reader);
        assert_eq!(lock.bits(), 0);
    }

    #[test]
    fn a_host_turned_away_goes_before_guests() {
        let lock = HostPriorityLock::default();
        lock.acquire_as_guest().unwrap();
        assert_eq!(lock.acquire(Mode::Exclusive), Err(Busy::Held));
        assert_eq!(lock.acquire_as_guest(), Err(Busy::HostPriority));
        assert_eq!(lock.bits(), 0b110, "one reader and the flag");
        lock.release(Mode::Shared);
        assert_eq!(lock.acquire(Mode::Exclusive), Ok(()), "the flag does not stop the host");
        assert_eq!(lock.bits(), 1, "and is gone");
    }

    #[test]
    fn the_flag_survives_an_exclusive_release_and_a_shared_success_clears_it() {
        let lock = HostPriorityLock::default();
        lock.acquire(Mode::Exclusive).unwrap();
        assert_eq!(lock.acquire(Mode::Shared), Err(Busy::Held));
        lock.release(Mode::Exclusive);
        assert_eq!(lock.bits(), 0b10);
        lock.acquire(Mode::Shared).unwrap();
        assert_eq!(lock.bits(), 0b100);
    }

    #[test]
    fn promotion_needs_to_be_the_only_reader_and_keeps_the_hold_when_it_fails() {
        let lock = HostPriorityLock::default();
        let mut first = Held::take(&lock, Mode::Shared).unwrap();
        let second = Held::take(&lock, Mode::Shared).unwrap();
        assert_eq!(first.promote(), Err(Busy::Held));
        drop(second);
        assert_eq!(lock.bits(), 0b110);
        first.promote().unwrap();
        assert_eq!(lock.bits(), 1);
        drop(first);
        assert_eq!(lock.bits(), 0);
    }
}
