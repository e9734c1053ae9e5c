//! TDH.VP.FLUSH: the processor that ran a vCPU last forgets it.

use crate::tdx::lock::Mode;
use crate::tdx::refusal::Result;
use crate::tdx::td::{Lifecycle, TDVPS_PAGES};
use crate::tdx::{Memory, Module, Place};
use core::sync::atomic::Ordering;
use pt_tdx::{Operand, Registers, StatusCode};

impl<M: Memory> Module<M> {
    /// RCX: the TDVPR page.
    ///
    /// TDX module 1.5 ABI specification, TDH.VP.FLUSH leaf.
    pub(super) fn vp_flush(&self, registers: &mut Registers, from: Option<Place>) -> Result<()> {
        let page = self.explicit_vcpu(registers.rcx, Operand::Rcx, Mode::Exclusive)?;
        let owner = self.implicit_td(page.vcpu.tdr(), Mode::Shared)?;
        let (td, vcpu) = (owner.td, page.vcpu);
        if td.lifecycle() != Lifecycle::KeysConfigured {
            return Err(StatusCode::TdKeysNotConfigured.into());
        }
        if vcpu.pages.load(Ordering::Acquire) < TDVPS_PAGES {
            return Err(StatusCode::TdcxNumIncorrect.into());
        }
        td.dissociate(vcpu, from)
    }
}
