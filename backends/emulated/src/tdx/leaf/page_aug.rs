//! TDH.MEM.PAGE.AUG: a page that the guest has yet to accept.

use crate::tdx::check::Operands;
use crate::tdx::lock::Mode;
use crate::tdx::pamt::PageSize;
use crate::tdx::refusal::Result;
use crate::tdx::sept::{Entry, Permissions};
use crate::tdx::{Memory, Module};
use pt_tdx::module::{SeptOperation, SeptState};
use pt_tdx::{Operand, PageType, Registers};

impl<M: Memory> Module<M> {
    /// Maps a free page of 4 KiB or 2 MiB. What it holds is not touched.
    ///
    /// TDX module 1.5 ABI specification, TDH.MEM.PAGE.AUG leaf.
    pub(super) fn page_aug(&self, registers: &mut Registers) -> Result<()> {
        let operands = Operands::take(registers);
        let mut target = self.target(SeptOperation::PageAug, Mode::Shared, operands)?;
        let size = PageSize::of(target.level);
        let page = self.free_block(registers.r8, Operand::R8, size)?;
        target.entry.set(Entry::leaf(SeptState::Pending, page.address(), Permissions::None));
        target.owner.td.add_children(size.small_pages());
        page.give(PageType::Regular, target.owner.tdr);
        Ok(())
    }
}
