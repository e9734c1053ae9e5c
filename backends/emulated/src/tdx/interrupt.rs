//! Interrupts, as leaves poll for them.
//!
//! Long leaves look from time to time whether an interrupt is pending for the logical processor, and give up if so. The
//! emulated module has none of its own: an outside agent says after how many polls one becomes pending.

use core::sync::atomic::{AtomicU64, Ordering};

/// Nothing becomes pending.
const NEVER: u64 = u64::MAX;

/// The interrupt that becomes pending.
#[derive(Debug)]
pub(crate) struct Interrupt(AtomicU64);

impl Interrupt {
    pub const fn new() -> Self {
        Self(AtomicU64::new(NEVER))
    }

    /// After so many polls that find nothing, every poll finds an interrupt; `None`: no poll does.
    pub fn set(&self, polls: Option<u64>) {
        self.0.store(polls.unwrap_or(NEVER), Ordering::Release);
    }

    /// Whether an interrupt is pending.
    pub fn poll(&self) -> bool {
        let count = |left: u64| if left == 0 || left == NEVER { None } else { Some(left - 1) };
        self.0.fetch_update(Ordering::AcqRel, Ordering::Acquire, count) == Err(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interrupt_is_pending_after_the_polls_and_stays() {
        let interrupt = Interrupt::new();
        assert!(!interrupt.poll());
        interrupt.set(Some(2));
        assert_eq!(
            [interrupt.poll(), interrupt.poll(), interrupt.poll(), interrupt.poll()],
            [false, false, true, true]
        );
        interrupt.set(Some(0));
        assert!(interrupt.poll());
        interrupt.set(None);
        assert!(!interrupt.poll());
    }
}
