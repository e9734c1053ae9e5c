//! TDH.MR.FINALIZE: the TD can run.

use crate::tdx::lock::Mode;
use crate::tdx::refusal::Result;
use crate::tdx::td::OpState;
use crate::tdx::{Memory, Module};
use core::sync::atomic::Ordering;
use pt_tdx::module::SeptOperation;
use pt_tdx::{Operand, Registers, StatusCode};

impl<M: Memory> Module<M> {
    /// Ends the building of a TD that has a vCPU. From here on, what is taken from it must be blocked and tracked.
    ///
    /// TDX module 1.5 ABI specification, TDH.MR.FINALIZE leaf.
    pub(super) fn mr_finalize(&self, registers: &mut Registers) -> Result<()> {
        let owner = self.explicit_td(registers.rcx, Operand::Rcx, Mode::Exclusive)?;
        owner.ready(SeptOperation::MrFinalize)?;
        if owner.td.vcpus.load(Ordering::Acquire) == 0 {
            return Err(StatusCode::NoVcpus.into());
        }
        owner.td.set_op_state(OpState::Runnable);
        Ok(())
    }
}
