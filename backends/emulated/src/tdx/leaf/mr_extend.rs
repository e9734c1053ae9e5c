//! TDH.MR.EXTEND: measures contents.

use crate::tdx::check::Operands;
use crate::tdx::lock::Mode;
use crate::tdx::refusal::{Result, require};
use crate::tdx::{Memory, Module};
use pt_core::Hpa;
use pt_tdx::module::SeptOperation;
use pt_tdx::{Operand, Registers, StatusCode};
use std::sync::PoisonError;

/// How much is measured at a time.
const CHUNK: u64 = 256;

impl<M: Memory> Module<M> {
    /// Measures 256 bytes of a page that was added.
    ///
    /// TDX module 1.5 ABI specification, TDH.MR.EXTEND leaf.
    pub(super) fn mr_extend(&self, registers: &mut Registers) -> Result<()> {
        let operands = Operands::take(registers);
        let owner = self.explicit_td(operands.rdx, Operand::Rdx, Mode::Exclusive)?;
        let td = owner.td;
        owner.ready(SeptOperation::MrExtend)?;
        let gpa = operands.rcx;
        require(gpa.is_multiple_of(CHUNK), StatusCode::OperandInvalid, Operand::Rcx)?;
        let end = self.present_leaf(td, gpa)?;
        if !end.entry.is_acted_on_by(SeptOperation::MrExtend) {
            return Err(StatusCode::EptEntryNotPresent.into());
        }
        let offset = gpa & ((1 << end.level.shift()) - 1);
        let mut content = [0; CHUNK as usize];
        self.memory.read(Hpa::new(end.entry.base(end.level).as_u64() + offset), td.key(), &mut content);
        td.measurement.lock().unwrap_or_else(PoisonError::into_inner).extend(gpa, &content);
        Ok(())
    }
}
