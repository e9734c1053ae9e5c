//! What state a guest begins in: 64-bit mode, on page tables of its own, or 32-bit mode without any.

use super::vmcb::{SaveArea, Segment};

/// Levels of the guest's own page tables.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Paging {
    /// Four.
    FourLevels,
    /// Five, CR4.LA57.
    FiveLevels,
}

/// The guest's privilege level.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Privilege {
    /// Level 0.
    Supervisor,
    /// Level 3.
    User,
}

/// A guest in 64-bit mode.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct Mode {
    /// The root of its page tables, a guest-physical address.
    pub root: u64,
    /// Their levels.
    pub paging: Paging,
    /// Its privilege level.
    pub privilege: Privilege,
    /// CR0.WP: the supervisor cannot write pages that are read-only.
    pub write_protect: bool,
    /// CR4.SMEP: the supervisor cannot fetch from the user's pages.
    pub smep: bool,
    /// CR4.SMAP: the supervisor cannot read or write the user's pages.
    pub smap: bool,
}

/// CR0: paging, write protection, extension type, protection.
const CR0_PG: u64 = 1 << 31;
const CR0_WP: u64 = 1 << 16;
const CR0_ET: u64 = 1 << 4;
const CR0_PE: u64 = 1 << 0;
/// CR4: physical address extension, and what [`Mode`] chooses.
const CR4_PAE: u64 = 1 << 5;
const CR4_LA57: u64 = 1 << 12;
const CR4_SMEP: u64 = 1 << 20;
const CR4_SMAP: u64 = 1 << 21;
/// EFER: long mode, enabled and active; no-execute; SVM.
const EFER_LME: u64 = 1 << 8;
const EFER_LMA: u64 = 1 << 10;
const EFER_NXE: u64 = 1 << 11;
const EFER_SVME: u64 = 1 << 12;

impl Mode {
    /// The supervisor on the tables at `root`, with write protection, without SMEP and SMAP.
    #[must_use]
    pub const fn new(root: u64, paging: Paging) -> Self {
        Self { root, paging, privilege: Privilege::Supervisor, write_protect: true, smep: false, smap: false }
    }

    /// Writes the state. Instruction pointer and general registers stay.
    pub fn apply(self, save: &mut SaveArea) {
        let bit = |set: bool, bit: u64| if set { bit } else { 0 };
        save.cr0 = CR0_PG | CR0_ET | CR0_PE | bit(self.write_protect, CR0_WP);
        save.cr3 = self.root;
        save.cr4 = CR4_PAE
            | bit(self.paging == Paging::FiveLevels, CR4_LA57)
            | bit(self.smep, CR4_SMEP)
            | bit(self.smap, CR4_SMAP);
        save.efer = EFER_LME | EFER_LMA | EFER_NXE | EFER_SVME;
        save.cpl = match self.privilege {
            Privilege::Supervisor => 0,
            Privilege::User => 3,
        };
        apply_common(save, LONG_CODE);
    }
}

/// 32-bit mode without paging: the guest's addresses are guest-physical.
pub(super) fn apply_flat(save: &mut SaveArea) {
    save.cr0 = CR0_ET | CR0_PE;
    (save.cr3, save.cr4) = (0, 0);
    save.efer = EFER_SVME;
    save.cpl = 0;
    apply_common(save, FLAT_CODE);
}

/// Attributes of segments, 4.7 and 4.8: present, code that can be read, 64 bits wide or 32.
const LONG_CODE: u16 = 0xA9B;
const FLAT_CODE: u16 = 0xC9B;
/// Present, data that can be written, 32 bits wide.
const DATA: u16 = 0xC93;

/// What does not depend on paging: segments over all of memory, and registers as after a reset (table 14-1).
fn apply_common(save: &mut SaveArea, code: u16) {
    save.rflags = 1 << 1; // reserved, always one
    save.dr6 = 0xFFFF_0FF0;
    save.dr7 = 0x400;
    save.pat = 0x0007_0406_0007_0406;
    let level = u16::from(save.cpl);
    let segment = |selector, attributes| Segment {
        selector: selector | level,
        attributes: attributes | level << 5,
        limit: u32::MAX,
        base: 0,
    };
    save.cs = segment(0x08, code);
    let data = segment(0x10, DATA);
    (save.ss, save.ds, save.es) = (data, data, data);
}
