//! TDH.VP.CREATE: a page becomes the root of a vCPU.

use crate::tdx::lock::Mode;
use crate::tdx::refusal::Result;
use crate::tdx::{Memory, Module};
use pt_tdx::module::SeptOperation;
use pt_tdx::{Operand, PageType, Registers};

impl<M: Memory> Module<M> {
    /// RCX: the TDVPR page. RDX: the TDR page.
    ///
    /// TDX module 1.5 ABI specification, TDH.VP.CREATE leaf.
    pub(super) fn vp_create(&self, registers: &mut Registers) -> Result<()> {
        let owner = self.explicit_td(registers.rdx, Operand::Rdx, Mode::Shared)?;
        let _op_state = owner.ready(SeptOperation::VpCreate)?;
        let page = self.explicit_page(registers.rcx, Operand::Rcx, Mode::Exclusive, PageType::Nda)?;
        self.memory.fill(page.address(), owner.td.key(), 0);
        let number = self.vcpus.take();
        self.vcpus.get(number).create(owner.tdr);
        owner.td.add_children(1);
        page.record().set_control(number);
        page.assign(PageType::Tdvpr, owner.tdr);
        Ok(())
    }
}
