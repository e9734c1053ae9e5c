//! TDH.MNG: the life of a TD and of its key.
//!
//! The order of a life: [`create`], [`key_config`] once on each package, [`add_cx`] until the control structure is
//! complete, [`init`]; at the end, after every vCPU was flushed, [`vp_flush_done`], then TDH.PHYMEM.CACHE.WB on each
//! package, [`key_free_id`], and TDH.PHYMEM.PAGE.RECLAIM of every page, the TDR last.

use super::table::answers;
use super::{Hkid, Tdr, ask};
use crate::operand::EntryDetails;
use crate::seamcall::{Seamcall, Unavailable};
use crate::status::{Operand, Status, StatusCode};
use pt_core::Hpa;

answers! {
    /// What TDH.MNG.CREATE answers.
    Create = MngCreate {
        /// The page is the TDR of a new TD, to which the key identifier is assigned.
        done;
        about OperandInvalid(Rdx, Rcx), OperandAddrRangeError(Rcx), OperandBusy(Rcx, Kot), PageMetadataIncorrect(Rcx);
        plain HkidNotFree, RndNoEntropy, SysNotReady, SysShutdown;
    }
}

/// Creates a TD: `tdr` becomes its root page, and `hkid` its key identifier.
///
/// TDX module 1.5 ABI specification, TDH.MNG.CREATE leaf: RCX page, RDX key identifier.
///
/// # Errors
/// [`Unavailable`] if no module took the call.
pub fn create<S: Seamcall + ?Sized>(seamcall: &S, tdr: Tdr, hkid: Hkid) -> Result<Create, Unavailable> {
    ask(seamcall, |registers| {
        registers.rcx = tdr.page().as_u64();
        registers.rdx = u64::from(hkid.0);
    })
}

answers! {
    /// What TDH.MNG.KEY.CONFIG answers.
    KeyConfig = MngKeyConfig {
        /// This package has the key. After the last package the TD's keys are configured.
        done;
        about OperandInvalid(Rcx), OperandAddrRangeError(Rcx), OperandBusy(Rcx, Ket), PageMetadataIncorrect(Rcx);
        plain TdFatal, LifecycleStateIncorrect, KeyConfigured, KeyGenerationFailed, SysNotReady, SysShutdown;
    }
}

/// Gives the package that this processor is in a fresh key for the TD. That it has one already is a remark.
///
/// TDX module 1.5 ABI specification, TDH.MNG.KEY.CONFIG leaf: RCX TDR.
///
/// # Errors
/// [`Unavailable`] if no module took the call.
pub fn key_config<S: Seamcall + ?Sized>(seamcall: &S, tdr: Tdr) -> Result<KeyConfig, Unavailable> {
    ask(seamcall, |registers| registers.rcx = tdr.page().as_u64())
}

answers! {
    /// What TDH.MNG.ADDCX answers.
    AddCx = MngAddcx {
        /// The page is part of the TD's control structure.
        done;
        about OperandInvalid(Rdx, Rcx), OperandAddrRangeError(Rdx, Rcx), OperandBusy(Rdx, Rcx),
            PageMetadataIncorrect(Rdx, Rcx);
        plain TdFatal, TdKeysNotConfigured, TdcxNumIncorrect, RndNoEntropy, OpStateIncorrect, SysNotReady, SysShutdown;
    }
}

/// Adds a page to the control structure (TDCS). The fourth one becomes the root table of the Secure EPT.
///
/// TDX module 1.5 ABI specification, TDH.MNG.ADDCX leaf: RCX page, RDX TDR.
///
/// # Errors
/// [`Unavailable`] if no module took the call.
pub fn add_cx<S: Seamcall + ?Sized>(seamcall: &S, tdr: Tdr, page: Hpa) -> Result<AddCx, Unavailable> {
    ask(seamcall, |registers| {
        registers.rcx = page.as_u64();
        registers.rdx = tdr.page().as_u64();
    })
}

answers! {
    /// What TDH.MNG.INIT answers.
    Init = MngInit {
        /// The TD has its parameters, and its epoch is 1.
        done;
        about OperandInvalid(
                Rcx, Rdx, Attributes, Xfam, ExecControls, EptpControls, MaxVcpus, CpuidConfig, TscFrequency, NumL2Vms,
                Ia32ArchCapabilitiesConfig
            ),
            OperandAddrRangeError(Rcx), OperandBusy(Rcx), PageMetadataIncorrect(Rcx);
        plain TdFatal, TdKeysNotConfigured, TdcsNotAllocated, OpStateIncorrect, SysNotReady, SysShutdown;
    }
}

/// Initialises a TD from the `TD_PARAMS` that lie at `params`: 1024 bytes of the host's memory, aligned to 1024.
/// `OperandInvalid` names the field that the module refuses.
///
/// TDX module 1.5 ABI specification, TDH.MNG.INIT leaf: RCX TDR, RDX parameters.
///
/// # Errors
/// [`Unavailable`] if no module took the call.
pub fn init<S: Seamcall + ?Sized>(seamcall: &S, tdr: Tdr, params: Hpa) -> Result<Init, Unavailable> {
    ask(seamcall, |registers| {
        registers.rcx = tdr.page().as_u64();
        registers.rdx = params.as_u64();
    })
}

answers! {
    /// What TDH.MNG.VPFLUSHDONE answers.
    VpFlushDone = MngVpflushdone {
        /// No vCPU can enter any more, and the key identifier is ready for TDH.PHYMEM.CACHE.WB.
        done;
        about OperandInvalid(Rcx), OperandAddrRangeError(Rcx), OperandBusy(Rcx, Kot), PageMetadataIncorrect(Rcx);
        plain LifecycleStateIncorrect, FlushvpNotDone, SysNotReady, SysShutdown;
    }
}

/// Begins the end of a TD. Every vCPU must be flushed from the processor that it last ran on.
///
/// TDX module 1.5 ABI specification, TDH.MNG.VPFLUSHDONE leaf: RCX TDR.
///
/// # Errors
/// [`Unavailable`] if no module took the call.
pub fn vp_flush_done<S: Seamcall + ?Sized>(seamcall: &S, tdr: Tdr) -> Result<VpFlushDone, Unavailable> {
    ask(seamcall, |registers| registers.rcx = tdr.page().as_u64())
}

answers! {
    /// What TDH.MNG.KEY.FREEID answers.
    KeyFreeId = MngKeyFreeid {
        /// The key identifier is free, and the pages of the TD can be reclaimed.
        done;
        about OperandInvalid(Rcx), OperandAddrRangeError(Rcx), OperandBusy(Rcx, Kot), PageMetadataIncorrect(Rcx);
        plain LifecycleStateIncorrect, WbcacheNotComplete, SysNotReady, SysShutdown;
    }
}

/// Gives the key identifier of the TD back, after the caches of every package were written back.
///
/// TDX module 1.5 ABI specification, TDH.MNG.KEY.FREEID leaf: RCX TDR.
///
/// # Errors
/// [`Unavailable`] if no module took the call.
pub fn key_free_id<S: Seamcall + ?Sized>(seamcall: &S, tdr: Tdr) -> Result<KeyFreeId, Unavailable> {
    ask(seamcall, |registers| registers.rcx = tdr.page().as_u64())
}
