//! TDH.MEM.PAGE.REMOVE: a page goes back to the host.

use crate::tdx::check::{OnEntry, Operands};
use crate::tdx::lock::Mode;
use crate::tdx::pamt::{PageKind, PageSize};
use crate::tdx::refusal::{Refusal, Result};
use crate::tdx::sept::Entry;
use crate::tdx::{Memory, Module};
use pt_tdx::module::{SeptOperation, SeptState};
use pt_tdx::{Leaf, Registers, SeptLevel};

impl<M: Memory> Module<M> {
    /// Returns the page in RCX. Its contents and the caches are as they were.
    ///
    /// TDX module 1.5 ABI specification, TDH.MEM.PAGE.REMOVE leaf.
    pub(super) fn page_remove(&self, registers: &mut Registers) -> Result<()> {
        let operands = Operands::take(registers);
        let leaf = OnEntry {
            leaf: Leaf::MemPageRemove,
            lowest: SeptLevel::Pt,
            highest: Some(SeptLevel::Pdpt),
            tree: Mode::Shared,
        };
        let mut target = self.target(leaf, operands.rcx, operands.rdx)?;
        let (td, level) = (target.owner.td, target.level);
        if !target.entry.entry.allows(Leaf::MemPageRemove) {
            return Err(Refusal::state(target.entry.entry, level));
        }
        let entry = target.entry.entry.without_accepted(level);
        let size = PageSize::of(level);
        let page = self.implicit_page(entry.base(level), size)?;
        let step = td.step(SeptOperation::PageRemove, entry, level, page.record().epoch())?;
        target.entry.set(if step.leads_to(SeptState::Removed) { Entry::removed() } else { Entry::FREE });
        td.remove_children(size.small_pages());
        page.set_kind(PageKind::Free);
        registers.rcx = page.address().as_u64();
        Ok(())
    }
}
