//! The instruction itself.
//!
//! SEAMCALL leaves VMX root operation for SEAM: to the VMM it looks like one instruction that changes its registers.
//! It reports in the flags whether it got there. CF = 1 (`VMfailInvalid`) means that no TDX module is loaded, or that it
//! is disabled; no register has changed then. On the way in it clears CF, OF, SF, PF, AF and ZF, and the module returns
//! to these flags, so that both are 0 after a call that a module took. It has no `VMfailValid` (ZF = 1).
//!
//! Two conditions are exceptions and not flags: `#UD` outside VMX operation, in SMM, and outside 64-bit mode; `#GP(0)`
//! above privilege level 0, or where the firmware has not set up the SEAM range (`IA32_SEAMRR_PHYS_MASK` not valid). A
//! kernel that wants to try has to catch them.
//!
//! Intel Trust Domain CPU Architectural Extensions (343754), SEAMCALL and SEAMRET.
#![allow(unsafe_code)] // the one module of this crate that needs it: there is no other way to execute an instruction

use super::{Registers, Seamcall, Unavailable};
use crate::status::Status;
use core::arch::asm;
use core::mem::offset_of;

/// The TDX module of this machine, reached by the instruction SEAMCALL.
///
/// It works on the logical processor that it is called on. Some leaves are about that processor (TDH.VP.ENTER,
/// TDH.VP.FLUSH) or its package (TDH.MNG.KEY.CONFIG, TDH.PHYMEM.CACHE.WB); to call them where they belong is the
/// caller's business.
///
/// Intel Trust Domain CPU Architectural Extensions (343754), SEAMCALL.
#[derive(Debug)]
pub struct Instruction(());

impl Instruction {
    /// Makes the module of this machine callable.
    ///
    /// # Safety
    /// - Calls are made in 64-bit mode at privilege level 0 in VMX root operation, on a machine whose firmware has
    ///   enabled TDX; otherwise the instruction faults.
    /// - The module takes physical pages at their addresses, writes to them, and makes them unusable to the host.
    ///   Whoever can reach the value can make it do so: no operand of a call may name a page that anything else still
    ///   uses.
    /// - After TDH.VP.ENTER the processor state that the TD's XFAM names, beyond what this call saves, is not the
    ///   host's any more; the caller saves and restores it.
    #[must_use]
    pub const unsafe fn new() -> Self {
        Self(())
    }
}

/// Executes instructions with the general-purpose registers, all but RSP, loaded from `$registers` and stored there
/// afterwards. Evaluates to CF and ZF as the instructions left them.
macro_rules! with_registers {
    ($registers:expr, $($instruction:literal),+) => {{
        let (carry, zero): (u8, u8);
        asm!(
            "push rbx",
            "push rbp",
            "push rdi",
            "mov rax, [rdi + {rax}]",
            "mov rbx, [rdi + {rbx}]",
            "mov rcx, [rdi + {rcx}]",
            "mov rdx, [rdi + {rdx}]",
            "mov rbp, [rdi + {rbp}]",
            "mov rsi, [rdi + {rsi}]",
            "mov r8, [rdi + {r8}]",
            "mov r9, [rdi + {r9}]",
            "mov r10, [rdi + {r10}]",
            "mov r11, [rdi + {r11}]",
            "mov r12, [rdi + {r12}]",
            "mov r13, [rdi + {r13}]",
            "mov r14, [rdi + {r14}]",
            "mov r15, [rdi + {r15}]",
            "mov rdi, [rdi + {rdi}]",
            $($instruction,)+
            // Nothing from here to the SETcc changes a flag. RDI and the pointer change places.
            "xchg rdi, [rsp]",
            "mov [rdi + {rax}], rax",
            "mov [rdi + {rbx}], rbx",
            "mov [rdi + {rcx}], rcx",
            "mov [rdi + {rdx}], rdx",
            "mov [rdi + {rbp}], rbp",
            "mov [rdi + {rsi}], rsi",
            "mov [rdi + {r8}], r8",
            "mov [rdi + {r9}], r9",
            "mov [rdi + {r10}], r10",
            "mov [rdi + {r11}], r11",
            "mov [rdi + {r12}], r12",
            "mov [rdi + {r13}], r13",
            "mov [rdi + {r14}], r14",
            "mov [rdi + {r15}], r15",
            "pop qword ptr [rdi + {rdi}]",
            "pop rbp",
            "pop rbx",
            "setc al",
            "setz cl",
            rax = const offset_of!(Registers, rax),
            rbx = const offset_of!(Registers, rbx),
            rcx = const offset_of!(Registers, rcx),
            rdx = const offset_of!(Registers, rdx),
            rbp = const offset_of!(Registers, rbp),
            rsi = const offset_of!(Registers, rsi),
            rdi = const offset_of!(Registers, rdi),
            r8 = const offset_of!(Registers, r8),
            r9 = const offset_of!(Registers, r9),
            r10 = const offset_of!(Registers, r10),
            r11 = const offset_of!(Registers, r11),
            r12 = const offset_of!(Registers, r12),
            r13 = const offset_of!(Registers, r13),
            r14 = const offset_of!(Registers, r14),
            r15 = const offset_of!(Registers, r15),
            inout("rdi") core::ptr::from_mut::<Registers>($registers) => _,
            lateout("al") carry,
            lateout("cl") zero,
            lateout("r12") _,
            lateout("r13") _,
            lateout("r14") _,
            lateout("r15") _,
            clobber_abi("sysv64"),
        );
        (carry != 0, zero != 0)
    }};
}

impl Seamcall for Instruction {
    fn seamcall(&self, registers: &mut Registers) -> Result<Status, Unavailable> {
        // SAFETY: whoever made `self` has promised that the instruction can be executed and that the operands name no
        // memory in use. Beyond that, the asm reads and writes `registers` only within the struct. It saves RBX and
        // RBP, which it may not clobber, and the pointer, on the stack; all other registers, the vector registers
        // included, are declared as clobbered. RSP is balanced: three words are pushed, and three popped.
        //
        // The bytes are `seamcall`, which assemblers before binutils 2.36 do not know.
        let flags = unsafe { with_registers!(registers, ".byte 0x66, 0x0f, 0x01, 0xcf") };
        match flags {
            (false, false) => Ok(Status::from_bits(registers.rax)),
            (false, true) => Err(Unavailable::VmFailValid),
            (true, _) => Err(Unavailable::VmFailInvalid),
        }
    }
}

#[cfg(all(test, not(miri)))]
mod tests {
    use super::*;

    fn numbered() -> Registers {
        Registers {
            rax: 1,
            rbx: 2,
            rcx: 3,
            rdx: 4,
            rbp: 5,
            rsi: 6,
            rdi: 7,
            r8: 8,
            r9: 9,
            r10: 10,
            r11: 11,
            r12: 12,
            r13: 13,
            r14: 14,
            r15: 15,
        }
    }

    #[test]
    fn each_register_goes_in_and_comes_back() {
        let mut registers = numbered();
        // SAFETY: NOP changes nothing.
        unsafe { with_registers!(&mut registers, "nop") };
        assert_eq!(registers, numbered());
        // SAFETY: only registers that the asm saves or declares are changed, as SEAMCALL may change them.
        unsafe {
            with_registers!(
                &mut registers,
                "shl rax, 8",
                "shl rbx, 8",
                "shl rcx, 8",
                "shl rdx, 8",
                "shl rbp, 8",
                "shl rsi, 8",
                "shl rdi, 8",
                "shl r8, 8",
                "shl r9, 8",
                "shl r10, 8",
                "shl r11, 8",
                "shl r12, 8",
                "shl r13, 8",
                "shl r14, 8",
                "shl r15, 8"
            )
        };
        let shifted = numbered().named().map(|(name, value)| (name, value << 8));
        assert_eq!(registers.named(), shifted);
    }

    #[test]
    fn flags_are_those_that_the_instruction_left() {
        let mut registers = Registers { rax: 5, rbx: 6, rcx: 5, ..Registers::default() };
        macro_rules! flags {
            ($($instruction:literal),+) => {
                // SAFETY: these instructions change flags only.
                unsafe { with_registers!(&mut registers, $($instruction),+) }
            };
        }
        assert_eq!(flags!("cmp rbx, rax"), (false, false));
        assert_eq!(flags!("cmp rax, rbx"), (true, false));
        assert_eq!(flags!("cmp rax, rcx"), (false, true));
        assert_eq!(flags!("cmp rax, rcx", "stc"), (true, true));
    }

    #[test]
    fn the_instruction_is_a_way_to_call() {
        fn is_seamcall<S: Seamcall>() {}
        is_seamcall::<Instruction>();
    }
}
