//! TDH.PHYMEM.PAGE.WBINVD: no cache holds lines of a page under a key any more.

use crate::tdx::lock::Mode;
use crate::tdx::refusal::Result;
use crate::tdx::{Memory, Module};
use pt_tdx::{Operand, PageType, Registers};

impl<M: Memory> Module<M> {
    /// RCX: the page, with the key identifier. The emulated machine has no caches, so that only the checks are left.
    ///
    /// TDX module 1.5 ABI specification, TDH.PHYMEM.PAGE.WBINVD leaf.
    pub(super) fn phymem_page_wbinvd(&self, registers: &mut Registers) -> Result<()> {
        let page = self.pamt.platform().without_key_id(registers.rcx);
        self.explicit_page(page, Operand::Rcx, Mode::Shared, PageType::Nda).map(drop)
    }
}
