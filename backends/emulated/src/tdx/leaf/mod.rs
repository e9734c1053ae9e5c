//! The leaves of the host, one a file.
//!
//! A leaf takes the registers, and changes those that it returns. It reports how it ended by a
//! [`Refusal`](super::refusal::Refusal), from which the dispatcher fills RAX, and RCX and RDX if an entry is shown.

mod finalize;
mod mem_rd_wr;
mod mng_addcx;
mod mng_create;
mod mng_init;
mod mng_key_config;
mod mng_key_freeid;
mod mng_vpflushdone;
mod mr_extend;
mod page_add;
mod page_aug;
mod page_demote;
mod page_promote;
mod page_relocate;
mod page_remove;
mod phymem_cache_wb;
mod phymem_page_rdmd;
mod phymem_page_reclaim;
mod phymem_page_wbinvd;
mod range_block;
mod range_unblock;
mod sept_add;
mod sept_rd;
mod sept_remove;
mod track;
mod vp_addcx;
mod vp_create;
mod vp_flush;
mod vp_init;

use super::refusal::{Result, require};
use super::{Memory, Module, Place};
use pt_tdx::module::SeptOperation;
use pt_tdx::{Leaf, Operand, Registers, StatusCode};

/// Set in a returned page that was not used, and ignored in a page that is passed.
const UNUSED: u64 = 1 << 63;

/// Leaves with several versions know versions 0 and 1; the dispatcher lets newer ones through to them.
fn require_known(version: u8) -> Result<()> {
    require(version <= 1, StatusCode::OperandInvalid, Operand::Rax)
}

impl<M: Memory> Module<M> {
    /// Calls a leaf, other than TDH.VP.ENTER.
    pub(super) fn call(&self, leaf: Leaf, version: u8, registers: &mut Registers, from: Option<Place>) -> Result<()> {
        match leaf {
            Leaf::MemPageAdd => self.page_add(registers),
            Leaf::MemSeptAdd => self.sept_add(registers, version),
            Leaf::MemPageRelocate => self.page_relocate(registers),
            Leaf::MemPageAug => self.page_aug(registers),
            Leaf::MemRangeBlock => self.range_block(registers),
            Leaf::MemRd => self.mem_rd_wr(registers, SeptOperation::MemRd),
            Leaf::MemWr => self.mem_rd_wr(registers, SeptOperation::MemWr),
            Leaf::MemPageDemote => self.page_demote(registers),
            Leaf::MrExtend => self.mr_extend(registers),
            Leaf::MrFinalize => self.mr_finalize(registers),
            Leaf::MemPagePromote => self.page_promote(registers, version),
            Leaf::MemSeptRd => self.sept_rd(registers),
            Leaf::MemPageRemove => self.page_remove(registers),
            Leaf::MemSeptRemove => self.sept_remove(registers, version),
            Leaf::MemTrack => self.track(registers),
            Leaf::MemRangeUnblock => self.range_unblock(registers),
            Leaf::MngCreate => self.mng_create(registers),
            Leaf::MngKeyConfig => self.mng_key_config(registers, from),
            Leaf::MngAddcx => self.mng_addcx(registers),
            Leaf::MngInit => self.mng_init(registers),
            Leaf::MngVpflushdone => self.mng_vpflushdone(registers),
            Leaf::MngKeyFreeid => self.mng_key_freeid(registers),
            // Kept for hosts of the first modules; it does nothing.
            Leaf::MngKeyReclaimid => Ok(()),
            Leaf::VpCreate => self.vp_create(registers),
            Leaf::VpAddcx => self.vp_addcx(registers),
            Leaf::VpInit => self.vp_init(registers, from),
            Leaf::VpFlush => self.vp_flush(registers, from),
            Leaf::PhymemCacheWb => self.phymem_cache_wb(registers, from),
            Leaf::PhymemPageRdmd => self.phymem_page_rdmd(registers),
            Leaf::PhymemPageReclaim => self.phymem_page_reclaim(registers),
            Leaf::PhymemPageWbinvd => self.phymem_page_wbinvd(registers),
            _ => Err((StatusCode::OperandInvalid | Operand::Rax).into()),
        }
    }
}

/// Takes the page out of RCX, and clears the registers that TDH.PHYMEM.PAGE.RDMD and RECLAIM return.
fn take_page(registers: &mut Registers) -> u64 {
    let page = core::mem::take(&mut registers.rcx);
    (registers.rdx, registers.r8, registers.r9, registers.r10, registers.r11) = (0, 0, 0, 0, 0);
    page
}
