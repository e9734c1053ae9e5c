//! TDH.MEM.PAGE.PROMOTE: one page in place of a table of 512 that lie side by side.

use super::require_known;
use crate::tdx::check::Operands;
use crate::tdx::lock::Mode;
use crate::tdx::pamt::PageSize;
use crate::tdx::refusal::{Refusal, Result, busy};
use crate::tdx::sept::{ENTRIES, Entry, LockedEntry, below};
use crate::tdx::{KeyId, Memory, Module};
use pt_core::Hpa;
use pt_tdx::module::{SeptOperation, SeptState};
use pt_tdx::operand::NULL_PA;
use pt_tdx::{Operand, PageType, Registers, SeptLevel, StatusCode};

impl<M: Memory> Module<M> {
    /// Merges 512 pages that are all mapped or all pending, and returns the table in RCX. Versions 0 and 1.
    ///
    /// TDX module 1.5 ABI specification, TDH.MEM.PAGE.PROMOTE leaf.
    pub(super) fn page_promote(&self, registers: &mut Registers, version: u8) -> Result<()> {
        let operands = Operands::take(registers);
        if version > 0 {
            (registers.r9, registers.r10, registers.r11) = (NULL_PA, NULL_PA, NULL_PA);
        }
        require_known(version)?;
        let mut target = self.target(SeptOperation::PagePromote, Mode::Shared, operands)?;
        let (td, level, entry) = (target.owner.td, target.level, target.entry.entry);
        let table = self.implicit_page(entry.frame(), PageSize::Small)?;
        td.step(SeptOperation::PagePromote, entry, level, table.record().epoch())?;
        let (_locked, merged) = self
            .lock_parts(table.address(), td.key(), level)
            .map_err(|code| Refusal::of_entry(code, Operand::Rcx, entry, level))?;
        if self.interrupt.poll() {
            operands.restore(registers);
            return Err(StatusCode::InterruptedRestartable.into());
        }
        let part_level = below(level).unwrap_or(level);
        self.implicit_records(merged.base(part_level))?.merge(PageSize::of(level)).map_err(busy(Operand::Rcx))?;
        target.entry.set(merged);
        td.remove_children(1);
        table.set_kind(PageType::Nda);
        registers.rcx = table.address().as_u64();
        Ok(())
    }

    /// Locks all entries of a table and returns the first, if together they are one aligned page.
    fn lock_parts(
        &self,
        table: Hpa,
        key: KeyId,
        level: SeptLevel,
    ) -> core::result::Result<(Vec<LockedEntry<'_, M>>, Entry), StatusCode> {
        let part_level = below(level).unwrap_or(level);
        let mut locked: Vec<LockedEntry<'_, M>> = Vec::new();
        let mut expected = None;
        for index in 0..ENTRIES {
            let part = LockedEntry::take(&self.memory, key, Hpa::new(table.as_u64() + 8 * index))
                .map_err(|_| StatusCode::OperandBusy)?;
            let entry = part.entry.without_accepted(part_level);
            locked.push(part);
            let matches = match expected {
                Some(expected) => entry == expected,
                None => {
                    entry.base(part_level).is_aligned(level.shift())
                        && matches!(entry.state(), Some(SeptState::Mapped | SeptState::Pending))
                }
            };
            if !matches {
                return Err(StatusCode::EptInvalidPromoteConditions);
            }
            expected = Some(Entry(entry.0 + (1 << part_level.shift())));
        }
        let first = locked.first().map_or(Entry::FREE, |first| first.entry);
        Ok((locked, first))
    }
}
