//! The shape of a tree: its granule, the width of its addresses, and the level that a walk starts at.

use crate::granule::Granule;
use crate::machine::FREE;
use pt_plan::Span;

/// What the registers say of a tree. Levels are those of the manual: the last one is 3, the first one may be -1.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct Shape {
    /// Bytes in a page, as a power of two: 12, 14 or 16.
    pub granule: u32,
    /// Input address bits.
    pub bits: u32,
    /// The level of the root.
    pub start: i32,
    /// Output address bits: 48 or 52.
    pub output_bits: u32,
    /// Whether entries are those of `FEAT_LPA2`.
    pub lpa2: bool,
    /// Whether addresses are those of the upper end.
    pub upper: bool,
    /// Whether the MMU sets the access flag (`FEAT_HAFDBS`), instead of refusing a page that lacks it.
    pub sets_accessed: bool,
}

impl Shape {
    /// The shape of a tree with the granule `G`.
    pub const fn of<G: Granule>((bits, start): (u32, i32)) -> Self {
        Self {
            granule: G::SHIFT,
            bits,
            start,
            output_bits: G::OUTPUT_BITS,
            lpa2: G::LPA2,
            upper: G::UPPER,
            sets_accessed: false,
        }
    }

    /// The bytes behind one entry of a level, as a power of two: each level but the first indexes a page of entries.
    pub const fn shift(self, level: i32) -> u32 {
        self.granule + (3 - level).unsigned_abs() * (self.granule - 3)
    }

    /// The shifts of all levels, root first.
    pub fn shifts(self) -> Vec<u32> {
        (self.start..=3).map(|level| self.shift(level)).collect()
    }

    /// The level of the leaves of a mapping of `1 << shift` bytes: several, if it is larger than a page of its level.
    pub fn level(self, shift: u32) -> i32 {
        (self.start..=3).find(|&level| self.shift(level) <= shift).expect("no mapping is smaller than a page")
    }

    /// The addresses that may be mapped: all but those of the stub page.
    pub const fn inputs(self) -> Span {
        let above = if self.upper { u64::MAX << self.bits } else { 0 };
        Span::new(above | FREE, above | ((1 << self.bits) - 1))
    }

    /// The addresses that a leaf can map.
    pub const fn outputs(self) -> Span {
        Span::new(0, (1 << self.output_bits) - 1)
    }

    /// The size of output addresses, as the control registers say it (`IPS` and `PS`).
    pub const fn output_size(self) -> u64 {
        if self.output_bits == 52 { 0b110 } else { 0b101 }
    }
}
