//! TDH.MNG.ADDCX: a page for the TD's control structure.

use crate::tdx::lock::Mode;
use crate::tdx::refusal::Result;
use crate::tdx::sept::Entry;
use crate::tdx::td::{Lifecycle, OpState, ROOT_PAGE, TDCX_PAGES};
use crate::tdx::{Memory, Module};
use core::sync::atomic::Ordering;
use pt_tdx::module::SeptOperation;
use pt_tdx::{Operand, PageType, Registers, StatusCode};

/// The page that says which accesses of MSRs leave the TD: at first, all.
const MSR_BITMAPS_PAGE: usize = 2;

impl<M: Memory> Module<M> {
    /// RCX: the new page. RDX: the TDR page. The fourth page becomes the root of the Secure EPT.
    ///
    /// TDX module 1.5 ABI specification, TDH.MNG.ADDCX leaf.
    pub(super) fn mng_addcx(&self, registers: &mut Registers) -> Result<()> {
        let owner = self.explicit_td(registers.rdx, Operand::Rdx, Mode::Exclusive)?;
        let td = owner.td;
        if td.fatal.load(Ordering::Acquire) {
            return Err(StatusCode::TdFatal.into());
        }
        if td.lifecycle() != Lifecycle::KeysConfigured {
            return Err(StatusCode::TdKeysNotConfigured.into());
        }
        let count = td.tdcx_count.load(Ordering::Acquire);
        let index = usize::from(count);
        let slot = td.tdcx.get(index).ok_or(StatusCode::TdcxNumIncorrect)?;
        let page = self.explicit_page(registers.rcx, Operand::Rcx, Mode::Exclusive, PageType::Nda)?;
        let content = match index {
            MSR_BITMAPS_PAGE => u64::MAX,
            ROOT_PAGE => Entry::FREE.0,
            _ => 0,
        };
        self.memory.fill(page.address(), td.key(), content);
        if count + 1 == TDCX_PAGES {
            td.set_op_state(OpState::Uninitialized);
        } else if count >= TDCX_PAGES && !SeptOperation::MngAddcx.exists_in(td.op_state()) {
            return Err(StatusCode::OpStateIncorrect.into());
        }
        slot.store(page.address().as_u64(), Ordering::Release);
        td.tdcx_count.store(count + 1, Ordering::Release);
        td.add_children(1);
        page.assign(PageType::Tdcx, owner.tdr);
        Ok(())
    }
}
