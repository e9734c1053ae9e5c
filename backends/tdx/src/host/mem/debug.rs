//! Leaves that look: SEPT.RD at the Secure EPT; RD and WR at the memory of a TD that may be debugged.

use crate::host::table::answers;
use crate::host::{Tdr, ask};
use crate::operand::{EntryDetails, PageInfo};
use crate::seamcall::{Seamcall, Unavailable};
use crate::status::{Operand, Status, StatusCode};
use pt_core::{Gpa, Private};

answers! {
    /// What TDH.MEM.SEPT.RD answers.
    SeptRead = MemSeptRd {
        /// The entry.
        done(EntryDetails);
        entry EntryBusy = OperandBusy, EptWalkFailed;
        about OperandInvalid(Rdx, Rcx), OperandAddrRangeError(Rdx), OperandBusy(Rdx, OpState, SeptTree),
            PageMetadataIncorrect(Rdx);
        plain TdFatal, TdKeysNotConfigured, TdcsNotAllocated, OpStateIncorrect, SysNotReady, SysShutdown;
    }
}

/// Reads the entry `at`, in whatever state it is.
///
/// TDX module 1.5 ABI specification, TDH.MEM.SEPT.RD leaf: RCX entry, RDX TDR; returns RCX and RDX.
///
/// # Errors
/// [`Unavailable`] if no module took the call.
pub fn sept_read<S: Seamcall + ?Sized>(seamcall: &S, tdr: Tdr, at: PageInfo) -> Result<SeptRead, Unavailable> {
    ask(seamcall, |registers| {
        registers.rcx = at.bits();
        registers.rdx = tdr.page().as_u64();
    })
}

answers! {
    /// What TDH.MEM.RD answers.
    Read = MemRd {
        /// What the memory holds.
        done(u64);
        entry EntryBusy = OperandBusy, EptEntryNotPresent, EptEntryStateIncorrect;
        about OperandInvalid(Rdx, Rcx), OperandAddrRangeError(Rdx), OperandBusy(Rdx, OpState, SeptTree),
            PageMetadataIncorrect(Rdx);
        plain TdFatal, TdKeysNotConfigured, TdcsNotAllocated, OpStateIncorrect, SysNotReady, SysShutdown, TdNonDebug;
    }
}

/// Reads 8 bytes, aligned to 8, of the memory of a TD with the DEBUG attribute.
///
/// TDX module 1.5 ABI specification, TDH.MEM.RD leaf: RCX address, RDX TDR; returns R8.
///
/// # Errors
/// [`Unavailable`] if no module took the call.
pub fn read<S: Seamcall + ?Sized>(seamcall: &S, tdr: Tdr, gpa: Gpa<Private>) -> Result<Read, Unavailable> {
    ask(seamcall, |registers| {
        registers.rcx = gpa.as_u64();
        registers.rdx = tdr.page().as_u64();
    })
}

answers! {
    /// What TDH.MEM.WR answers.
    Write = MemWr {
        /// What the memory held before.
        done(u64);
        entry EntryBusy = OperandBusy, EptEntryNotPresent, EptEntryStateIncorrect;
        about OperandInvalid(Rdx, Rcx), OperandAddrRangeError(Rdx), OperandBusy(Rdx, OpState, SeptTree),
            PageMetadataIncorrect(Rdx);
        plain TdFatal, TdKeysNotConfigured, TdcsNotAllocated, OpStateIncorrect, SysNotReady, SysShutdown, TdNonDebug;
    }
}

/// Writes 8 bytes, aligned to 8, of the memory of a TD with the DEBUG attribute.
///
/// TDX module 1.5 ABI specification, TDH.MEM.WR leaf: RCX address, RDX TDR, R8 value; returns R8 old value.
///
/// # Errors
/// [`Unavailable`] if no module took the call.
pub fn write<S: Seamcall + ?Sized>(
    seamcall: &S,
    tdr: Tdr,
    gpa: Gpa<Private>,
    value: u64,
) -> Result<Write, Unavailable> {
    ask(seamcall, |registers| {
        registers.rcx = gpa.as_u64();
        registers.rdx = tdr.page().as_u64();
        registers.r8 = value;
    })
}
