//! TDH.MEM.PAGE.RELOCATE: another page in place of a 4 KiB page.

use crate::tdx::check::Operands;
use crate::tdx::lock::Mode;
use crate::tdx::pamt::PageSize;
use crate::tdx::platform::PHYSICAL_BITS;
use crate::tdx::refusal::{Result, require};
use crate::tdx::{Memory, Module};
use pt_tdx::module::{SeptOperation, SeptState};
use pt_tdx::{Operand, PageType, Registers, StatusCode};

impl<M: Memory> Module<M> {
    /// Copies the page unless it is pending, maps the copy unblocked, and returns the old page in RCX.
    ///
    /// TDX module 1.5 ABI specification, TDH.MEM.PAGE.RELOCATE leaf.
    pub(super) fn page_relocate(&self, registers: &mut Registers) -> Result<()> {
        let operands = Operands::take(registers);
        let mut target = self.target(SeptOperation::PageRelocate, Mode::Shared, operands)?;
        let (td, level, entry) = (target.owner.td, target.level, target.entry.entry);
        let old = entry.base(level);
        // In 52 bits: what is set above them is refused with the new page, after other reasons.
        let same = old.as_u64() == registers.r8 & ((1 << PHYSICAL_BITS) - 1);
        require(!same, StatusCode::OperandInvalid, Operand::R8)?;
        let old_page = self.implicit_page(old, PageSize::Small)?;
        td.step(SeptOperation::PageRelocate, entry, level, old_page.record().epoch())?;
        let new_page = self.free_block(registers.r8, Operand::R8, PageSize::Small)?;
        if !entry.state().is_some_and(SeptState::is_pending) {
            self.memory.copy(old, td.key(), new_page.address(), td.key());
        }
        old_page.set_kind(PageType::Nda);
        new_page.give(PageType::Regular, target.owner.tdr);
        target.entry.set(entry.with_frame(new_page.address()).unblocked());
        registers.rcx = old.as_u64();
        Ok(())
    }
}
