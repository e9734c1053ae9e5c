//! TDH.MEM.RD and TDH.MEM.WR: the host looks into a debuggable TD.

use crate::tdx::check::Operands;
use crate::tdx::lock::{Held, Mode};
use crate::tdx::refusal::{Refusal, Result, busy, require};
use crate::tdx::sept::LockedEntry;
use crate::tdx::{Memory, Module};
use pt_core::Hpa;
use pt_tdx::module::SeptOperation;
use pt_tdx::{Operand, Registers, StatusCode};

impl<M: Memory> Module<M> {
    /// Returns the word at the address in RCX in R8, and writes R8 to it if the leaf is TDH.MEM.WR.
    ///
    /// TDX module 1.5 ABI specification, TDH.MEM.RD and TDH.MEM.WR leaves.
    pub(super) fn mem_rd_wr(&self, registers: &mut Registers, leaf: SeptOperation) -> Result<()> {
        let operands = Operands::take(registers);
        let data = core::mem::take(&mut registers.r8);
        let owner = self.explicit_td(operands.rdx, Operand::Rdx, Mode::Shared)?;
        let td = owner.td;
        let _op_state = owner.ready(leaf)?;
        if !td.is_debug() {
            return Err(StatusCode::TdNonDebug.into());
        }
        let gpa = operands.rcx;
        require(gpa.is_multiple_of(8), StatusCode::OperandInvalid, Operand::Rcx)?;
        let _tree = Held::take(&td.tree_lock, Mode::Shared).map_err(busy(Operand::SeptTree))?;
        let end = self.present_leaf(td, gpa)?;
        let locked = LockedEntry::take(&self.memory, td.key(), end.at)
            .map_err(|_| Refusal::of_entry(StatusCode::OperandBusy, Operand::Rcx, end.entry, end.level))?;
        if !locked.entry.is_acted_on_by(leaf) {
            return Err(Refusal::state(locked.entry, end.level));
        }
        let offset = gpa & ((1 << end.level.shift()) - 1);
        let at = Hpa::new(locked.entry.base(end.level).as_u64() + offset);
        registers.r8 = self.memory.load(at, td.key());
        if leaf == SeptOperation::MemWr {
            self.memory.store(at, td.key(), data);
        }
        Ok(())
    }
}
