//! TDH.MEM.SEPT.RD: what the host may know of an entry.

use crate::tdx::check::Operands;
use crate::tdx::lock::Mode;
use crate::tdx::refusal::{Result, require};
use crate::tdx::td::Td;
use crate::tdx::{Memory, Module};
use pt_tdx::module::SeptOperation;
use pt_tdx::operand::SeptReadTdr;
use pt_tdx::{Operand, Registers, StatusCode};

impl<M: Memory> Module<M> {
    /// Returns the entry in RCX and its level and state in RDX. The attributes of L2 VMs are shown of debuggable TDs
    /// only.
    ///
    /// TDX module 1.5 ABI specification, TDH.MEM.SEPT.RD leaf.
    pub(super) fn sept_rd(&self, registers: &mut Registers) -> Result<()> {
        let operands = Operands::take(registers);
        let named = SeptReadTdr::try_from_bits(operands.rdx).map_err(|_| StatusCode::OperandInvalid | Operand::Rdx)?;
        let owner = self.explicit_td(named.tdr().as_u64(), Operand::Rdx, Mode::Shared)?;
        let attributes =
            |td: &Td| require(!named.read_l2_attributes() || td.is_debug(), StatusCode::OperandInvalid, Operand::Rdx);
        let target = self.target_in(owner, SeptOperation::SeptRd, Mode::Shared, operands.rcx, attributes)?;
        (registers.rcx, registers.rdx) = target.entry.entry.details(target.level).registers();
        Ok(())
    }
}
