//! A virtual CPU, and running it.
#![allow(unsafe_code, reason = "VMRUN hands the CPU over")]

use super::exit::{Exit, ExitCode};
use super::mode::apply_flat;
use super::vmcb::{SaveArea, TlbControl, Vmcb};
use super::{Mode, Svm};
use crate::world_switch::{Registers, world_switch};
use pt_core::flush::{Invlpg, Scope, Stage, TlbControl as NestedStage};
use pt_core::{Invalidate, UsedByCpu};

/// A virtual CPU.
#[derive(Debug)]
pub struct Vcpu {
    /// Its control block.
    pub vmcb: Vmcb,
    /// Its general registers. RAX is in the control block only while the guest runs.
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
        self.vmcb.save.rax = self.registers.rax;
        // SAFETY: SVM is enabled. The block is a page that is mapped identically and not used by anything else
        // meanwhile, and the caller vouches for what the guest does.
        unsafe { enter(&raw mut self.registers, &raw mut self.vmcb) };
        self.registers.rax = self.vmcb.save.rax;
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

/// Loads the guest's registers, runs it, and stores them. `VMRUN` itself does that for RAX, which holds the address of the
/// control block meanwhile.
///
/// # Safety
/// As for [`Vcpu::run`]. The control block and the registers are the guest's, and the former lies at its physical
/// address.
#[unsafe(naked)]
unsafe extern "C" fn enter(registers: *mut Registers, vmcb: *mut Vmcb) {
    world_switch!(
        prepare: ["mov rax, rsi"],
        enter: ["vmrun rax"],
        leave: [],
        finish: [],
    )
}
