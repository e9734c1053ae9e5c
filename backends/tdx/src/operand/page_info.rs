//! RCX of the leaves that work on one Secure EPT entry.

use crate::Level;
use core::fmt;
use pt_core::{Gpa, Levels, Private, RawGpa};
use pt_macros::values;

/// A level of the Secure EPT as the module counts: from 0, the entries of 4 KiB pages.
///
/// The names are those of [`Level`]; the conversions go by name, so that neither order nor origin matters.
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
/// Bits 2:0 are the level of the entry, 51:12 the first address behind it; the rest is reserved. For SEPT.ADD and
/// SEPT.REMOVE the entry is the one that points to the table.
///
/// TDX module 1.5 ABI specification, RCX of the TDH.MEM.SEPT.ADD, PAGE.AUG and RANGE.BLOCK leaves.
#[derive(Copy, Clone, PartialEq, Eq, Hash)]
#[repr(transparent)]
pub struct PageInfo(u64);

impl PageInfo {
    const LEVEL: u64 = 0x7;
    const GPA: u64 = 0x000f_ffff_ffff_f000;

    /// The entry at `level` on the way to `gpa`, which must be the first address behind it: the module refuses an
    /// address with lower bits set.
    #[inline]
    #[must_use]
    pub const fn new(gpa: Gpa<Private>, level: SeptLevel) -> Self {
        Self(gpa.as_u64() & Self::GPA | level.into_bits())
    }

    /// Takes a register as it is.
    #[inline]
    #[must_use]
    pub const fn from_bits(bits: u64) -> Self {
        Self(bits)
    }

    /// The register.
    #[inline]
    #[must_use]
    pub const fn bits(self) -> u64 {
        self.0
    }

    /// The level; `None` above 4, which the module refuses.
    #[inline]
    #[must_use]
    pub const fn level(self) -> Option<SeptLevel> {
        SeptLevel::from_bits(self.0 & Self::LEVEL)
    }

    /// The address, which nobody has routed yet.
    #[inline]
    #[must_use]
    pub const fn gpa(self) -> RawGpa {
        RawGpa::new(self.0 & Self::GPA)
    }

    /// The reserved bits, which must be zero.
    #[inline]
    #[must_use]
    pub const fn reserved(self) -> u64 {
        self.0 & !(Self::LEVEL | Self::GPA)
    }
}

impl fmt::Debug for PageInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PageInfo({:#x})", self.0)
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
        let info = PageInfo::new(gpa, SeptLevel::Pd);
        assert_eq!(info.bits(), 0x7fff_ffe0_0001);
        assert_eq!((info.level(), info.gpa(), info.reserved()), (Some(SeptLevel::Pd), RawGpa::new(gpa.as_u64()), 0));
        let odd = PageInfo::from_bits(0x8000_0000_0000_0ff5);
        assert_eq!((odd.level(), odd.gpa(), odd.reserved()), (None, RawGpa::new(0), 0x8000_0000_0000_0ff0));
    }
}
