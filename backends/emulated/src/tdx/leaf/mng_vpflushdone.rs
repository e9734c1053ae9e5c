//! TDH.MNG.VPFLUSHDONE: no vCPU of the TD is on any processor, and none will be.

use crate::tdx::keys::KeyState;
use crate::tdx::lock::Mode;
use crate::tdx::refusal::{Result, busy};
use crate::tdx::td::{Lifecycle, OpState, TDCX_PAGES};
use crate::tdx::{Memory, Module};
use core::sync::atomic::Ordering;
use pt_tdx::{Operand, Registers, StatusCode};

impl<M: Memory> Module<M> {
    /// RCX: the TDR page.
    ///
    /// TDX module 1.5 ABI specification, TDH.MNG.VPFLUSHDONE leaf.
    pub(super) fn mng_vpflushdone(&self, registers: &mut Registers) -> Result<()> {
        let owner = self.explicit_td(registers.rcx, Operand::Rcx, Mode::Exclusive)?;
        let td = owner.td;
        let keys = self.keys.lock(Mode::Exclusive).map_err(busy(Operand::Kot))?;
        if !matches!(td.lifecycle(), Lifecycle::KeyIdAssigned | Lifecycle::KeysConfigured) {
            return Err(StatusCode::LifecycleStateIncorrect.into());
        }
        let is_initialized =
            td.tdcx_count.load(Ordering::Acquire) >= TDCX_PAGES && td.op_state() != OpState::Uninitialized;
        if is_initialized && td.associated.load(Ordering::Acquire) != 0 {
            return Err(StatusCode::FlushvpNotDone.into());
        }
        keys.set_dirty(td.key(), self.keys.all_packages());
        keys.set_state(td.key(), KeyState::Flushed);
        td.set_lifecycle(Lifecycle::Blocked);
        Ok(())
    }
}
