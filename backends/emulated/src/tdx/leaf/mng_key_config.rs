//! TDH.MNG.KEY.CONFIG: a random key for the TD's identifier, on one package.

use crate::tdx::lock::Mode;
use crate::tdx::refusal::Result;
use crate::tdx::td::Lifecycle;
use crate::tdx::{Memory, Module, Place};
use core::sync::atomic::Ordering;
use pt_tdx::{Operand, Registers, StatusCode};

impl<M: Memory> Module<M> {
    /// RCX: the TDR page. Called once on each package; a call from nowhere is for the first one that lacks the key.
    ///
    /// TDX module 1.5 ABI specification, TDH.MNG.KEY.CONFIG leaf.
    pub(super) fn mng_key_config(&self, registers: &mut Registers, from: Option<Place>) -> Result<()> {
        let owner = self.explicit_td(registers.rcx, Operand::Rcx, Mode::Exclusive)?;
        let td = owner.td;
        if td.fatal.load(Ordering::Acquire) {
            return Err(StatusCode::TdFatal.into());
        }
        if td.lifecycle() != Lifecycle::KeyIdAssigned {
            return Err(StatusCode::LifecycleStateIncorrect.into());
        }
        let configured = td.packages.load(Ordering::Acquire);
        let package = from.map_or(configured.trailing_ones(), |place| place.package);
        if configured >> package & 1 != 0 {
            return Err(StatusCode::KeyConfigured.into());
        }
        let configured = td.packages.fetch_or(1 << package, Ordering::AcqRel) | 1 << package;
        if configured == self.keys.all_packages() {
            self.memory.program_key(td.key());
            td.set_lifecycle(Lifecycle::KeysConfigured);
        }
        Ok(())
    }
}
