//! Leaves that fill a free entry: SEPT.ADD, PAGE.ADD, PAGE.AUG.

use crate::host::table::answers;
use crate::host::{SourcePage, Tdr, ask};
use crate::operand::{EntryDetails, PageInfo, SeptLevel};
use crate::seamcall::{Seamcall, Unavailable};
use crate::status::{Operand, Status, StatusCode};
use pt_core::{Gpa, Hpa, Private, Protected, TablePage};

answers! {
    /// What TDH.MEM.SEPT.ADD answers.
    SeptAdd = MemSeptAdd {
        /// The entry points to the table, whose entries are all free. The page belongs to the module.
        done;
        entry EntryBusy = OperandBusy, EptWalkFailed, EptEntryStateIncorrect;
        about OperandInvalid(Rdx, Rcx, R8), OperandAddrRangeError(Rdx, R8), OperandBusy(Rdx, OpState, SeptTree, R8),
            PageMetadataIncorrect(Rdx, R8);
        plain TdFatal, TdKeysNotConfigured, TdcsNotAllocated, OpStateIncorrect, SysNotReady, SysShutdown;
    }
}

/// Adds a table to the Secure EPT: the entry `at`, which must be free, points to it afterwards. The level of `at` is
/// that of the entry, from [`SeptLevel::Pd`] up to the root's.
///
/// TDX module 1.5 ABI specification, TDH.MEM.SEPT.ADD leaf: RCX entry, RDX TDR, R8 page.
///
/// # Errors
/// [`Unavailable`] if no module took the call.
pub fn sept_add<S: Seamcall + ?Sized>(
    seamcall: &S,
    tdr: Tdr,
    at: PageInfo,
    table: &TablePage<Protected>,
) -> Result<SeptAdd, Unavailable> {
    ask(seamcall, |registers| {
        registers.rcx = at.bits();
        registers.rdx = tdr.page().as_u64();
        registers.r8 = table.frame().as_u64();
    })
}

answers! {
    /// What TDH.MEM.PAGE.ADD answers.
    PageAdd = MemPageAdd {
        /// The page is mapped, holds a copy of the source, and its address is measured.
        done;
        entry EptWalkFailed, EptEntryStateIncorrect;
        about OperandInvalid(Rdx, Rcx, R9, R8), OperandAddrRangeError(Rdx, R8), OperandBusy(Rdx, R8),
            PageMetadataIncorrect(Rdx, R8);
        plain TdFatal, TdKeysNotConfigured, TdcsNotAllocated, OpStateIncorrect, SysNotReady, SysShutdown;
    }
}

/// Adds a 4 KiB page to a TD that is being built: copies `source` into `page` through the TD's key, maps it at `gpa`,
/// and measures the address. It takes the TD exclusively, and needs no tracking.
///
/// TDX module 1.5 ABI specification, TDH.MEM.PAGE.ADD leaf: RCX entry, RDX TDR, R8 page, R9 source.
///
/// # Errors
/// [`Unavailable`] if no module took the call.
pub fn page_add<S: Seamcall + ?Sized>(
    seamcall: &S,
    tdr: Tdr,
    gpa: Gpa<Private>,
    page: Hpa,
    source: SourcePage,
) -> Result<PageAdd, Unavailable> {
    ask(seamcall, |registers| {
        registers.rcx = PageInfo::at(gpa, SeptLevel::Pt).bits();
        registers.rdx = tdr.page().as_u64();
        registers.r8 = page.as_u64();
        registers.r9 = source.page().as_u64();
    })
}

answers! {
    /// What TDH.MEM.PAGE.AUG answers.
    PageAug = MemPageAug {
        /// The page is mapped and pending: the guest cannot use it before it accepts it.
        done;
        entry EntryBusy = OperandBusy, EptWalkFailed, EptEntryStateIncorrect;
        about OperandInvalid(Rdx, Rcx, R8), OperandAddrRangeError(Rdx, R8), OperandBusy(Rdx, OpState, SeptTree, R8),
            PageMetadataIncorrect(Rdx, R8);
        plain TdFatal, TdKeysNotConfigured, TdcsNotAllocated, OpStateIncorrect, SysNotReady, SysShutdown;
    }
}

/// Adds a page to a TD, 4 KiB or 2 MiB as the level of `at` says. The module does not touch its content: the guest's
/// TDG.MEM.PAGE.ACCEPT clears it.
///
/// TDX module 1.5 ABI specification, TDH.MEM.PAGE.AUG leaf: RCX entry, RDX TDR, R8 page.
///
/// # Errors
/// [`Unavailable`] if no module took the call.
pub fn page_aug<S: Seamcall + ?Sized>(seamcall: &S, tdr: Tdr, at: PageInfo, page: Hpa) -> Result<PageAug, Unavailable> {
    ask(seamcall, |registers| {
        registers.rcx = at.bits();
        registers.rdx = tdr.page().as_u64();
        registers.r8 = page.as_u64();
    })
}
