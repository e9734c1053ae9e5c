//! The shape of a tree: its granule, the width of its addresses, and the level that a walk starts at.

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
}

impl Shape {
    /// A granule of 4 KiB.
    pub const fn with_4_kib(bits: u32, start: i32) -> Self {
        Self { granule: 12, bits, start }
    }

    /// The bytes behind one entry of a level, as a power of two: each level but the first indexes a page of entries.
    pub const fn shift(self, level: i32) -> u32 {
        self.granule + (3 - level).unsigned_abs() * (self.granule - 3)
    }

    /// The shifts of all levels, root first.
    pub fn shifts(self) -> Vec<u32> {
        (self.start..=3).map(|level| self.shift(level)).collect()
    }

    /// The level whose entries have this shift.
    pub fn level(self, shift: u32) -> i32 {
        (self.start..=3).find(|&level| self.shift(level) == shift).expect("the shift of a level")
    }

    /// The addresses that may be mapped: all but those of the stub page.
    pub const fn inputs(self) -> Span {
        Span::new(FREE, (1 << self.bits) - 1)
    }
}
