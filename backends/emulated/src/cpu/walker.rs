//! The page walker: from a guest-physical address to a frame, by the raw bits of the entries.
//!
//! SDM 3C 29.3.2 (translation), 29.3.3 (violations and misconfigurations), 29.3.5 (accessed and dirty flags), and
//! 26.5.7.1 (which violations become #VE). It knows neither the engine nor a declaration.

use super::ept::{self, ACCESSED, DIRTY, FRAME, PRESENT, SUPPRESS_VE};
use super::exit::Access;
use crate::encryption::Keyed;
use crate::machine::{BusError, Machine};
use core::sync::atomic::Ordering;
use pt_core::Hpa;

/// Table entries as the walker reads them.
pub trait Entries {
    /// Reads an entry.
    fn load(&self, at: Hpa) -> Result<u64, BusError>;
    /// Writes an entry, if it is still `current`.
    fn exchange(&self, at: Hpa, current: u64, new: u64) -> Result<bool, BusError>;
}

/// Tables in the open: the shared EPT.
impl Entries for Machine {
    #[inline]
    fn load(&self, at: Hpa) -> Result<u64, BusError> {
        Ok(self.word(at)?.load(Ordering::Acquire))
    }
    fn exchange(&self, at: Hpa, current: u64, new: u64) -> Result<bool, BusError> {
        Ok(self.word(at)?.compare_exchange(current, new, Ordering::AcqRel, Ordering::Acquire).is_ok())
    }
}

/// Tables that are read through the key of the VM: the protected table.
impl Entries for Keyed<'_> {
    #[inline]
    fn load(&self, at: Hpa) -> Result<u64, BusError> {
        Keyed::load(self, at)
    }
    fn exchange(&self, at: Hpa, current: u64, new: u64) -> Result<bool, BusError> {
        Ok(self.compare_exchange(at, current, new)? == current)
    }
}

/// A table on the way to a page: where a walk begins.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct Table {
    /// Its page.
    pub frame: Hpa,
    /// Its level; 0 is the page table.
    pub level: u32,
    /// What the entries above it allow.
    pub rights: u64,
}

/// A translation that a walk found.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct Leaf {
    /// The page, as large as the leaf maps.
    pub frame: Hpa,
    /// Its size as a power of two of bytes.
    pub shift: u32,
    /// What all entries together allow.
    pub rights: u64,
    /// Whether a write has to walk again, to set the dirty flag.
    pub clean: bool,
    /// The last table of the walk.
    pub table: Table,
}

/// How a walk ended.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Walked {
    /// At a leaf that allows the access.
    Leaf(Leaf),
    /// At an entry that is not present, or at a leaf that does not allow the access.
    Violation {
        /// What the entries allow; 0 if one is not present.
        rights: u64,
        /// Whether it may become #VE.
        convertible: bool,
    },
    /// At an entry whose value is not supported.
    Misconfigured {
        /// Its level.
        level: u32,
        /// The entry.
        entry: u64,
    },
}

/// How tables are walked.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct Rules {
    /// Physical address bits of the CPU.
    pub physical_width: u32,
    /// Whether accessed and dirty flags are set: bit 6 of the EPTP.
    pub accessed_dirty: bool,
}

impl Rules {
    /// Walks from `start` to the page behind `gpa`.
    pub fn walk(self, entries: &impl Entries, start: Table, gpa: u64, access: Access) -> Result<Walked, BusError> {
        let mut table = start;
        loop {
            let index = gpa >> ept::shift(table.level) & 511;
            let at = Hpa::new(table.frame.as_u64() + 8 * index);
            let entry = entries.load(at)?;
            if entry & PRESENT == 0 {
                return Ok(Walked::Violation { rights: 0, convertible: entry & SUPPRESS_VE == 0 });
            }
            if ept::is_misconfigured(entry, table.level, self.physical_width) {
                return Ok(Walked::Misconfigured { level: table.level, entry });
            }
            let rights = table.rights & entry & PRESENT;
            let leaf = ept::maps_page(entry, table.level);
            if leaf && rights & access.right() == 0 {
                return Ok(Walked::Violation { rights, convertible: entry & SUPPRESS_VE == 0 });
            }
            if self.accessed_dirty {
                let dirty = if leaf && access == Access::Write { DIRTY } else { 0 };
                let flags = ACCESSED | dirty;
                if entry & flags != flags && !entries.exchange(at, entry, entry | flags)? {
                    continue; // The entry changed meanwhile: it is read again.
                }
            }
            let frame = Hpa::new(entry & FRAME);
            if leaf {
                let clean = self.accessed_dirty && entry & DIRTY == 0 && access != Access::Write;
                return Ok(Walked::Leaf(Leaf { frame, shift: ept::shift(table.level), rights, clean, table }));
            }
            // A page table has no tables below it: `maps_page` is true there.
            table = Table { frame, level: table.level - 1, rights };
        }
    }
}
