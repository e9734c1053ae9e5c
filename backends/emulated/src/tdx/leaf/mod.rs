//! The leaves of the host, one a file.
//!
//! A leaf takes the registers, and changes those that it returns. It reports how it ended by a
//! [`Refusal`](super::refusal::Refusal), from which the dispatcher fills RAX, and RCX and RDX if an entry is shown.

mod finalize;
mod mem_rd_wr;
mod mr_extend;
mod page_add;
mod page_aug;
mod page_demote;
mod page_promote;
mod page_relocate;
mod page_remove;
mod range_block;
mod range_unblock;
mod sept_add;
mod sept_rd;
mod sept_remove;
mod track;

use super::refusal::{Result, require};
use super::{Memory, Module};
use pt_tdx::{Leaf, Operand, Registers, StatusCode};

/// An operand that names no page.
pub(crate) const NULL_PA: u64 = u64::MAX;
/// Set in a returned page that was not used, and ignored in a page that is passed.
const UNUSED: u64 = 1 << 63;

/// RDX of the leaves that take a flag beside the TDR page: bit 0, the page in bits 51:12.
#[derive(Copy, Clone, Debug)]
struct TdOperand {
    tdr: u64,
    flag: bool,
}

impl TdOperand {
    const TDR: u64 = 0x000f_ffff_ffff_f000;
    const FLAG: u64 = 1;

    fn parse(rdx: u64) -> Result<Self> {
        require(rdx & !(Self::TDR | Self::FLAG) == 0, StatusCode::OperandInvalid, Operand::Rdx)?;
        Ok(Self { tdr: rdx & Self::TDR, flag: rdx & Self::FLAG != 0 })
    }
}

impl<M: Memory> Module<M> {
    /// Calls a leaf, other than TDH.VP.ENTER.
    pub(super) fn call(&self, leaf: Leaf, version: u8, registers: &mut Registers) -> Result<()> {
        match leaf {
            Leaf::MemPageAdd => self.page_add(registers),
            Leaf::MemSeptAdd => self.sept_add(registers, version),
            Leaf::MemPageRelocate => self.page_relocate(registers),
            Leaf::MemPageAug => self.page_aug(registers),
            Leaf::MemRangeBlock => self.range_block(registers),
            Leaf::MemRd | Leaf::MemWr => self.mem_rd_wr(registers, leaf),
            Leaf::MemPageDemote => self.page_demote(registers),
            Leaf::MrExtend => self.mr_extend(registers),
            Leaf::MrFinalize => self.mr_finalize(registers),
            Leaf::MemPagePromote => self.page_promote(registers, version),
            Leaf::MemSeptRd => self.sept_rd(registers),
            Leaf::MemPageRemove => self.page_remove(registers),
            Leaf::MemSeptRemove => self.sept_remove(registers, version),
            Leaf::MemTrack => self.track(registers),
            Leaf::MemRangeUnblock => self.range_unblock(registers),
            _ => Err((StatusCode::OperandInvalid | Operand::Rax).into()),
        }
    }
}
