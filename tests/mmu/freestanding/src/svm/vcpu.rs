//! A virtual CPU, and running it.
#![allow(unsafe_code, reason = "VMRUN hands the CPU over")]

use super::exit::{Exit, ExitCode};
use super::mode::apply_flat;
use super::vmcb::{SaveArea, TlbControl, Vmcb};
use super::{Mode, Svm};
use core::arch::naked_asm;
use core::mem::offset_of;
use pt_core::flush::{Invlpg, Scope, Stage, TlbControl as NestedStage};
use pt_core::{Invalidate, UsedByCpu};

/// The general registers of a guest that `VMRUN` does not load.
#[repr(C)]
#[derive(Copy, Clone, Debug, Default)]
#[allow(missing_docs, reason = "their names say it all")]
pub struct Registers {
    pub rbx: u64,
    pub rcx: u64,
    pub rdx: u64,
    pub rsi: u64,
    pub rdi: u64,
    pub rbp: u64,
    /// R8 to R15.
    pub r: [u64; 8],
}

/// A virtual CPU.
#[derive(Debug)]
pub struct Vcpu {
    /// Its control block.
    pub vmcb: Vmcb,
    /// Its general registers but for RAX and RSP, which are in the control block.
    pub registers: Registers,
}

impl Vcpu {
    /// A virtual CPU with nested page tables at `nested_cr3`. It has no state yet.
    #[must_use]
    pub fn new(nested_cr3: u64) -> Self {
        Self { vmcb: Vmcb::new(nested_cr3), registers: Registers::default() }
    }

    /// Puts the guest into a mode, at the instruction `rip`. What it has cached of other tables, or in another way of
    /// paging, is forgotten.
    pub fn begin(&mut self, mode: Mode, rip: u64) {
        let registers = |save: &SaveArea| (save.cr0, save.cr3, save.cr4);
        let before = registers(&self.vmcb.save);
        mode.apply(&mut self.vmcb.save);
        self.vmcb.save.rip = rip;
        if registers(&self.vmcb.save) != before {
            self.vmcb.control.tlb_control = TlbControl::FlushAll;
        }
    }

    /// Puts the guest into 32-bit mode without paging, at the instruction `rip`: its addresses are guest-physical.
    pub fn begin_flat(&mut self, rip: u64) {
        apply_flat(&mut self.vmcb.save);
        self.vmcb.save.rip = rip;
        self.vmcb.control.tlb_control = TlbControl::FlushAll;
    }

    /// Gives the guest other nested page tables.
    pub fn set_nested_root(&mut self, nested_cr3: u64) {
        self.vmcb.control.nested_cr3 = nested_cr3;
        self.vmcb.control.tlb_control = TlbControl::FlushAll;
    }

    /// Runs the guest until it comes back. The registers that the host keeps for itself under SVM, those of `VMLOAD`,
    /// are the host's, and interrupts are off: the guest has no use for the ones, nor the machine for the others.
    ///
    /// # Safety
    /// Whatever the guest does by its nested page tables, it writes to no memory that Rust code relies on.
    pub unsafe fn run(&mut self, _svm: &Svm) -> Exit {
        // SAFETY: SVM is enabled. The block is a page that is mapped identically and not used by anything else
        // meanwhile, and the caller vouches for what the guest does.
        unsafe { enter(&raw mut self.vmcb, &raw mut self.registers) };
        let control = &mut self.vmcb.control;
        control.tlb_control = TlbControl::Keep;
        Exit {
            code: ExitCode(control.exit_code),
            information_1: control.exit_info_1,
            information_2: control.exit_info_2,
        }
    }
}

/// A stage whose translations `TLB_CONTROL` drops: those that a guest's TLB entries join, 15.25.
pub trait Joined: Stage {}
impl Joined for NestedStage {}
impl Joined for Invlpg {}

/// The guest does not run now. Before it runs again, it forgets everything: no instruction flushes less of the
/// nested stage (15.16).
impl<T: UsedByCpu<Stage: Joined>> Invalidate<T> for Vcpu {
    fn invalidate(&mut self, _scope: Scope<T::Space>) {
        self.vmcb.control.tlb_control = TlbControl::FlushAll;
    }
}

/// Loads the guest's registers, runs it, and stores them. The host's are kept as the System V ABI wants it.
///
/// # Safety
/// As for [`Vcpu::run`]. The control block and the registers are the guest's, and the former lies at its physical
/// address.
#[unsafe(naked)]
unsafe extern "C" fn enter(vmcb: *mut Vmcb, registers: *mut Registers) {
    naked_asm!(
        "push rbx",
        "push rbp",
        "push r12",
        "push r13",
        "push r14",
        "push r15",
        "push rsi",
        "mov rax, rdi",
        "mov rdi, rsi",
        "mov rbx, [rdi + {rbx}]",
        "mov rcx, [rdi + {rcx}]",
        "mov rdx, [rdi + {rdx}]",
        "mov rsi, [rdi + {rsi}]",
        "mov rbp, [rdi + {rbp}]",
        "mov r8, [rdi + {r}]",
        "mov r9, [rdi + {r} + 8]",
        "mov r10, [rdi + {r} + 16]",
        "mov r11, [rdi + {r} + 24]",
        "mov r12, [rdi + {r} + 32]",
        "mov r13, [rdi + {r} + 40]",
        "mov r14, [rdi + {r} + 48]",
        "mov r15, [rdi + {r} + 56]",
        "mov rdi, [rdi + {rdi}]",
        "vmrun rax",
        "push rdi",
        "mov rdi, [rsp + 8]",
        "mov [rdi + {rbx}], rbx",
        "mov [rdi + {rcx}], rcx",
        "mov [rdi + {rdx}], rdx",
        "mov [rdi + {rsi}], rsi",
        "mov [rdi + {rbp}], rbp",
        "mov [rdi + {r}], r8",
        "mov [rdi + {r} + 8], r9",
        "mov [rdi + {r} + 16], r10",
        "mov [rdi + {r} + 24], r11",
        "mov [rdi + {r} + 32], r12",
        "mov [rdi + {r} + 40], r13",
        "mov [rdi + {r} + 48], r14",
        "mov [rdi + {r} + 56], r15",
        "pop rsi",
        "mov [rdi + {rdi}], rsi",
        "pop rsi",
        "pop r15",
        "pop r14",
        "pop r13",
        "pop r12",
        "pop rbp",
        "pop rbx",
        "ret",
        rbx = const offset_of!(Registers, rbx),
        rcx = const offset_of!(Registers, rcx),
        rdx = const offset_of!(Registers, rdx),
        rsi = const offset_of!(Registers, rsi),
        rdi = const offset_of!(Registers, rdi),
        rbp = const offset_of!(Registers, rbp),
        r = const offset_of!(Registers, r),
    )
}
