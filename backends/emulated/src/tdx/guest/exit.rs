//! What the host finds in its registers when a vCPU has left.

use crate::tdx::sept::Place;
use pt_tdx::module::SeptState;
use pt_tdx::{EntryState, Registers, SeptLevel, StatusCode};

/// Why a vCPU left, as the processor numbers VM exits.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
#[repr(u64)]
pub enum Reason {
    /// An access that the Secure EPT does not let through.
    EptViolation = 48,
    /// TDG.VP.VMCALL, a synchronous exit.
    Tdcall = 77,
}

/// The kind of an extended exit qualification: bits 3:0 of RDX.
///
/// TDX module 1.5 ABI specification, TDH.VP.ENTER leaf, extended exit qualification.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
#[repr(u64)]
pub enum ExtendedQualification {
    /// There is none.
    None = 0,
    /// TDG.MEM.PAGE.ACCEPT met an entry that it cannot accept.
    Accept = 1,
    /// The guest accessed a page that it has not accepted.
    PendingViolation = 6,
}

/// A TD exit: the registers that TDH.VP.ENTER returns.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct Exit {
    registers: Registers,
}

impl Exit {
    /// Bits of an exit qualification that the host does not see: 12:7.
    const HIDDEN: u64 = 0x1f80;
    /// A write, in an exit qualification.
    const WRITE: u64 = 1 << 1;
    /// The lowest bit of the permissions of the entry, in an exit qualification.
    const PERMISSIONS: u32 = 3;

    /// The registers of the host.
    #[must_use]
    pub const fn registers(&self) -> &Registers {
        &self.registers
    }

    pub(super) const fn new(registers: Registers) -> Self {
        Self { registers }
    }

    /// An EPT violation at `gpa`.
    pub(super) fn violation(gpa: u64, qualification: u64, kind: ExtendedQualification, info: u64) -> Self {
        Self::new(Registers {
            rax: Reason::EptViolation as u64,
            rcx: qualification & !Self::HIDDEN,
            rdx: kind as u64 | info << 32,
            r8: gpa & !0xfff,
            ..Registers::default()
        })
    }

    /// TDG.MEM.PAGE.ACCEPT for an entry at `wanted` met another entry, or one in another state.
    pub(super) fn accept(gpa: u64, wanted: SeptLevel, found: &Place) -> Self {
        let qualification = Self::WRITE | found.entry.permissions() << Self::PERMISSIONS;
        let state = found.entry.state().map_or(EntryState::Free, SeptState::public);
        let info = wanted.into_bits()
            | found.level.into_bits() << 3
            | state.into_bits() << 6
            | u64::from(found.entry.is_leaf()) << 14;
        Self::violation(gpa, qualification, ExtendedQualification::Accept, info)
    }

    /// A status and an exit reason of 0: the module ends the TD's turn on its own account.
    pub(super) fn without_reason(code: StatusCode) -> Self {
        Self::new(Registers { rax: code.into_bits(), ..Registers::default() })
    }
}
