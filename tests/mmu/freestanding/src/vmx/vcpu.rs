//! A virtual CPU, and running it.
#![allow(unsafe_code, reason = "a VM entry hands the CPU over")]

use super::exit::Exit;
use super::field::Field;
use super::mode::Mode;
use super::vmcs::Vmcs;
use super::{Vmx, instruction};
use crate::missing::Missing;
use crate::tables::Tables;
use crate::world_switch::{Registers, world_switch};
use core::mem::offset_of;
use pt_core::flush::{Invept, Scope};
use pt_core::{Invalidate, UsedByCpu};

/// The virtual CPU of the image.
#[derive(Debug)]
pub struct Vcpu {
    vmcs: Vmcs,
    /// Whether it was ever entered: 25.1, the launch state.
    launched: bool,
    /// Its general registers.
    pub registers: Registers,
}

impl Vcpu {
    /// A virtual CPU. It has no EPT yet, and no state.
    ///
    /// # Errors
    /// [`Missing`] if the CPU lacks a control.
    pub fn new(vmx: &Vmx, tables: &Tables) -> Result<Self, Missing> {
        Ok(Self { vmcs: Vmcs::new(vmx, tables)?, launched: false, registers: Registers::default() })
    }

    /// Gives the guest an EPT, by its pointer (25.6.11). What the CPU has cached of it before is forgotten: the pages
    /// of its tables may have been those of another.
    pub fn set_ept(&mut self, pointer: u64) {
        self.vmcs.write(Field::EPT_POINTER, pointer);
        self.forget();
    }

    /// Puts the guest into a mode, at the instruction `rip`.
    pub fn begin(&mut self, mode: Mode, rip: u64) {
        mode.apply(&mut self.vmcs);
        self.vmcs.write(Field::GUEST_RIP, rip);
    }

    /// The instruction that the guest is at.
    #[must_use]
    pub fn rip(&self) -> u64 {
        self.vmcs.read(Field::GUEST_RIP)
    }

    /// Runs the guest until it exits: the first time by `VMLAUNCH`, and by `VMRESUME` from then on.
    ///
    /// # Safety
    /// Whatever the guest does by its EPT, it writes to no memory that Rust code relies on.
    pub unsafe fn run(&mut self) -> Exit {
        // SAFETY: the VMCS is the current one, and has the state of this host. The caller vouches for what the guest
        // does.
        let failed = unsafe { enter(&raw mut self.registers, self.launched) };
        if failed {
            return Exit::NotEntered(self.vmcs.read(Field::INSTRUCTION_ERROR));
        }
        self.launched = true;
        Exit::of(&self.vmcs)
    }

    fn forget(&self) {
        let pointer = self.vmcs.read(Field::EPT_POINTER);
        // SAFETY: the CPU is in VMX operation, with EPT.
        unsafe { instruction::invept(pointer) }.expect("the pointer is one of the VMCS");
    }
}

/// `INVEPT` of the guest's own EPT. It forgets all of it: there is nothing smaller (29.4.3.1).
impl<T: UsedByCpu<Stage = Invept>> Invalidate<T> for Vcpu {
    fn invalidate(&mut self, _scope: Scope<T::Space>) {
        self.forget();
    }
}

/// Loads the guest's registers, enters it, and stores them when it exits. Returns whether the entry was refused.
///
/// # Safety
/// As for [`Vcpu::run`]. The current VMCS is complete but for the host's stack and instruction.
#[unsafe(naked)]
unsafe extern "C" fn enter(registers: *mut Registers, launched: bool) -> bool {
    world_switch!(
        // The flags stay until the jump.
        prepare: [
            "mov eax, {host_rsp}",
            "vmwrite rax, rsp",
            "lea rdx, [rip + 4f]",
            "mov eax, {host_rip}",
            "vmwrite rax, rdx",
            "test sil, sil",
            "mov rax, [rdi + {rax}]"
        ],
        // It comes to 3 only if there was no entry. An exit comes to 4.
        enter: [
            "jnz 2f",
            "vmlaunch",
            "jmp 3f",
            "2:vmresume",
            "3:pop rdi",
            "mov eax, 1",
            "jmp 5f",
            "4:"
        ],
        leave: ["mov [rdi + {rax}], rax"],
        finish: ["xor eax, eax", "5:"],
        host_rsp = const Field::HOST_RSP.0,
        host_rip = const Field::HOST_RIP.0,
        rax = const offset_of!(Registers, rax),
    )
}
