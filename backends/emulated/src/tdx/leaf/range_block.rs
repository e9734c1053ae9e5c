//! TDH.MEM.RANGE.BLOCK: the guest can reach nothing through an entry any more, once its translations are gone.

use crate::tdx::check::Operands;
use crate::tdx::lock::Mode;
use crate::tdx::pamt::PageSize;
use crate::tdx::refusal::{Refusal, Result};
use crate::tdx::sept::Permissions;
use crate::tdx::{Memory, Module};
use core::sync::atomic::{Ordering, fence};
use pt_tdx::Registers;
use pt_tdx::module::SeptOperation;

impl<M: Memory> Module<M> {
    /// Blocks an entry of any level and notes the epoch with the page that it names.
    ///
    /// TDX module 1.5 ABI specification, TDH.MEM.RANGE.BLOCK leaf.
    pub(super) fn range_block(&self, registers: &mut Registers) -> Result<()> {
        let operands = Operands::take(registers);
        let mut target = self.target(SeptOperation::RangeBlock, Mode::Exclusive, operands)?;
        let (td, level, entry) = (target.owner.td, target.level, target.entry.entry);
        let step = td.step(SeptOperation::RangeBlock, entry, level, 0)?;
        let blocked = step.to().ok_or_else(|| Refusal::state(entry, level))?;
        let (entry, page, size) = if entry.is_leaf() {
            let entry = entry.without_accepted(level);
            (entry, entry.base(level), PageSize::of(level))
        } else {
            (entry, entry.frame(), PageSize::Small)
        };
        target.entry.set(entry.with_state(blocked).with_permissions(Permissions::None));
        // A vCPU that enters in a later epoch than the one noted must not find the entry as it was.
        fence(Ordering::SeqCst);
        // The record is not locked: what the entry names cannot go away under the exclusive tree lock.
        self.implicit_records(page)?.of(size).set_epoch(td.epoch.current());
        Ok(())
    }
}
