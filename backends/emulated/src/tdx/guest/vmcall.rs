//! TDG.VP.VMCALL: the guest calls the host.

use super::{Exit, Inside, Reason};
use crate::tdx::Memory;
use pt_tdx::{Operand, Registers, Status, StatusCode};

/// Which registers the guest may pass: bits of RCX by the number of the register, all but RAX, RCX and RSP.
const PASSABLE: u64 = 0xffed & !1 & !2;
/// XMM registers, which are passed too; they are not modelled.
const VECTORS: u64 = 0xffff_0000;

impl<M: Memory> Inside<'_, M> {
    /// The guest leaves with the registers that the bits of its RCX select; the host finds zero in the others.
    ///
    /// TDX module 1.5 ABI specification, TDG.VP.VMCALL leaf.
    ///
    /// # Errors
    /// The status that the guest is returned, if RCX selects what cannot be passed.
    pub fn vmcall(&mut self, guest: &Registers) -> Result<Exit, Status> {
        if guest.rcx & !(PASSABLE | VECTORS) != 0 {
            self.called();
            return Err(StatusCode::OperandInvalid | Operand::Rcx);
        }
        self.vcpu.stepping().leave_by_call();
        let passed = |number: u32, value: u64| if guest.rcx >> number & 1 != 0 { value } else { 0 };
        Ok(Exit::new(Registers {
            rax: Reason::Tdcall as u64,
            rcx: guest.rcx,
            rdx: passed(2, guest.rdx),
            rbx: passed(3, guest.rbx),
            rbp: passed(5, guest.rbp),
            rsi: passed(6, guest.rsi),
            rdi: passed(7, guest.rdi),
            r8: passed(8, guest.r8),
            r9: passed(9, guest.r9),
            r10: passed(10, guest.r10),
            r11: passed(11, guest.r11),
            r12: passed(12, guest.r12),
            r13: passed(13, guest.r13),
            r14: passed(14, guest.r14),
            r15: passed(15, guest.r15),
        }))
    }
}
