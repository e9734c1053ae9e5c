//! What the host finds in its registers when a vCPU has left.

use super::Access;
use crate::tdx::sept::Place;
use pt_tdx::module::SeptState;
use pt_tdx::operand::{ExitQualification, ExtendedQualification, QualificationType};
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

/// A TD exit: the registers that TDH.VP.ENTER returns.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct Exit {
    registers: Registers,
}

impl Exit {
    /// The registers of the host.
    #[must_use]
    pub const fn registers(&self) -> &Registers {
        &self.registers
    }

    pub(super) const fn new(registers: Registers) -> Self {
        Self { registers }
    }

    /// An EPT violation at `gpa`. Of the qualification the host does not see what concerns the linear address.
    pub(super) fn violation(gpa: u64, qualification: ExitQualification, extended: ExtendedQualification) -> Self {
        let seen = qualification.with_has_linear_address(false).with_translated(false).with_nmi_unblocked(false);
        Self::new(Registers {
            rax: Reason::EptViolation as u64,
            rcx: seen.bits(),
            rdx: extended.bits(),
            r8: gpa & !0xfff,
            ..Registers::default()
        })
    }

    /// TDG.MEM.PAGE.ACCEPT for an entry at `wanted` met another entry, or one in another state.
    pub(super) fn accept(gpa: u64, wanted: SeptLevel, found: &Place) -> Self {
        let extended = ExtendedQualification::new()
            .with_kind(QualificationType::Accept)
            .with_requested(wanted)
            .with_level(found.level)
            .with_state(found.entry.state().map_or(EntryState::Free, SeptState::public))
            .with_is_leaf(found.entry.is_leaf());
        Self::violation(gpa, tried(Access::Write, found.entry.permissions()), extended)
    }

    /// A status and an exit reason of 0: the module ends the TD's turn on its own account.
    pub(super) fn without_reason(code: StatusCode) -> Self {
        Self::new(Registers { rax: code.into_bits(), ..Registers::default() })
    }
}

/// The qualification of an access to memory that the entries on the way grant `permissions` to: bits 2:0 of an entry.
pub(super) fn tried(access: Access, permissions: u64) -> ExitQualification {
    let grants = |access| permissions & access as u64 != 0;
    ExitQualification::new()
        .with_read(access == Access::Read)
        .with_write(access == Access::Write)
        .with_fetch(access == Access::Fetch)
        .with_readable(grants(Access::Read))
        .with_writable(grants(Access::Write))
        .with_executable(grants(Access::Fetch))
}
