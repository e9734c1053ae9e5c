//! A run of bytes in memory, taken apart into the aligned units that it lies in.

use core::ops::Range;
use pt_core::Hpa;

/// The part of a run of bytes that lies in one unit.
pub struct Piece {
    /// The address of the unit, aligned to its size.
    pub unit: Hpa,
    /// Which bytes of the unit.
    pub within: Range<usize>,
    /// Which bytes of the run.
    pub bytes: Range<usize>,
}

/// The units of `SIZE` bytes, a power of two, that `length` bytes from `address` lie in, in order. An address that
/// runs past the end of the address space wraps, and is refused by the memory.
#[inline]
pub fn pieces<const SIZE: usize>(address: Hpa, length: usize) -> impl Iterator<Item = Piece> {
    let mut done = 0;
    core::iter::from_fn(move || {
        if done == length {
            return None;
        }
        let at = address.as_u64().wrapping_add(done as u64);
        let first = at as usize % SIZE;
        let count = (SIZE - first).min(length - done);
        let bytes = done..done + count;
        done += count;
        Some(Piece { unit: Hpa::new(at - first as u64), within: first..first + count, bytes })
    })
}
