//! Entries of x86-64, SDM 3A 4.5, for what is written by hand here.

/// An entry is in use.
pub const PRESENT: u64 = 1 << 0;
/// It lets writes through.
pub const WRITE: u64 = 1 << 1;
/// A CPU has used it.
pub const ACCESSED: u64 = 1 << 5;
/// A CPU has written through it.
pub const DIRTY: u64 = 1 << 6;
/// It maps a block.
pub const LARGE: u64 = 1 << 7;
/// The frame of a page or a table.
pub const FRAME: u64 = 0x000f_ffff_ffff_f000;

/// What a page is mapped with: it can be written, and counts as used.
pub const LEAF: u64 = PRESENT | WRITE | ACCESSED | DIRTY;

/// The index of an address in a table of a level.
#[inline(always)]
#[must_use]
pub const fn index(at: u64, level: u32) -> usize {
    (at >> (12 + 9 * level)) as usize & 511
}
