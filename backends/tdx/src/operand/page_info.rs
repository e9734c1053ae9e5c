//! RCX of the leaves that work on one Secure EPT entry.

use crate::Level;
use core::fmt;
use pt_core::address::PAGE_SHIFT;
use pt_core::{Gpa, Levels, Private, RawGpa};
use pt_macros::{register, values};

/// A level of the Secure EPT as the module counts: from 0, the entries of 4 KiB pages.
///
/// The names are those of [`Level`]; the conversions go by name, so that neither order nor origin matters.
///
/// TDX module 1.5 ABI specification, RCX of the TDH.MEM.SEPT.ADD leaf, bits 2:0.
#[values]
pub enum SeptLevel {
    /// Entries of a page table: 4 KiB.
    Pt = 0,
    /// Entries of a page directory: 2 MiB.
    Pd = 1,
    /// Entries of a page-directory-pointer table: 1 GiB.
    Pdpt = 2,
    /// Entries of a PML4 table: 512 GiB.
    Pml4 = 3,
    /// Entries of a PML5 table: 256 TiB.
    Pml5 = 4,
}

impl SeptLevel {
    /// The lowest index bit: `1 << shift` bytes lie behind one entry.
    #[must_use]
    pub const fn shift(self) -> u32 {
        12 + 9 * self.into_bits() as u32
    }
}

impl From<Level> for SeptLevel {
    #[inline]
    fn from(level: Level) -> Self {
        match level {
            Level::Pt => Self::Pt,
            Level::Pd => Self::Pd,
            Level::Pdpt => Self::Pdpt,
            Level::Pml4 => Self::Pml4,
            Level::Pml5 => Self::Pml5,
        }
    }
}

impl From<SeptLevel> for Level {
    #[inline]
    fn from(level: SeptLevel) -> Self {
        match level {
            SeptLevel::Pt => Self::Pt,
            SeptLevel::Pd => Self::Pd,
            SeptLevel::Pdpt => Self::Pdpt,
            SeptLevel::Pml4 => Self::Pml4,
            SeptLevel::Pml5 => Self::Pml5,
        }
    }
}

impl fmt::Display for SeptLevel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(Level::from(*self).name())
    }
}

/// Which entry a leaf works on: RCX of the TDH.MEM leaves, and of TDG.MEM.PAGE.ACCEPT.
///
/// For SEPT.ADD and SEPT.REMOVE the entry is the one that points to the table.
///
/// TDX module 1.5 ABI specification, RCX of the TDH.MEM.SEPT.ADD, PAGE.AUG and RANGE.BLOCK leaves.
#[register(reserved(3..=11, 52..=63))]
pub struct PageInfo {
    /// The level of the entry; `None` above 4, which the module refuses.
    #[bits(0..=2, values, default = Pt)]
    pub level: SeptLevel,
    /// The first address behind the entry, which nobody has routed yet.
    #[bits(12..=51, address)]
    pub gpa: RawGpa,
}

impl PageInfo {
    /// The entry at `level` whose range begins at `gpa`. The module refuses an address that is not aligned to that
    /// range; bits 11:0 of it are no part of the operand.
    #[inline]
    pub const fn at(gpa: Gpa<Private>, level: SeptLevel) -> Self {
        Self::from_bits(gpa.align_down(PAGE_SHIFT).as_u64()).with_level(level)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Gpaw;
    use pt_core::{Route, Split};

    #[test]
    fn levels_go_by_name_in_both_directions() {
        for &level in Level::ALL {
            let theirs = SeptLevel::from(level);
            assert_eq!(Level::from(theirs), level);
            assert_eq!(theirs.shift(), level.shift());
            assert_eq!(theirs.into_bits(), u64::from(level.number()));
        }
    }

    #[test]
    fn packs_level_and_address() {
        let Ok(Route::Private(gpa)) = Gpaw::Bits48.route(RawGpa::new(0x7fff_ffe0_0000)) else {
            unreachable!("bit 47 is clear")
        };
        let info = PageInfo::at(gpa, SeptLevel::Pd);
        assert_eq!(info.bits(), 0x7fff_ffe0_0001);
        assert_eq!((info.level(), info.gpa()), (Some(SeptLevel::Pd), RawGpa::new(gpa.as_u64())));
        let wrong = PageInfo::try_from_bits(0x8000_0000_0000_0ff5).expect_err("reserved bits are set");
        assert_eq!(wrong.bits, 0x8000_0000_0000_0ff0);
        assert_eq!(PageInfo::from_bits(5).level(), None);
    }
}
