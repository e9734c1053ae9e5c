//! Leaves that take a range out of use and bring it back: RANGE.BLOCK, RANGE.UNBLOCK, and TRACK.

use crate::host::table::answers;
use crate::host::{Tdr, ask};
use crate::operand::{EntryDetails, PageInfo};
use crate::seamcall::{Seamcall, Unavailable};
use crate::status::{Operand, Status, StatusCode};

answers! {
    /// What TDH.MEM.RANGE.BLOCK answers.
    RangeBlock = MemRangeBlock {
        /// No new translation through the entry is made. Old ones live on until they are tracked.
        done;
        entry EntryBusy = OperandBusy, EptWalkFailed, EptEntryStateIncorrect, GpaRangeAlreadyBlocked;
        about OperandInvalid(Rdx, Rcx), OperandAddrRangeError(Rdx), OperandBusy(Rdx, OpState, SeptTree),
            PageMetadataIncorrect(Rdx);
        plain TdFatal, TdKeysNotConfigured, TdcsNotAllocated, OpStateIncorrect, SysNotReady, SysShutdown;
    }
}

/// Blocks an entry at any level, and with it everything behind it. That it was blocked already is a remark of the
/// module, not an error; its epoch is then the old one.
///
/// Takes the whole tree exclusively: it is refused while any other leaf works on the Secure EPT of the TD.
///
/// TDX module 1.5 ABI specification, TDH.MEM.RANGE.BLOCK leaf: RCX entry, RDX TDR.
///
/// # Errors
/// [`Unavailable`] if no module took the call.
pub fn range_block<S: Seamcall + ?Sized>(seamcall: &S, tdr: Tdr, at: PageInfo) -> Result<RangeBlock, Unavailable> {
    ask(seamcall, |registers| {
        registers.rcx = at.bits();
        registers.rdx = tdr.page().as_u64();
    })
}

answers! {
    /// What TDH.MEM.RANGE.UNBLOCK answers.
    RangeUnblock = MemRangeUnblock {
        /// The entry is as it was before it was blocked.
        done;
        entry EntryBusy = OperandBusy, EptWalkFailed, EptEntryStateIncorrect;
        about OperandInvalid(Rdx, Rcx), OperandAddrRangeError(Rdx), OperandBusy(Rdx, OpState, SeptTree),
            PageMetadataIncorrect(Rdx);
        plain TdFatal, TdKeysNotConfigured, TdcsNotAllocated, OpStateIncorrect, SysNotReady, SysShutdown,
            TlbTrackingNotDone | SeptTree;
    }
}

/// Takes back a [`range_block`]. It needs tracking as a removal does; its refusal names the tree, where those of the
/// other leaves name RCX. Takes the whole tree exclusively.
///
/// TDX module 1.5 ABI specification, TDH.MEM.RANGE.UNBLOCK leaf: RCX entry, RDX TDR.
///
/// # Errors
/// [`Unavailable`] if no module took the call.
pub fn range_unblock<S: Seamcall + ?Sized>(seamcall: &S, tdr: Tdr, at: PageInfo) -> Result<RangeUnblock, Unavailable> {
    ask(seamcall, |registers| {
        registers.rcx = at.bits();
        registers.rdx = tdr.page().as_u64();
    })
}

answers! {
    /// What TDH.MEM.TRACK answers.
    Track = MemTrack {
        /// A new epoch has begun. What was blocked before is tracked when the last vCPU of the old epoch has left.
        done;
        about OperandInvalid(Rcx), OperandAddrRangeError(Rcx), OperandBusy(Rcx, OpState, TdEpoch),
            PageMetadataIncorrect(Rcx);
        plain TdFatal, TdKeysNotConfigured, TdcsNotAllocated, OpStateIncorrect, SysNotReady, SysShutdown,
            PreviousTlbEpochBusy;
    }
}

/// Begins a new epoch of the TD. It is refused, with `TDX_PREVIOUS_TLB_EPOCH_BUSY`, while a vCPU is inside that
/// entered in the epoch before the current one.
///
/// TDX module 1.5 ABI specification, TDH.MEM.TRACK leaf: RCX TDR.
///
/// # Errors
/// [`Unavailable`] if no module took the call.
pub fn track<S: Seamcall + ?Sized>(seamcall: &S, tdr: Tdr) -> Result<Track, Unavailable> {
    ask(seamcall, |registers| registers.rcx = tdr.page().as_u64())
}
