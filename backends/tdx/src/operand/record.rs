//! What the module remembers of a physical page: the registers that TDH.PHYMEM.PAGE.RDMD and RECLAIM return.

use super::SeptLevel;
use core::fmt;
use pt_core::Hpa;
use pt_macros::values;

/// What a page is to the module.
///
/// TDX module 1.5 ABI specification, RCX of the TDH.PHYMEM.PAGE.RDMD leaf.
#[values]
pub enum PageType {
    /// Not assigned: the host may use it.
    Nda = 0,
    /// Not for use by the module.
    Reserved = 1,
    /// Memory of a TD.
    Regular = 3,
    /// The root page of a TD.
    Tdr = 4,
    /// A page of a control structure, of a TD or of a vCPU.
    Tdcx = 5,
    /// The root page of a vCPU.
    Tdvpr = 6,
    /// A table of the Secure EPT. (The root table is a page of the control structure.)
    Ept = 8,
}

/// The record of a page.
///
/// TDX module 1.5 ABI specification, TDH.PHYMEM.PAGE.RDMD leaf: RCX type, RDX owner, R8 size, R9 epoch.
#[derive(Copy, Clone, PartialEq, Eq, Hash)]
pub struct PageRecord {
    rcx: u64,
    rdx: u64,
    r8: u64,
    r9: u64,
}

impl PageRecord {
    /// Takes the registers as they are.
    #[must_use]
    pub const fn from_registers(rcx: u64, rdx: u64, r8: u64, r9: u64) -> Self {
        Self { rcx, rdx, r8, r9 }
    }

    /// What the page is; `None` for a number that the specification does not list.
    #[must_use]
    pub const fn page_type(self) -> Option<PageType> {
        PageType::from_bits(self.rcx)
    }

    /// The TDR of the TD that the page belongs to, or belonged to: the module does not forget an owner when the page
    /// is taken away from it.
    #[must_use]
    pub const fn owner(self) -> Hpa {
        Hpa::new(self.rdx)
    }

    /// The size that the page is recorded at: 4 KiB, 2 MiB or 1 GiB.
    #[must_use]
    pub const fn size(self) -> Option<SeptLevel> {
        SeptLevel::from_bits(self.r8)
    }

    /// The epoch in which the page, or the table in it, was blocked. RDMD returns it of [`PageType::Regular`] and
    /// [`PageType::Ept`]; RECLAIM does not return it.
    #[must_use]
    pub const fn epoch(self) -> u64 {
        self.r9
    }
}

impl fmt::Debug for PageRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.page_type(), self.size()) {
            (Some(page_type), Some(size)) => write!(f, "PageRecord({page_type:?} of {}, {size}", self.owner())?,
            _ => write!(f, "PageRecord(rcx={:#x} r8={:#x} of {}", self.rcx, self.r8, self.owner())?,
        }
        write!(f, ", epoch {})", self.r9)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn registers_are_read() {
        let record = PageRecord::from_registers(8, 0x4000_0000, 0, 7);
        assert_eq!((record.page_type(), record.size()), (Some(PageType::Ept), Some(SeptLevel::Pt)));
        assert_eq!((record.owner(), record.epoch()), (Hpa::new(0x4000_0000), 7));
        assert_eq!(PageRecord::from_registers(2, 0, 5, 0).page_type(), None);
        assert_eq!(PageRecord::from_registers(2, 0, 5, 0).size(), None);
    }
}
