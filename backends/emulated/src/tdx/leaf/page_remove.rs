//! TDH.MEM.PAGE.REMOVE: a page goes back to the host.

use crate::tdx::check::Operands;
use crate::tdx::lock::Mode;
use crate::tdx::pamt::PageSize;
use crate::tdx::refusal::Result;
use crate::tdx::sept::Entry;
use crate::tdx::{Memory, Module};
use pt_tdx::module::{SeptOperation, SeptState};
use pt_tdx::{PageType, Registers};

impl<M: Memory> Module<M> {
    /// Returns the page in RCX. Its contents and the caches are as they were.
    ///
    /// TDX module 1.5 ABI specification, TDH.MEM.PAGE.REMOVE leaf.
    pub(super) fn page_remove(&self, registers: &mut Registers) -> Result<()> {
        let operands = Operands::take(registers);
        let mut target = self.target(SeptOperation::PageRemove, Mode::Shared, operands)?;
        let (td, level) = (target.owner.td, target.level);
        let entry = target.entry.entry.without_accepted(level);
        let size = PageSize::of(level);
        let page = self.implicit_page(entry.base(level), size)?;
        let step = td.step(SeptOperation::PageRemove, entry, level, page.record().epoch())?;
        target.entry.set(if step.leads_to(SeptState::Removed) { Entry::removed() } else { Entry::FREE });
        td.remove_children(size.small_pages());
        page.set_kind(PageType::Nda);
        registers.rcx = page.address().as_u64();
        Ok(())
    }
}
