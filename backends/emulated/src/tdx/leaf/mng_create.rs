//! TDH.MNG.CREATE: a page becomes the root of a TD, with a key identifier of its own.

use crate::tdx::keys::KeyState;
use crate::tdx::lock::Mode;
use crate::tdx::refusal::{Result, busy};
use crate::tdx::{KeyId, Memory, Module};
use pt_core::Hpa;
use pt_tdx::{Operand, PageType, Registers, StatusCode};

impl<M: Memory> Module<M> {
    /// RCX: the TDR page. RDX: the key identifier.
    ///
    /// TDX module 1.5 ABI specification, TDH.MNG.CREATE leaf.
    pub(super) fn mng_create(&self, registers: &mut Registers) -> Result<()> {
        let key = u16::try_from(registers.rdx).ok().map(KeyId).filter(|&key| self.keys.is_private(key));
        let key = key.ok_or(StatusCode::OperandInvalid | Operand::Rdx)?;
        let page = self.explicit_page(registers.rcx, Operand::Rcx, Mode::Exclusive, PageType::Nda)?;
        let keys = self.keys.lock(Mode::Exclusive).map_err(busy(Operand::Kot))?;
        if keys.state(key) != KeyState::Free {
            return Err(StatusCode::HkidNotFree.into());
        }
        self.memory.fill(page.address(), self.keys.own(), 0);
        keys.set_state(key, KeyState::Assigned);
        let number = self.tds.take();
        self.tds.get(number).create(key);
        page.record().set_control(number);
        page.assign(PageType::Tdr, Hpa::new(0));
        Ok(())
    }
}
