//! TDH.MEM.SEPT.REMOVE: an empty table goes back to the host.

use super::require_known;
use crate::tdx::check::Operands;
use crate::tdx::lock::Mode;
use crate::tdx::pamt::PageSize;
use crate::tdx::refusal::{Refusal, Result};
use crate::tdx::sept::Entry;
use crate::tdx::{Memory, Module};
use pt_core::Hpa;
use pt_tdx::module::SeptOperation;
use pt_tdx::operand::NULL_PA;
use pt_tdx::{Operand, PageType, Registers, StatusCode};

impl<M: Memory> Module<M> {
    /// Returns the table in RCX, and in version 1 those of the L2 VMs in R9 to R11. Versions 0 and 1.
    ///
    /// TDX module 1.5 ABI specification, TDH.MEM.SEPT.REMOVE leaf.
    pub(super) fn sept_remove(&self, registers: &mut Registers, version: u8) -> Result<()> {
        let operands = Operands::take(registers);
        if version > 0 {
            (registers.r9, registers.r10, registers.r11) = (NULL_PA, NULL_PA, NULL_PA);
        }
        require_known(version)?;
        let mut target = self.target(SeptOperation::SeptRemove, Mode::Exclusive, operands)?;
        let (td, level, entry) = (target.owner.td, target.level, target.entry.entry);
        let table = self.implicit_page(entry.frame(), PageSize::Small)?;
        td.step(SeptOperation::SeptRemove, entry, level, table.record().epoch())?;
        let mut words = (0..4096).step_by(8).map(|offset| Hpa::new(table.address().as_u64() + offset));
        if !words.all(|at| Entry(self.memory.load(at, td.key())).is_free()) {
            return Err(Refusal::of_entry(StatusCode::EptPageNotFree, Operand::Rcx, entry, level));
        }
        target.entry.set(Entry::FREE);
        td.remove_children(1);
        table.set_kind(PageType::Nda);
        registers.rcx = table.address().as_u64();
        Ok(())
    }
}
