//! TDH.PHYMEM.PAGE.RECLAIM: a page of a TD whose key is gone returns to the host.

use super::take_page;
use crate::tdx::lock::Mode;
use crate::tdx::refusal::{Result, require};
use crate::tdx::td::{Lifecycle, Td};
use crate::tdx::{Memory, Module};
use core::sync::atomic::Ordering;
use pt_tdx::{Operand, PageType, Registers, StatusCode};

impl<M: Memory> Module<M> {
    /// RCX: the page. Returns its kind in RCX, its owner in RDX and its size in R8. The Secure EPT is not looked at.
    ///
    /// TDX module 1.5 ABI specification, TDH.PHYMEM.PAGE.RECLAIM leaf.
    pub(super) fn phymem_page_reclaim(&self, registers: &mut Registers) -> Result<()> {
        let page = take_page(registers);
        let walked = self.page_of_any_size(page, Mode::Exclusive)?;
        let record = walked.record();
        let kind = record.kind();
        let in_use = !matches!(kind, PageType::Nda | PageType::Reserved);
        require(in_use, StatusCode::PageMetadataIncorrect, Operand::Rcx)?;
        registers.rcx = kind.into_bits();
        registers.rdx = record.owner().as_u64();
        registers.r8 = walked.size() as u64;
        let is_whole = page & ((1 << walked.size().shift()) - 1) == 0;
        require(is_whole, StatusCode::OperandInvalid, Operand::Rcx)?;

        if kind == PageType::Tdr {
            let td = self.tds.get(record.control());
            td.check_torn_down()?;
            if td.children.load(Ordering::Acquire) != 0 {
                return Err(StatusCode::TdAssociatedPagesExist.into());
            }
            walked.set_kind(PageType::Nda);
            self.tds.put(record.control());
            return Ok(());
        }
        let owner = self.implicit_td(record.owner(), Mode::Shared)?;
        owner.td.check_torn_down()?;
        owner.td.remove_children(walked.size().small_pages());
        walked.set_kind(PageType::Nda);
        if kind == PageType::Tdvpr {
            self.vcpus.put(record.control());
        }
        Ok(())
    }
}

impl Td {
    fn check_torn_down(&self) -> Result<()> {
        if self.lifecycle() == Lifecycle::Teardown { Ok(()) } else { Err(StatusCode::LifecycleStateIncorrect.into()) }
    }
}
