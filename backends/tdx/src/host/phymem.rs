//! TDH.PHYMEM: pages and caches of the machine.

use super::table::answers;
use super::{KeyedPage, Output, ask};
use crate::operand::{EntryDetails, PageRecord};
use crate::seamcall::{Registers, Seamcall, Unavailable};
use crate::status::{Operand, Status, StatusCode};
use pt_core::Hpa;
use pt_macros::values;

/// RCX, RDX, R8 and R9.
impl Output for PageRecord {
    fn read(_: Status, registers: &Registers) -> Self {
        Self::from_registers(registers.rcx, registers.rdx, registers.r8, registers.r9)
    }
}

answers! {
    /// What TDH.PHYMEM.CACHE.WB answers.
    CacheWb = PhymemCacheWb {
        /// The caches of this package hold nothing of the key identifiers that are being freed.
        done;
        about OperandInvalid(Rcx), OperandBusy(Wbcache, Kot);
        plain InterruptedResumable, NoHkidReadyToWbcache, WbcacheResumeError, SysNotReady, SysShutdown;
    }
}

/// Whether [`cache_wb`] starts or goes on.
///
/// TDX module 1.5 ABI specification, RCX of the TDH.PHYMEM.CACHE.WB leaf.
#[values]
pub enum WriteBack {
    /// From the beginning, for every key identifier that is ready.
    Start = 0,
    /// From where `TDX_INTERRUPTED_RESUMABLE` ended it.
    Resume = 1,
}

/// Writes the caches of this package back. Interrupts end it early; the caller resumes.
///
/// TDX module 1.5 ABI specification, TDH.PHYMEM.CACHE.WB leaf: RCX command.
///
/// # Errors
/// [`Unavailable`] if no module took the call.
pub fn cache_wb<S: Seamcall + ?Sized>(seamcall: &S, command: WriteBack) -> Result<CacheWb, Unavailable> {
    ask(seamcall, |registers| registers.rcx = command.into_bits())
}

answers! {
    /// What TDH.PHYMEM.PAGE.RECLAIM answers.
    PageReclaim = PhymemPageReclaim {
        /// The page is the host's again; what it was before.
        done(PageRecord);
        about OperandInvalid(Rcx), OperandAddrRangeError(Rcx), OperandBusy(Rcx, Tdr), PageMetadataIncorrect(Rcx);
        plain LifecycleStateIncorrect, TdAssociatedPagesExist, SysNotReady, SysShutdown;
    }
}

/// Takes a page of any kind back from a TD whose key is freed; the TDR comes last. The module does not clear it: the
/// content is lost with the key, but the host must write the page in full lines before it reads it.
///
/// TDX module 1.5 ABI specification, TDH.PHYMEM.PAGE.RECLAIM leaf: RCX page; returns RCX type, RDX owner, R8 size.
///
/// # Errors
/// [`Unavailable`] if no module took the call.
pub fn page_reclaim<S: Seamcall + ?Sized>(seamcall: &S, page: Hpa) -> Result<PageReclaim, Unavailable> {
    ask(seamcall, |registers| registers.rcx = page.as_u64())
}

answers! {
    /// What TDH.PHYMEM.PAGE.RDMD answers.
    PageRead = PhymemPageRdmd {
        /// What the module remembers of the page.
        done(PageRecord);
        about OperandInvalid(Rcx), OperandAddrRangeError(Rcx), OperandBusy(Rcx), PageMetadataIncorrect(Rcx);
        plain SysNotReady, SysShutdown;
    }
}

/// Reads the module's record of a page.
///
/// TDX module 1.5 ABI specification, TDH.PHYMEM.PAGE.RDMD leaf: RCX page; returns RCX type, RDX owner, R8 size, R9
/// epoch.
///
/// # Errors
/// [`Unavailable`] if no module took the call.
pub fn page_read<S: Seamcall + ?Sized>(seamcall: &S, page: Hpa) -> Result<PageRead, Unavailable> {
    ask(seamcall, |registers| registers.rcx = page.as_u64())
}

answers! {
    /// What TDH.PHYMEM.PAGE.WBINVD answers.
    PageWbinvd = PhymemPageWbinvd {
        /// No cache holds a line of the page under this key.
        done;
        about OperandInvalid(Rcx), OperandAddrRangeError(Rcx), OperandBusy(Rcx), PageMetadataIncorrect(Rcx);
        plain SysNotReady, SysShutdown;
    }
}

/// Writes the lines of one 4 KiB page back and invalidates them, as they are cached under the key in `page`. The page
/// must not be assigned to a TD any more.
///
/// TDX module 1.5 ABI specification, TDH.PHYMEM.PAGE.WBINVD leaf: RCX page with its key identifier.
///
/// # Errors
/// [`Unavailable`] if no module took the call.
pub fn page_wbinvd<S: Seamcall + ?Sized>(seamcall: &S, page: KeyedPage) -> Result<PageWbinvd, Unavailable> {
    ask(seamcall, |registers| registers.rcx = page.bits())
}
