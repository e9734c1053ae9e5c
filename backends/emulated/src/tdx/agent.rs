//! Other CPUs that hold a lock.
//!
//! For replay and for tests. Everything else reaches the module by its leaves.

use super::lock::{Busy, LockWord, Mode};
use super::pamt::PageSize;
use super::{Memory, Module};
use pt_core::Hpa;

/// A lock of a TD.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Lock {
    /// The Secure EPT tree.
    Tree,
    /// The TLB tracking epoch.
    Epoch,
    /// The operation state.
    OpState,
    /// The TDR page's PAMT record. The records above it are not touched.
    Tdr,
}

impl<M: Memory> Module<M> {
    fn lock_word(&self, tdr: Hpa, lock: Lock) -> Option<&dyn LockWord> {
        let td = self.td(tdr)?;
        Some(match lock {
            Lock::Tree => &td.tree_lock,
            Lock::Epoch => &td.epoch.lock,
            Lock::OpState => &td.op_state_lock,
            Lock::Tdr => &self.pamt.records(tdr)?.of(PageSize::Small).lock,
        })
    }

    /// Another agent tries to take a lock of the TD with this TDR page.
    ///
    /// # Errors
    /// [`Busy`] if it cannot now, or if there is no such TD.
    pub fn hold(&self, tdr: Hpa, lock: Lock, mode: Mode) -> Result<(), Busy> {
        self.lock_word(tdr, lock).ok_or(Busy::Held)?.acquire(mode)
    }

    /// The other agent releases what [`hold`](Self::hold) took in the same mode.
    pub fn release(&self, tdr: Hpa, lock: Lock, mode: Mode) {
        if let Some(word) = self.lock_word(tdr, lock) {
            word.release(mode);
        }
    }
}
