//! The twin of the inner loop of a range that is mapped.

use super::word;
use core::sync::atomic::{AtomicU64, Ordering};

/// Fills empty entries, as far as they are, and returns where it stopped.
///
/// # Safety
/// A table lies at `base + table`, and `end` is at most 512.
#[inline(never)]
#[must_use]
pub unsafe fn twin_fill_empty(base: *const AtomicU64, table: u64, mut index: u64, end: u64, mut leaf: u64) -> u64 {
    while index < end {
        // SAFETY: the caller vouches for the table and its entries.
        let entry = unsafe { word(base, table, index) };
        if entry.load(Ordering::Acquire) != 0 {
            break;
        }
        entry.store(leaf, Ordering::Release);
        leaf += 4096;
        index += 1;
    }
    index
}
