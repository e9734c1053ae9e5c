//! TDH.VP: the vCPUs of a TD.
//!
//! The order of a life: [`create`], [`add_cx`] until the control structure is complete, [`init`]; then [`enter`] as
//! often as the vCPU runs. A vCPU is associated with the processor that it entered on last; [`flush`] there ends the
//! association.

use super::table::answers;
use super::{Output, Tdr, Tdvpr, ask};
use crate::leaf::Leaf;
use crate::operand::{EntryDetails, EptViolation, ExitQualification, ExtendedQualification};
use crate::seamcall::{Registers, Seamcall, Unavailable};
use crate::status::{Class, Operand, Status, StatusCode};
use pt_core::{Hpa, RawGpa};

answers! {
    /// What TDH.VP.CREATE answers.
    Create = VpCreate {
        /// The page is the TDVPR of a new vCPU.
        done;
        about OperandInvalid(Rdx, Rcx), OperandAddrRangeError(Rdx, Rcx), OperandBusy(Rdx, OpState, Rcx),
            PageMetadataIncorrect(Rdx, Rcx);
        plain TdFatal, TdKeysNotConfigured, TdcsNotAllocated, OpStateIncorrect, SysNotReady, SysShutdown;
    }
}

/// Creates a vCPU: `vcpu` becomes its root page.
///
/// TDX module 1.5 ABI specification, TDH.VP.CREATE leaf: RCX page, RDX TDR.
///
/// # Errors
/// [`Unavailable`] if no module took the call.
pub fn create<S: Seamcall + ?Sized>(seamcall: &S, tdr: Tdr, vcpu: Tdvpr) -> Result<Create, Unavailable> {
    ask(seamcall, |registers| {
        registers.rcx = vcpu.page().as_u64();
        registers.rdx = tdr.page().as_u64();
    })
}

answers! {
    /// What TDH.VP.ADDCX answers.
    AddCx = VpAddcx {
        /// The page is part of the vCPU's control structure.
        done;
        about OperandInvalid(Rdx, Rcx), OperandAddrRangeError(Rdx, Rcx), OperandBusy(Rdx, Tdr, OpState, Rcx),
            PageMetadataIncorrect(Rdx, Rcx);
        number VcpuStateIncorrect;
        plain TdFatal, TdKeysNotConfigured, TdcsNotAllocated, OpStateIncorrect, TdcxNumIncorrect, SysNotReady,
            SysShutdown;
    }
}

/// Adds a page to the control structure of a vCPU (TDVPS).
///
/// TDX module 1.5 ABI specification, TDH.VP.ADDCX leaf: RCX page, RDX TDVPR.
///
/// # Errors
/// [`Unavailable`] if no module took the call.
pub fn add_cx<S: Seamcall + ?Sized>(seamcall: &S, vcpu: Tdvpr, page: Hpa) -> Result<AddCx, Unavailable> {
    ask(seamcall, |registers| {
        registers.rcx = page.as_u64();
        registers.rdx = vcpu.page().as_u64();
    })
}

answers! {
    /// What TDH.VP.INIT answers.
    Init = VpInit {
        /// The vCPU can enter, once the TD can run.
        done;
        about OperandInvalid(Rcx), OperandAddrRangeError(Rcx), OperandBusy(Rcx, Tdr, OpState),
            PageMetadataIncorrect(Rcx);
        number VcpuStateIncorrect, InconsistentMsr;
        plain TdFatal, TdKeysNotConfigured, TdcsNotAllocated, OpStateIncorrect, TdcxNumIncorrect, MaxVcpusExceeded,
            SysNotReady, SysShutdown;
    }
}

/// Initialises a vCPU; the guest finds `rcx` in RCX and R8 when it starts.
///
/// TDX module 1.5 ABI specification, TDH.VP.INIT leaf: RCX TDVPR, RDX initial RCX.
///
/// # Errors
/// [`Unavailable`] if no module took the call.
pub fn init<S: Seamcall + ?Sized>(seamcall: &S, vcpu: Tdvpr, rcx: u64) -> Result<Init, Unavailable> {
    ask(seamcall, |registers| {
        registers.rcx = vcpu.page().as_u64();
        registers.rdx = rcx;
    })
}

/// A TD exit: the vCPU was inside, and left.
///
/// TDX module 1.5 ABI specification, TDH.VP.ENTER leaf: RAX status and VM exit reason; the other registers depend on
/// the reason.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct TdExit {
    status: Status,
    registers: Registers,
}

impl TdExit {
    /// [`reason`](Self::reason) of an EPT violation.
    pub const EPT_VIOLATION: u32 = 48;
    /// [`reason`](Self::reason) of a TDG.VP.VMCALL: RCX is the guest's mask of the registers that it passes.
    pub const VMCALL: u32 = 77;

    /// The VM exit reason, Intel SDM volume 3D appendix C.
    #[must_use]
    pub const fn reason(&self) -> u32 {
        self.status.low()
    }

    /// The EPT violation that the vCPU exited with, if it was one.
    #[must_use]
    pub const fn ept_violation(&self) -> Option<EptViolation> {
        if self.reason() != Self::EPT_VIOLATION || self.is_final() {
            return None;
        }
        Some(EptViolation {
            qualification: ExitQualification::from_bits(self.registers.rcx),
            extended: ExtendedQualification::from_bits(self.registers.rdx),
            gpa: RawGpa::new(self.registers.r8),
        })
    }

    /// Whether the vCPU, or the whole TD, cannot be entered again.
    #[must_use]
    pub const fn is_final(&self) -> bool {
        self.status.is_non_recoverable()
    }

    /// The registers of the host after the exit.
    #[must_use]
    pub const fn registers(&self) -> &Registers {
        &self.registers
    }
}

/// Every status of class 0 without the error bit is a TD exit.
impl Output for TdExit {
    fn is_done(status: Status) -> bool {
        !status.is_error() && status.class() == Some(Class::General)
    }
    fn read(status: Status, registers: &Registers) -> Self {
        Self { status, registers: *registers }
    }
    fn status(&self) -> Status {
        self.status
    }
}

answers! {
    /// What TDH.VP.ENTER answers. All but `Done` say that the vCPU did not run.
    Enter = VpEnter {
        /// The vCPU was inside the TD, and left it.
        done(TdExit);
        about OperandInvalid(Rcx), OperandAddrRangeError(Rcx), OperandBusy(Rcx, Tdr, OpState, TdEpoch, SeptTree),
            PageMetadataIncorrect(Rcx);
        number VcpuStateIncorrect, InconsistentMsr, HostPriorityBusyTimeout;
        plain TdFatal, TdKeysNotConfigured, TdcsNotAllocated, OpStateIncorrect, TdcxNumIncorrect, VcpuAssociated,
            TscRollback, SysNotReady, SysShutdown;
    }
}

/// Runs a vCPU until it leaves the TD. `registers` are what the guest finds after a TDG.VP.VMCALL: those that its mask
/// names; RAX and RCX are the leaf's own and are overwritten. The vector registers are not passed, and hold nothing of
/// the host's afterwards.
///
/// TDX module 1.5 ABI specification, TDH.VP.ENTER leaf: RCX TDVPR.
///
/// # Errors
/// [`Unavailable`] if no module took the call.
pub fn enter<S: Seamcall + ?Sized>(seamcall: &S, vcpu: Tdvpr, registers: &Registers) -> Result<Enter, Unavailable> {
    ask(seamcall, |operands| {
        *operands = Registers { rcx: vcpu.page().as_u64(), rax: Registers::call(Leaf::VpEnter).rax, ..*registers };
    })
}

answers! {
    /// What TDH.VP.FLUSH answers.
    Flush = VpFlush {
        /// The vCPU is associated with no processor.
        done;
        about OperandInvalid(Rcx), OperandAddrRangeError(Rcx), OperandBusy(Rcx, Tdr), PageMetadataIncorrect(Rcx);
        plain TdKeysNotConfigured, TdcxNumIncorrect, VcpuNotAssociated, SysNotReady, SysShutdown;
    }
}

/// Ends the association of a vCPU with this processor, and flushes what the processor cached of the TD.
///
/// TDX module 1.5 ABI specification, TDH.VP.FLUSH leaf: RCX TDVPR.
///
/// # Errors
/// [`Unavailable`] if no module took the call.
pub fn flush<S: Seamcall + ?Sized>(seamcall: &S, vcpu: Tdvpr) -> Result<Flush, Unavailable> {
    ask(seamcall, |registers| registers.rcx = vcpu.page().as_u64())
}
