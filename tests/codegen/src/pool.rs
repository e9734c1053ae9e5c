//! Table pages for the engine and its twins: one after the other, from a run of frames.

use core::cell::Cell;
use pt_core::{Hpa, TableAllocator};

/// Frames that have not been handed out. None comes back.
#[derive(Debug)]
pub struct Pool {
    next: Cell<u64>,
    end: u64,
}

impl Pool {
    /// The frames from `first` to below `end`: addresses, multiples of 4096.
    #[must_use]
    pub const fn new(first: u64, end: u64) -> Self {
        Self { next: Cell::new(first), end }
    }

    /// The next frame, or `None` behind the last.
    pub fn take(&self) -> Option<u64> {
        let frame = self.next.get();
        if frame >= self.end {
            return None;
        }
        self.next.set(frame + 4096);
        Some(frame)
    }
}

impl TableAllocator for Pool {
    /// A frame; no block of several frames.
    fn allocate(&self, order: u32) -> Option<Hpa> {
        if order == 0 { self.take().map(Hpa::new) } else { None }
    }
    fn free(&self, _block: Hpa, _order: u32) {}
}
