//! TDH.MR: the measurement of a TD that is being built.

use super::table::answers;
use super::{Tdr, ask};
use crate::operand::EntryDetails;
use crate::seamcall::{Seamcall, Unavailable};
use crate::status::{Operand, Status, StatusCode};
use pt_core::{Gpa, Private};

answers! {
    /// What TDH.MR.EXTEND answers.
    Extend = MrExtend {
        /// The 256 bytes are measured.
        done;
        entry EptEntryNotPresent;
        about OperandInvalid(Rdx, Rcx), OperandAddrRangeError(Rdx), OperandBusy(Rdx),
            PageMetadataIncorrect(Rdx);
        plain TdFatal, TdKeysNotConfigured, TdcsNotAllocated, OpStateIncorrect, SysNotReady, SysShutdown,
            NotMapped = EptEntryNotPresent;
    }
}

/// Measures 256 bytes, aligned to 256, of a page that was added. `EptEntryNotPresent` shows where the walk ended;
/// `NotMapped` is a leaf that is not in the state MAPPED, of which the module shows nothing.
///
/// TDX module 1.5 ABI specification, TDH.MR.EXTEND leaf: RCX address, RDX TDR.
///
/// # Errors
/// [`Unavailable`] if no module took the call.
pub fn extend<S: Seamcall + ?Sized>(seamcall: &S, tdr: Tdr, gpa: Gpa<Private>) -> Result<Extend, Unavailable> {
    ask(seamcall, |registers| {
        registers.rcx = gpa.as_u64();
        registers.rdx = tdr.page().as_u64();
    })
}

answers! {
    /// What TDH.MR.FINALIZE answers.
    Finalize = MrFinalize {
        /// The measurement is complete and the TD can run. From here on, removal needs tracking.
        done;
        about OperandInvalid(Rcx), OperandAddrRangeError(Rcx), OperandBusy(Rcx), PageMetadataIncorrect(Rcx);
        plain TdFatal, TdKeysNotConfigured, TdcsNotAllocated, OpStateIncorrect, SysNotReady, SysShutdown, NoVcpus;
    }
}

/// Ends the building of a TD.
///
/// TDX module 1.5 ABI specification, TDH.MR.FINALIZE leaf: RCX TDR.
///
/// # Errors
/// [`Unavailable`] if no module took the call.
pub fn finalize<S: Seamcall + ?Sized>(seamcall: &S, tdr: Tdr) -> Result<Finalize, Unavailable> {
    ask(seamcall, |registers| registers.rcx = tdr.page().as_u64())
}
