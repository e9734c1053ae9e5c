//! The frames that leaves can point to, as one mask.
//!
//! Two things bound a frame: the field that holds it, which is declared, and the physical addresses of the machine, which
//! are known when the tree is made. A cursor keeps the bits that either forbids in one word, so that a page that is mapped
//! is tested for both by one instruction that takes it from memory, and a branch. Two tests are five instructions, three
//! where the machine has no say.

use crate::address::Hpa;
use crate::config::Config;
use crate::format::EntryFormat;
use crate::level::LevelOf;
use crate::table::{RootVisitor, Visible};
use core::marker::PhantomData;

/// The address bits that no frame of a leaf of `T` has on this machine.
pub(super) struct Frames<T> {
    refused: u64,
    table: PhantomData<fn() -> T>,
}

impl<T: Visible> Frames<T> {
    /// Those of a tree with this geometry and configuration.
    #[inline(always)]
    pub(super) fn new(geometry: T::Geometry, config: T::Config) -> Self {
        Self { refused: !T::at_root(geometry, Smallest) | config.beyond(), table: PhantomData }
    }

    /// The frame bits, in place, of a leaf of level `L` that points to `frame`, if there can be one.
    #[inline(always)]
    pub(super) fn bits<L: LevelOf<T>>(&self, frame: Hpa, config: T::Config) -> Option<u64> {
        // All but the word is known when it is compiled.
        let (own, smallest) = (L::Leaf::frames(), smallest::<T, L>());
        let fits = if own & !smallest == 0 {
            frame.as_u64() & (smallest & !own) == 0 && frame.as_u64() & self.refused == 0
        } else {
            L::Leaf::takes_frame(frame) && frame.as_u64() & config.beyond() == 0
        };
        // A field in one piece, and where the bits are in the address: the frame is the field, and nothing has to be
        // dropped from it.
        let plain = !L::Leaf::SCATTERED && own == L::Leaf::FRAME;
        fits.then(|| if plain { frame.as_u64() } else { L::Leaf::frame_bits(frame) })
    }
}

/// The bits that frames of the smallest leaves at or below `L` may have. It is the same for every level above them.
#[inline(always)]
fn smallest<T: Visible, L: LevelOf<T>>() -> u64 {
    let below = if L::TABLES { smallest::<T, L::Below>() } else { 0 };
    if below == 0 && L::LEAVES { L::Leaf::frames() } else { below }
}

struct Smallest;

impl<T: Visible> RootVisitor<T> for Smallest {
    type Output = u64;
    #[inline(always)]
    fn visit<L: LevelOf<T>>(self) -> u64 {
        smallest::<T, L>()
    }
}
