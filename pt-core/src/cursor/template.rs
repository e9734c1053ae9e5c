//! The words that the cursor writes: leaves from attributes.

use crate::entry::Entry;
use crate::error::{Obstacle, ObstacleOf};
use crate::format::EntryFormat;
use crate::level::LevelOf;
use crate::table::Visible;

/// A leaf of level `L` with these attributes, its frame bits zero.
///
/// # Errors
/// [`Obstacle::NotPresent`] if the attributes let nothing through, where presence is told by permissions.
#[inline(always)]
pub(crate) fn template<T: Visible, L: LevelOf<T>>(attributes: &T::Attributes) -> Result<u64, ObstacleOf<T>> {
    let raw = L::leaf_template(attributes);
    match L::decode(raw) {
        Entry::Leaf(_) => Ok(raw),
        _ => Err(Obstacle::NotPresent { level: L::LEVEL, raw }),
    }
}

/// The leaf with the attributes of `template`, and with the frame, accessed and dirty bits of `leaf`.
#[inline(always)]
pub(crate) fn with_history<T: Visible, L: LevelOf<T>>(template: u64, leaf: L::Leaf) -> u64 {
    template | leaf.bits() & (L::Leaf::FRAME | L::Leaf::HARDWARE)
}

/// The leaf with exactly the attributes of `template`, and with the frame of `leaf`.
#[inline(always)]
pub(crate) fn without_history<T: Visible, L: LevelOf<T>>(template: u64, leaf: L::Leaf) -> u64 {
    template | leaf.bits() & L::Leaf::FRAME
}
