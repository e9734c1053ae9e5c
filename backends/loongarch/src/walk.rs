//! PWCL and PWCH: where in an address LDDIR and LDPTE find the index of each level.
//!
//! They are one pair for both ends of the address space: trees of both are made with one depth.
//!
//! ```
//! use pt_loongarch::{k16, walk::Walk};
//!
//! let Walk { low, high } = k16::Depth::ThreeLevels.walk();
//! assert_eq!((low.pt_base().get(), low.dir2_width().get(), high.dir3_base().get()), (14, 0, 36));
//! ```

use crate::{k4, k16};
use pt_core::{Bits, Level};
use pt_macros::register;

/// PWCL, CSR 0x1c.
#[rustfmt::skip] // one field a line, in columns, as the manuals draw them
#[register(reserved(32..=63))]
pub struct Pwcl {
    #[bits(0..=4)]   pt_base: Bits<5>,
    #[bits(5..=9)]   pt_width: Bits<5>,
    #[bits(10..=14)] dir1_base: Bits<5>,
    #[bits(15..=19)] dir1_width: Bits<5>,
    #[bits(20..=24)] dir2_base: Bits<5>,
    #[bits(25..=29)] dir2_width: Bits<5>,
    /// Zero: an entry has 64 bits.
    #[bits(30..=31)] entry_width: Bits<2>,
}

/// PWCH, CSR 0x1d.
#[rustfmt::skip] // one field a line, in columns, as the manuals draw them
#[register(reserved(24..=63))]
pub struct Pwch {
    #[bits(0..=5)]   dir3_base: Bits<6>,
    #[bits(6..=11)]  dir3_width: Bits<6>,
    #[bits(12..=17)] dir4_base: Bits<6>,
    #[bits(18..=23)] dir4_width: Bits<6>,
}

/// What both registers hold.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct Walk {
    /// PWCL.
    pub low: Pwcl,
    /// PWCH.
    pub high: Pwch,
}

impl Walk {
    /// Through the last two levels.
    fn of<Dir1: Level, Pt: Level>() -> Self {
        let low = Pwcl::new().with_pt_base(base::<Pt, _>()).with_pt_width(width::<Pt, _>());
        let low = low.with_dir1_base(base::<Dir1, _>()).with_dir1_width(width::<Dir1, _>());
        Self { low, high: Pwch::new() }
    }

    /// The same, and through `Dir2`.
    fn dir2<Dir2: Level>(self) -> Self {
        Self { low: self.low.with_dir2_base(base::<Dir2, _>()).with_dir2_width(width::<Dir2, _>()), ..self }
    }

    /// The same, and through `Dir3`.
    fn dir3<Dir3: Level>(self) -> Self {
        Self { high: self.high.with_dir3_base(base::<Dir3, _>()).with_dir3_width(width::<Dir3, _>()), ..self }
    }
}

impl k4::Depth {
    /// The registers for a walk of so many levels.
    #[must_use]
    pub fn walk(self) -> Walk {
        let three = Walk::of::<k4::Dir1, k4::Pt>().dir2::<k4::Dir2>();
        match self {
            Self::FourLevels => three.dir3::<k4::Dir3>(),
            Self::ThreeLevels => three,
        }
    }
}

impl k16::Depth {
    /// The registers for a walk of so many levels.
    #[must_use]
    pub fn walk(self) -> Walk {
        let two = Walk::of::<k16::Dir1, k16::Pt>();
        match self {
            Self::ThreeLevels => two.dir3::<k16::Dir3>(),
            Self::TwoLevels => two,
        }
    }
}

/// The lowest address bit of the index.
fn base<L: Level, const N: u32>() -> Bits<N> {
    Bits::from_bits(L::SHIFT.into())
}

/// The bits of the index.
fn width<L: Level, const N: u32>() -> Bits<N> {
    Bits::from_bits(L::INDEX_BITS.into())
}
