//! TDH.MEM.PAGE.DEMOTE: a table of 512 smaller pages in place of a page.

use crate::tdx::check::Operands;
use crate::tdx::lock::Mode;
use crate::tdx::pamt::PageSize;
use crate::tdx::refusal::{Result, busy};
use crate::tdx::sept::{ENTRIES, Entry, below};
use crate::tdx::{Memory, Module};
use pt_core::Hpa;
use pt_tdx::module::SeptOperation;
use pt_tdx::operand::PageDemoteTdr;
use pt_tdx::{Operand, PageType, Registers, StatusCode};

impl<M: Memory> Module<M> {
    /// Splits a page of 2 MiB or 1 GiB. An interrupt before the records are split ends the call with RCX and RDX as
    /// they were and nothing but the free page changed.
    ///
    /// TDX module 1.5 ABI specification, TDH.MEM.PAGE.DEMOTE leaf.
    pub(super) fn page_demote(&self, registers: &mut Registers) -> Result<()> {
        let operands = Operands::take(registers);
        let named =
            PageDemoteTdr::try_from_bits(operands.rdx).map_err(|_| StatusCode::OperandInvalid | Operand::Rdx)?;
        let owner = self.explicit_td(named.tdr().as_u64(), Operand::Rdx, Mode::Shared)?;
        let mut target = self.target_in(owner, SeptOperation::PageDemote, Mode::Shared, operands.rcx, |_| Ok(()))?;
        let (td, level) = (target.owner.td, target.level);
        let entry = target.entry.entry.without_accepted(level);
        let (page, size) = (entry.base(level), PageSize::of(level));
        let records = self.implicit_records(page)?;
        td.step(SeptOperation::PageDemote, entry, level, records.of(size).epoch())?;
        let table = self.free_block(registers.r8, Operand::R8, PageSize::Small)?;
        let part = entry.unblocked().unlocked();
        let step = below(level).map_or(0, |level| 1 << level.shift());
        for index in 0..ENTRIES {
            let entry = part.with_frame(Hpa::new(page.as_u64() + index * step));
            self.memory.store(Hpa::new(table.address().as_u64() + 8 * index), td.key(), entry.bits());
        }
        if self.interrupt.poll() {
            operands.restore(registers);
            return Err(StatusCode::InterruptedRestartable.into());
        }
        records.split(size).map_err(busy(Operand::Rcx))?;
        target.entry.set(Entry::table(table.address()));
        table.assign(PageType::Ept, target.owner.tdr);
        td.add_children(1);
        Ok(())
    }
}
