//! TDH.MEM.SEPT.ADD: a new table behind a free entry.

use super::{UNUSED, require_known};
use crate::tdx::check::Operands;
use crate::tdx::lock::Mode;
use crate::tdx::pamt::PageSize;
use crate::tdx::refusal::{Refusal, Result, require};
use crate::tdx::sept::Entry;
use crate::tdx::{Memory, Module};
use pt_tdx::module::{SeptOperation, SeptState};
use pt_tdx::operand::{NULL_PA, SeptAddTdr};
use pt_tdx::{Operand, PageType, Registers, StatusCode};

impl<M: Memory> Module<M> {
    /// Versions 0 and 1. Version 1 also takes a table for each L2 VM in R9 to R11, or `NULL_PA`.
    ///
    /// TDX module 1.5 ABI specification, TDH.MEM.SEPT.ADD leaf.
    pub(super) fn sept_add(&self, registers: &mut Registers, version: u8) -> Result<()> {
        let operands = Operands::take(registers);
        require_known(version)?;
        let named = SeptAddTdr::try_from_bits(operands.rdx).map_err(|_| StatusCode::OperandInvalid | Operand::Rdx)?;
        let owner = self.explicit_td(named.tdr().as_u64(), Operand::Rdx, Mode::Shared)?;
        let mut target = self.target_in(owner, SeptOperation::SeptAdd, Mode::Shared, operands.rcx, |_| Ok(()))?;
        let (entry, level) = (target.entry.entry, target.level);
        let incorrect = || Refusal::state(entry, level);
        let page = registers.r8;
        let table = if page == NULL_PA {
            require(version > 0, StatusCode::OperandInvalid, Operand::R8)?;
            if entry.state() != Some(SeptState::NlMapped) {
                return Err(incorrect());
            }
            None
        } else if entry.is_free() {
            Some(self.free_block(page & !UNUSED, Operand::R8, PageSize::Small)?)
        } else if named.allow_existing() {
            None
        } else {
            return Err(incorrect());
        };
        if version > 0 {
            // No L2 VM exists, so each table for one is too many.
            for (operand, page) in l2_pages(registers) {
                require(page == NULL_PA, StatusCode::OperandInvalid, operand)?;
            }
        }
        let used = table.is_some();
        if let Some(table) = table {
            self.memory.fill(table.address(), target.owner.td.key(), Entry::FREE.0);
            table.give(PageType::Ept, target.owner.tdr);
            target.owner.td.add_children(1);
            target.entry.set(Entry::table(table.address()));
        }
        if version > 0 {
            registers.r8 = if used || page == NULL_PA { NULL_PA } else { page | UNUSED };
        }
        Ok(())
    }
}

/// The tables for L2 VMs 1 to 3.
pub(super) const fn l2_pages(registers: &Registers) -> [(Operand, u64); 3] {
    [(Operand::R9, registers.r9), (Operand::R10, registers.r10), (Operand::R11, registers.r11)]
}
