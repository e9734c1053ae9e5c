//! The words that the cursor writes: leaves from attributes.

use crate::address::Hpa;
use crate::entry::Entry;
use crate::error::{Obstacle, ObstacleOf};
use crate::format::EntryFormat;
use crate::level::LevelOf;
use crate::table::Visible;
use core::marker::PhantomData;

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

/// The leaves of contiguous pages, one after the other.
///
/// Where the format holds the frame in one piece, each is the one before and a constant: an addition instead of an
/// addition, a mask and a union, which makes a third of the instructions of a range that is mapped.
pub(crate) struct Row<F> {
    template: u64,
    frame: Hpa,
    leaf: u64,
    bytes: u64,
    format: PhantomData<fn() -> F>,
}

impl<F: EntryFormat> Row<F> {
    /// Leaves made of `template`, for pages of `bytes`, from `frame` on.
    #[inline(always)]
    pub(crate) fn new(template: u64, frame: Hpa, bytes: u64) -> Self {
        Self { template, frame, leaf: template | F::frame_bits(frame), bytes, format: PhantomData }
    }

    /// The leaf of the first page that is left.
    #[inline(always)]
    pub(crate) fn leaf(&self) -> u64 {
        self.leaf
    }

    /// Goes on to the next page.
    #[inline(always)]
    pub(crate) fn advance(&mut self) {
        self.frame = Hpa::new(self.frame.as_u64().wrapping_add(self.bytes));
        self.leaf = if F::SCATTERED {
            self.template | F::frame_bits(self.frame)
        } else {
            self.leaf.wrapping_add(F::frame_bits(Hpa::new(self.bytes)))
        };
    }
}
