//! TDH.VP.INIT: the vCPU can run.

use crate::tdx::lock::Mode;
use crate::tdx::refusal::Result;
use crate::tdx::td::{TDVPS_PAGES, VcpuState};
use crate::tdx::{Memory, Module, Place};
use core::sync::atomic::Ordering;
use pt_tdx::module::SeptOperation;
use pt_tdx::{Operand, Registers, StatusCode};

impl<M: Memory> Module<M> {
    /// RCX: the TDVPR page. RDX: RCX of the guest at its first entry, which the emulated guest does not look at. The
    /// vCPU is associated with the processor from here on.
    ///
    /// TDX module 1.5 ABI specification, TDH.VP.INIT leaf.
    pub(super) fn vp_init(&self, registers: &mut Registers, from: Option<Place>) -> Result<()> {
        let page = self.explicit_vcpu(registers.rcx, Operand::Rcx, Mode::Exclusive)?;
        let owner = self.implicit_td(page.vcpu.tdr(), Mode::Shared)?;
        let _op_state = owner.ready(SeptOperation::VpInit)?;
        let (td, vcpu) = (owner.td, page.vcpu);
        if vcpu.pages.load(Ordering::Acquire) < TDVPS_PAGES {
            return Err(StatusCode::TdcxNumIncorrect.into());
        }
        if vcpu.state() != VcpuState::Uninitialized {
            return Err(StatusCode::VcpuStateIncorrect.into());
        }
        if td.vcpus.fetch_add(1, Ordering::AcqRel) >= td.max_vcpus.load(Ordering::Acquire) {
            td.vcpus.fetch_sub(1, Ordering::AcqRel);
            return Err(StatusCode::MaxVcpusExceeded.into());
        }
        td.associate(vcpu, from)?;
        vcpu.set_state(VcpuState::Ready);
        Ok(())
    }
}
