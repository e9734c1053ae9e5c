//! What a removal found: a leaf, its level as a value.

use crate::address::{Address, Hpa};
use crate::format::EntryFormat;
use crate::level::LevelOf;
use crate::table::Visible;

/// A leaf that was in the tree.
#[derive(Copy, Clone, Debug)]
pub struct OldLeaf<T: Visible> {
    /// The first address it mapped.
    pub address: Address<T::Space>,
    /// Its level.
    pub level: T::Levels,
    /// The frame it mapped.
    pub frame: Hpa,
    /// What it said beside the frame, with the accessed and dirty bits that the CPU had set when it was replaced.
    pub attributes: T::Attributes,
    /// The entry.
    pub raw: u64,
}

impl<T: Visible> OldLeaf<T> {
    #[inline(always)]
    pub(super) fn new<L: LevelOf<T>>(at: Address<T::Space>, leaf: L::Leaf) -> Self {
        Self {
            address: at.align_down(L::SHIFT),
            level: L::LEVEL,
            frame: leaf.frame_at(at.as_u64()),
            attributes: L::attributes(leaf),
            raw: leaf.bits(),
        }
    }

    /// The leaf `raw`, which is no part of a span, and whose frame bits are known.
    #[inline(always)]
    pub(super) fn alike<L: LevelOf<T>>(at: Address<T::Space>, raw: u64, frame: u64) -> Self {
        Self { frame: L::Leaf::from_bits(frame).frame(), ..Self::new::<L>(at, L::Leaf::from_bits(raw)) }
    }
}

impl<T: Visible> PartialEq for OldLeaf<T> {
    fn eq(&self, other: &Self) -> bool {
        (self.address, self.level, self.raw) == (other.address, other.level, other.raw)
    }
}
impl<T: Visible> Eq for OldLeaf<T> {}
