//! Formats and values outside of a declaration.

use ::engine::{Bits, Hpa};
use ::pt_macros::{entry, values};

pub use crate::everything::everything::{Middle, Small};

#[values]
pub enum Kind {
    Cold = 0,
    Warm = 1,
    Hot = 3,
}

#[entry(crate = ::engine, leaf, levels(Middle = 21, Small = 12), present = valid, ignored(4..=11, 52..=63))]
pub struct Alone {
    #[bits(0)]
    valid: bool,
    #[bits(1..=2, values, default = Warm)]
    kind: Kind,
    #[bits(3, levels(Small))]
    #[bits(3, levels(Middle), reserved)]
    small: bool,
    #[bits(12..=51, frame)]
    frame: Hpa,
}

/// A reverse map entry of two words that are written as one.
#[entry(crate = ::engine, absent, levels(Middle = 21, Small = 12), word = u128, reserved(3..=11, 63, 72..=127))]
pub struct Wide {
    #[bits(0..=2)]
    state: Bits<3>,
    #[bits(12..=62, frame)]
    page: Hpa,
    #[bits(64..=71, default = 0x5a)]
    owner: u8,
}
