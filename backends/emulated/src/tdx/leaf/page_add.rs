//! TDH.MEM.PAGE.ADD: a page with initial contents, before the TD can run.

use crate::tdx::check::Operands;
use crate::tdx::lock::Mode;
use crate::tdx::pamt::PageSize;
use crate::tdx::refusal::{Refusal, Result, require};
use crate::tdx::sept::{Entry, Permissions};
use crate::tdx::{Memory, Module};
use pt_core::Hpa;
use pt_tdx::module::{SeptOperation, SeptState};
use pt_tdx::{Operand, PageType, Registers, StatusCode};
use std::sync::PoisonError;

impl<M: Memory> Module<M> {
    /// Copies a page of the host into a free page, maps it, and measures where it is.
    ///
    /// The TDR page is held exclusively, so that neither the tree nor the entry needs a lock.
    ///
    /// TDX module 1.5 ABI specification, TDH.MEM.PAGE.ADD leaf.
    pub(super) fn page_add(&self, registers: &mut Registers) -> Result<()> {
        let operands = Operands::take(registers);
        let owner = self.explicit_td(operands.rdx, Operand::Rdx, Mode::Exclusive)?;
        let td = owner.td;
        owner.ready(SeptOperation::PageAdd)?;
        let (gpa, level) = td.page_info(operands.rcx, SeptOperation::PageAdd)?;
        let end = td.tree().walk(&self.memory, gpa, level);
        if end.level != level {
            return Err(Refusal::walk_failed(&end));
        }
        if !end.entry.is_acted_on_by(SeptOperation::PageAdd) {
            return Err(Refusal::state(end.entry, level));
        }
        let platform = self.pamt.platform();
        let source = registers.r9;
        require(platform.is_shared(source, 4096), StatusCode::OperandInvalid, Operand::R9)?;
        let page = self.free_block(registers.r8, Operand::R8, PageSize::Small)?;
        let source_key = platform.key_id(source);
        self.memory.copy(Hpa::new(platform.without_key_id(source)), source_key, page.address(), td.key());
        self.memory.store(end.at, td.key(), Entry::leaf(SeptState::Mapped, page.address(), Permissions::All).bits());
        td.measurement.lock().unwrap_or_else(PoisonError::into_inner).add_page(gpa);
        td.add_children(1);
        page.give(PageType::Regular, owner.tdr);
        Ok(())
    }
}
