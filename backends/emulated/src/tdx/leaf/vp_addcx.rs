//! TDH.VP.ADDCX: a page for a vCPU's control structure.

use crate::tdx::lock::Mode;
use crate::tdx::refusal::Result;
use crate::tdx::td::VcpuState;
use crate::tdx::{Memory, Module};
use core::sync::atomic::Ordering;
use pt_tdx::module::SeptOperation;
use pt_tdx::{Operand, PageType, Registers, StatusCode};

/// The pages of a TDVPS with three L2 VMs; the module takes as many for any vCPU.
const MOST_TDVPS_PAGES: u32 = 15;

impl<M: Memory> Module<M> {
    /// RCX: the new page. RDX: the TDVPR page.
    ///
    /// TDX module 1.5 ABI specification, TDH.VP.ADDCX leaf.
    pub(super) fn vp_addcx(&self, registers: &mut Registers) -> Result<()> {
        let vcpu = self.explicit_vcpu(registers.rdx, Operand::Rdx, Mode::Exclusive)?;
        let owner = self.implicit_td(vcpu.vcpu.tdr(), Mode::Shared)?;
        let _op_state = owner.ready(SeptOperation::VpAddcx)?;
        let (td, vcpu) = (owner.td, vcpu.vcpu);
        if vcpu.state() != VcpuState::Uninitialized {
            return Err(StatusCode::VcpuStateIncorrect.into());
        }
        let pages = vcpu.pages.load(Ordering::Acquire);
        if pages >= MOST_TDVPS_PAGES {
            return Err(StatusCode::TdcxNumIncorrect.into());
        }
        let page = self.explicit_page(registers.rcx, Operand::Rcx, Mode::Exclusive, PageType::Nda)?;
        self.memory.fill(page.address(), td.key(), 0);
        vcpu.pages.store(pages + 1, Ordering::Release);
        td.add_children(1);
        page.assign(PageType::Tdcx, owner.tdr);
        Ok(())
    }
}
