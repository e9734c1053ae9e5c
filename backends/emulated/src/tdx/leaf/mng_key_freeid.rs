//! TDH.MNG.KEY.FREEID: the key identifier is free for another TD, and the TD's pages can be taken back.

use crate::tdx::keys::KeyState;
use crate::tdx::lock::Mode;
use crate::tdx::refusal::{Result, busy};
use crate::tdx::td::Lifecycle;
use crate::tdx::{Memory, Module};
use pt_tdx::{Operand, Registers, StatusCode};

impl<M: Memory> Module<M> {
    /// RCX: the TDR page.
    ///
    /// TDX module 1.5 ABI specification, TDH.MNG.KEY.FREEID leaf.
    pub(super) fn mng_key_freeid(&self, registers: &mut Registers) -> Result<()> {
        let owner = self.explicit_td(registers.rcx, Operand::Rcx, Mode::Exclusive)?;
        let td = owner.td;
        if td.lifecycle() != Lifecycle::Blocked {
            return Err(StatusCode::LifecycleStateIncorrect.into());
        }
        let keys = self.keys.lock(Mode::Exclusive).map_err(busy(Operand::Kot))?;
        if keys.dirty(td.key()) != 0 {
            return Err(StatusCode::WbcacheNotComplete.into());
        }
        self.memory.erase_key(td.key());
        keys.set_state(td.key(), KeyState::Free);
        td.set_lifecycle(Lifecycle::Teardown);
        Ok(())
    }
}
