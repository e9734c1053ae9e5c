//! TDH.MEM.RANGE.UNBLOCK: the guest can use what is behind an entry again.

use crate::tdx::check::Operands;
use crate::tdx::lock::Mode;
use crate::tdx::pamt::PageSize;
use crate::tdx::refusal::{Result, require};
use crate::tdx::{Memory, Module};
use pt_tdx::module::SeptOperation;
use pt_tdx::{Operand, Registers, StatusCode};

impl<M: Memory> Module<M> {
    /// Undoes TDH.MEM.RANGE.BLOCK, once no translation from before it is left.
    ///
    /// TDX module 1.5 ABI specification, TDH.MEM.RANGE.UNBLOCK leaf.
    pub(super) fn range_unblock(&self, registers: &mut Registers) -> Result<()> {
        let operands = Operands::take(registers);
        let mut target = self.target(SeptOperation::RangeUnblock, Mode::Exclusive, operands)?;
        let (td, level, entry) = (target.owner.td, target.level, target.entry.entry);
        let (page, size) =
            if entry.is_leaf() { (entry.base(level), PageSize::of(level)) } else { (entry.frame(), PageSize::Small) };
        if td.op_state().is_tracked() {
            let blocked = self.implicit_records(page)?.of(size).epoch();
            require(td.epoch.is_tracked(blocked), StatusCode::TlbTrackingNotDone, Operand::SeptTree)?;
        }
        target.entry.set(entry.unblocked());
        Ok(())
    }
}
