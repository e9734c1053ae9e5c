//! TDH.MEM.TRACK: a new epoch.

use crate::tdx::lock::Mode;
use crate::tdx::refusal::Result;
use crate::tdx::td::NotBegun;
use crate::tdx::{Memory, Module};
use pt_tdx::module::SeptOperation;
use pt_tdx::{Operand, Registers, StatusCode};

impl<M: Memory> Module<M> {
    /// Begins the next epoch, unless a vCPU is still inside the previous one. RCX and RDX stay as they are.
    ///
    /// TDX module 1.5 ABI specification, TDH.MEM.TRACK leaf.
    pub(super) fn track(&self, registers: &mut Registers) -> Result<()> {
        let owner = self.explicit_td(registers.rcx, Operand::Rcx, Mode::Shared)?;
        let _op_state = owner.ready(SeptOperation::Track)?;
        owner.td.epoch.begin().map_err(|reason| match reason {
            NotBegun::Busy => (StatusCode::OperandBusy | Operand::TdEpoch).into(),
            NotBegun::PreviousInside => StatusCode::PreviousTlbEpochBusy.into(),
        })
    }
}
