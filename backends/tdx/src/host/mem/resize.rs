//! Leaves that split a large page and put one together: PAGE.DEMOTE, PAGE.PROMOTE.
//!
//! Both look for pending interrupts while they work and then end with `TDX_INTERRUPTED_RESTARTABLE`. Nothing is
//! changed then; the same call starts anew.

use crate::host::table::answers;
use crate::host::{Tdr, ask};
use crate::operand::{EntryDetails, NULL_PA, PageInfo};
use crate::seamcall::{Seamcall, Unavailable};
use crate::status::{Operand, Status, StatusCode};
use pt_core::{Hpa, Protected, TablePage};

answers! {
    /// What TDH.MEM.PAGE.DEMOTE answers.
    PageDemote = MemPageDemote {
        /// The entry points to the table, which maps the same memory in smaller pages.
        done;
        entry EntryBusy = OperandBusy, EptWalkFailed, EptEntryStateIncorrect, GpaRangeNotBlocked;
        about OperandInvalid(Rdx, Rcx, R8), OperandAddrRangeError(Rdx, R8),
            OperandBusy(Rdx, OpState, SeptTree, Rcx, R8), PageMetadataIncorrect(Rdx, R8),
            L2SeptPageNotProvided(R9, R10, R11);
        plain TdFatal, TdKeysNotConfigured, TdcsNotAllocated, OpStateIncorrect, SysNotReady, SysShutdown,
            TlbTrackingNotDone | Rcx, InterruptedRestartable;
    }
}

/// Splits the 2 MiB or 1 GiB page that `at` maps into 512 pages of the next size; `table` holds their entries.
/// The page is blocked and tracked before, and its parts are not blocked afterwards.
///
/// No pages for the tables of nested VMs are given.
///
/// TDX module 1.5 ABI specification, TDH.MEM.PAGE.DEMOTE leaf: RCX entry, RDX TDR, R8 page, R9 to R11 none.
///
/// # Errors
/// [`Unavailable`] if no module took the call.
pub fn page_demote<S: Seamcall + ?Sized>(
    seamcall: &S,
    tdr: Tdr,
    at: PageInfo,
    table: &TablePage<Protected>,
) -> Result<PageDemote, Unavailable> {
    ask(seamcall, |registers| {
        registers.rcx = at.bits();
        registers.rdx = tdr.page().as_u64();
        registers.r8 = table.frame().as_u64();
        (registers.r9, registers.r10, registers.r11) = (NULL_PA, NULL_PA, NULL_PA);
    })
}

answers! {
    /// What TDH.MEM.PAGE.PROMOTE answers.
    PagePromote = MemPagePromote {
        /// The entry maps the whole range; the page that held the table.
        done(Hpa);
        entry EntryBusy = OperandBusy, EptWalkFailed, EptEntryStateIncorrect, GpaRangeNotBlocked,
            EptInvalidPromoteConditions;
        about OperandInvalid(Rdx, Rcx), OperandAddrRangeError(Rdx), OperandBusy(Rdx, OpState, SeptTree, Rcx),
            PageMetadataIncorrect(Rdx);
        plain TdFatal, TdKeysNotConfigured, TdcsNotAllocated, OpStateIncorrect, SysNotReady, SysShutdown,
            TlbTrackingNotDone | Rcx, InterruptedRestartable;
    }
}

/// Puts the 512 pages behind the entry `at` together into one, of 2 MiB or 1 GiB. They lie one after the other in one
/// aligned block and are all mapped, or all pending; the entry `at` is blocked and tracked before.
///
/// TDX module 1.5 ABI specification, TDH.MEM.PAGE.PROMOTE leaf: RCX entry, RDX TDR; returns RCX page.
///
/// # Errors
/// [`Unavailable`] if no module took the call.
pub fn page_promote<S: Seamcall + ?Sized>(seamcall: &S, tdr: Tdr, at: PageInfo) -> Result<PagePromote, Unavailable> {
    ask(seamcall, |registers| {
        registers.rcx = at.bits();
        registers.rdx = tdr.page().as_u64();
    })
}
