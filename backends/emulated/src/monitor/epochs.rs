//! TLB epochs: how the monitor knows that no stale translation is left.
//!
//! A vCPU belongs to the epoch in which it entered the guest, and drops its private translations when it enters a
//! newer one than before. [`track`](Epochs::track) begins the next epoch; an entry that was blocked in one epoch
//! can be taken away once the next has begun and every vCPU of the old one has left. Only two epochs have vCPUs
//! inside at a time, because a third is refused.

use core::sync::atomic::{AtomicU64, Ordering};

/// The present epoch in bits 31:0, the vCPUs inside of even epochs in 47:32, of odd ones in 63:48.
#[derive(Debug)]
pub struct Epochs(AtomicU64);

/// The number of an epoch.
pub type Epoch = u32;

const fn one(epoch: Epoch) -> u64 {
    if epoch.is_multiple_of(2) { 1 << 32 } else { 1 << 48 }
}

const fn inside(word: u64, epoch: Epoch) -> u64 {
    word >> (if epoch.is_multiple_of(2) { 32 } else { 48 }) & 0xffff
}

impl Epochs {
    pub fn new() -> Self {
        Self(AtomicU64::new(1))
    }

    /// The present epoch.
    pub fn present(&self) -> Epoch {
        self.0.load(Ordering::SeqCst) as Epoch
    }

    /// A vCPU enters the guest. Returns the epoch it belongs to.
    pub fn enter(&self) -> Epoch {
        let before = self.0.update(Ordering::SeqCst, Ordering::SeqCst, |word| word + one(word as Epoch));
        before as Epoch
    }

    /// A vCPU of this epoch has left the guest.
    pub fn leave(&self, epoch: Epoch) {
        self.0.fetch_sub(one(epoch), Ordering::SeqCst);
    }

    /// Begins the next epoch. Refused while a vCPU of the epoch before this one is inside.
    pub fn track(&self) -> bool {
        let next = |word| (inside(word, (word as Epoch).wrapping_sub(1)) == 0).then_some(word + 1);
        self.0.try_update(Ordering::SeqCst, Ordering::SeqCst, next).is_ok()
    }

    /// Whether no vCPU can hold a translation from this epoch or an earlier one.
    pub fn is_over(&self, epoch: Epoch) -> bool {
        let word = self.0.load(Ordering::SeqCst);
        let age = (word as Epoch).wrapping_sub(epoch);
        age > 1 || age == 1 && inside(word, epoch) == 0
    }

    /// Whether no vCPU is inside.
    pub fn is_empty(&self) -> bool {
        self.0.load(Ordering::SeqCst) >> 32 == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_epoch_is_over_when_the_next_has_begun_and_its_vcpus_have_left() {
        let epochs = Epochs::new();
        let old = epochs.enter();
        assert!(!epochs.is_over(old));
        assert!(epochs.track());
        assert!(!epochs.is_over(old), "a vCPU is inside");
        let new = epochs.enter();
        assert_eq!(new, old + 1);
        epochs.leave(old);
        assert!(epochs.is_over(old));
        assert!(!epochs.is_over(new));
        assert!(!epochs.is_empty());
        epochs.leave(new);
        assert!(epochs.is_empty());
    }

    #[test]
    fn a_third_epoch_waits_for_the_first() {
        let epochs = Epochs::new();
        let first = epochs.enter();
        assert!(epochs.track());
        assert!(!epochs.track());
        epochs.leave(first);
        assert!(epochs.track());
        assert!(epochs.is_over(first));
        assert_eq!(epochs.present(), first + 2);
    }
}
