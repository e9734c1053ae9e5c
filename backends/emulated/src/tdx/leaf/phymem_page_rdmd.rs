//! TDH.PHYMEM.PAGE.RDMD: what a page is used for.

use super::take_page;
use crate::tdx::lock::Mode;
use crate::tdx::refusal::Result;
use crate::tdx::{Memory, Module};
use pt_tdx::{PageType, Registers};

impl<M: Memory> Module<M> {
    /// RCX: the page. Returns its kind in RCX, its owner in RDX, its size in R8 and its blocking epoch in R9.
    ///
    /// TDX module 1.5 ABI specification, TDH.PHYMEM.PAGE.RDMD leaf.
    pub(super) fn phymem_page_rdmd(&self, registers: &mut Registers) -> Result<()> {
        let page = take_page(registers);
        let walked = self.page_of_any_size(page, Mode::Shared)?;
        let record = walked.record();
        registers.rcx = record.kind().into_bits();
        registers.rdx = record.owner().as_u64();
        registers.r8 = walked.size() as u64;
        if matches!(record.kind(), PageType::Regular | PageType::Ept) {
            registers.r9 = record.epoch();
        }
        Ok(())
    }
}
