//! TDH.MNG.INIT: the TD becomes what `TD_PARAMS` says.

use crate::tdx::lock::Mode;
use crate::tdx::refusal::{Result, require};
use crate::tdx::td::{OpState, TdParams};
use crate::tdx::{Memory, Module};
use core::sync::atomic::Ordering;
use pt_core::Hpa;
use pt_tdx::module::SeptOperation;
use pt_tdx::{Operand, Registers, StatusCode};

impl<M: Memory> Module<M> {
    /// RCX: the TDR page. RDX: `TD_PARAMS`, in the host's memory.
    ///
    /// TDX module 1.5 ABI specification, TDH.MNG.INIT leaf.
    pub(super) fn mng_init(&self, registers: &mut Registers) -> Result<()> {
        let tdr = core::mem::take(&mut registers.rcx);
        let owner = self.explicit_td(tdr, Operand::Rcx, Mode::Exclusive)?;
        owner.ready(SeptOperation::MngInit)?;
        let td = owner.td;
        let platform = self.pamt.platform();
        let is_shared = platform.is_shared(registers.rdx, TdParams::SIZE as u64);
        require(is_shared, StatusCode::OperandInvalid, Operand::Rdx)?;

        let mut bytes = [0; TdParams::SIZE];
        let at = Hpa::new(platform.without_key_id(registers.rdx));
        self.memory.read(at, platform.key_id(registers.rdx), &mut bytes);
        td.vcpus.store(0, Ordering::Release);
        td.associated.store(0, Ordering::Release);
        td.epoch.reset();
        td.configure(&TdParams(&bytes).check(platform)?);
        td.set_op_state(OpState::Initialized);
        Ok(())
    }
}
