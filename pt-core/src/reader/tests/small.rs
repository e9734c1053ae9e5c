//! A declaration that is small enough to try all of its trees: three levels of two entries each, once with plain
//! and once with canonical addresses.

use crate::address::Address;
use crate::entry::{Absent, Entry};
use crate::format::{EntryFormat, NoEntry};
use crate::geometry::{Extension, Geometry, Whole};
use crate::layout::LeafFormat;
use crate::level::{Bottom, Level, LevelOf, Levels};
use crate::sample::Word;
use crate::space::Virtual;
use crate::table::{AddressOf, RootVisitor, Table, Visible};

#[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum SmallLevel {
    Low,
    Mid,
    Top,
}

impl Levels for SmallLevel {
    const ALL: &'static [Self] = &[Self::Low, Self::Mid, Self::Top];
    fn number(self) -> u8 {
        self as u8
    }
    fn shift(self) -> u32 {
        12 + u32::from(self.number())
    }
    fn name(self) -> &'static str {
        ["Low", "Mid", "Top"][self as usize]
    }
}

/// 15 bits of input: 8 pages.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct EightPages<const SIGN: bool>;

impl<const SIGN: bool> Geometry for EightPages<SIGN> {
    const EXTENSION: Extension = if SIGN { Extension::Sign } else { Extension::Zero };
    fn width(self) -> u32 {
        15
    }
}

impl<const SIGN: bool> Whole for EightPages<SIGN> {
    type Space = Virtual;
}

#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct Small<const SIGN: bool>;

impl<const SIGN: bool> Table for Small<SIGN> {
    const NAME: &'static str = "Small";
    type Space = Virtual;
    type Geometry = EightPages<SIGN>;
    type Levels = SmallLevel;
}

impl<const SIGN: bool> Visible for Small<SIGN> {
    type Attributes = bool;
    type Config = ();
    const ABSENT: u64 = 0;
    const FROZEN: u64 = 0x5a0;
    fn at_root<V: RootVisitor<Self>>(_geometry: EightPages<SIGN>, visitor: V) -> V::Output {
        visitor.visit::<Top>()
    }
}

impl<const SIGN: bool> AddressOf<Small<SIGN>> for Address<Virtual> {
    fn address(self) -> Self {
        self
    }
}

/// The attributes of a leaf: whether it may be written.
impl<L: Level> LeafFormat<bool> for Word<L, true> {
    fn template(&write: &bool) -> u64 {
        1 | u64::from(write) << 1 | Self::RESERVED_ONES
    }
    fn attributes(self) -> bool {
        self.bits() & 2 != 0
    }
}

macro_rules! levels {
    ($($name:ident $number:literal $below:ident $leaves:literal $tables:literal $leaf:ty, $subtable:ty;)*) => {$(
        #[derive(Copy, Clone, PartialEq, Eq, Debug)]
        pub enum $name {}
        impl Level for $name {
            const NAME: &'static str = stringify!($name);
            const NUMBER: u8 = $number;
            const SHIFT: u32 = 12 + $number;
            const INDEX_BITS: u32 = 1;
        }
        impl<const SIGN: bool> LevelOf<Small<SIGN>> for $name {
            type Below = $below;
            type Above = Bottom;
            type Leaf = $leaf;
            type Subtable = $subtable;
            const LEVEL: SmallLevel = SmallLevel::$name;
            const LINK: u64 = 7;
            #[allow(unreachable_code, clippy::verbose_bit_mask)]
            fn decode(raw: u64) -> Entry<$leaf, $subtable> {
                match raw {
                    0x5a0 => Entry::Frozen,
                    _ if raw & 7 == 0 => Entry::Absent(Absent::new(raw)),
                    _ if $leaves && (!$tables || raw & 0x80 != 0) => Entry::Leaf(<$leaf>::from_bits(raw)),
                    _ => Entry::Subtable(<$subtable>::from_bits(raw)),
                }
            }
        }
    )*};
}
levels! {
    Top 2 Mid false true NoEntry, Word<Top, false>;
    Mid 1 Low true true Word<Mid, true>, Word<Mid, false>;
    Low 0 Bottom true false Word<Low, true>, NoEntry;
}
