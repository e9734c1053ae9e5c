//! Leaves that take a page away from an entry: PAGE.REMOVE, SEPT.REMOVE, PAGE.RELOCATE.
//!
//! The page that comes back still holds what the TD wrote, under the TD's key, and the caches may hold lines of it:
//! before the host uses it, TDH.PHYMEM.PAGE.WBINVD through that key, and full-line writes through the new one.

use crate::host::table::answers;
use crate::host::{Tdr, ask};
use crate::operand::{EntryDetails, PageInfo, SeptLevel};
use crate::seamcall::{Seamcall, Unavailable};
use crate::status::{Operand, Status, StatusCode};
use pt_core::{Gpa, Hpa, Private};

answers! {
    /// What TDH.MEM.PAGE.REMOVE answers.
    PageRemove = MemPageRemove {
        /// The entry is free; the page that it mapped.
        done(Hpa);
        entry EntryBusy = OperandBusy, EptWalkFailed, EptEntryStateIncorrect, GpaRangeNotBlocked;
        about OperandInvalid(Rdx, Rcx), OperandAddrRangeError(Rdx), OperandBusy(Rdx, OpState, SeptTree, Rcx),
            PageMetadataIncorrect(Rdx);
        plain TdFatal, TdKeysNotConfigured, TdcsNotAllocated, OpStateIncorrect, SysNotReady, SysShutdown,
            TlbTrackingNotDone | Rcx;
    }
}

/// Removes a page of 4 KiB, 2 MiB or 1 GiB, as the level of `at` says. `OperandBusy` about RCX is the page's record,
/// `EntryBusy` the entry.
///
/// TDX module 1.5 ABI specification, TDH.MEM.PAGE.REMOVE leaf: RCX entry, RDX TDR; returns RCX page.
///
/// # Errors
/// [`Unavailable`] if no module took the call.
pub fn page_remove<S: Seamcall + ?Sized>(seamcall: &S, tdr: Tdr, at: PageInfo) -> Result<PageRemove, Unavailable> {
    ask(seamcall, |registers| {
        registers.rcx = at.bits();
        registers.rdx = tdr.page().as_u64();
    })
}

answers! {
    /// What TDH.MEM.SEPT.REMOVE answers.
    SeptRemove = MemSeptRemove {
        /// The entry is free; the page that held the table.
        done(Hpa);
        entry EntryBusy = OperandBusy, EptWalkFailed, EptEntryStateIncorrect, GpaRangeNotBlocked, EptPageNotFree;
        about OperandInvalid(Rdx, Rcx), OperandAddrRangeError(Rdx), OperandBusy(Rdx, OpState, SeptTree, Rcx),
            PageMetadataIncorrect(Rdx);
        plain TdFatal, TdKeysNotConfigured, TdcsNotAllocated, OpStateIncorrect, SysNotReady, SysShutdown,
            TlbTrackingNotDone | Rcx;
    }
}

/// Removes the table that the entry `at` points to; every entry of it must be free. Takes the whole tree exclusively.
///
/// TDX module 1.5 ABI specification, TDH.MEM.SEPT.REMOVE leaf: RCX entry, RDX TDR; returns RCX page.
///
/// # Errors
/// [`Unavailable`] if no module took the call.
pub fn sept_remove<S: Seamcall + ?Sized>(seamcall: &S, tdr: Tdr, at: PageInfo) -> Result<SeptRemove, Unavailable> {
    ask(seamcall, |registers| {
        registers.rcx = at.bits();
        registers.rdx = tdr.page().as_u64();
    })
}

answers! {
    /// What TDH.MEM.PAGE.RELOCATE answers.
    PageRelocate = MemPageRelocate {
        /// The entry maps the new page, which holds what the old one held; the old page.
        done(Hpa);
        entry EntryBusy = OperandBusy, EptWalkFailed, EptEntryStateIncorrect, GpaRangeNotBlocked;
        about OperandInvalid(Rdx, Rcx, R8), OperandAddrRangeError(Rdx, R8),
            OperandBusy(Rdx, OpState, SeptTree, Rcx, R8), PageMetadataIncorrect(Rdx, R8);
        plain TdFatal, TdKeysNotConfigured, TdcsNotAllocated, OpStateIncorrect, SysNotReady, SysShutdown,
            TlbTrackingNotDone | Rcx;
    }
}

/// Moves the 4 KiB page at `gpa`, which is blocked and tracked, to another frame, and unblocks it.
///
/// TDX module 1.5 ABI specification, TDH.MEM.PAGE.RELOCATE leaf: RCX entry, RDX TDR, R8 new page; returns RCX old page.
///
/// # Errors
/// [`Unavailable`] if no module took the call.
pub fn page_relocate<S: Seamcall + ?Sized>(
    seamcall: &S,
    tdr: Tdr,
    gpa: Gpa<Private>,
    page: Hpa,
) -> Result<PageRelocate, Unavailable> {
    ask(seamcall, |registers| {
        registers.rcx = PageInfo::at(gpa, SeptLevel::Pt).bits();
        registers.rdx = tdr.page().as_u64();
        registers.r8 = page.as_u64();
    })
}
