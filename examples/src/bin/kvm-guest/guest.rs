//! The guest: a program, a page-fault handler, and a vCPU that is in long mode from the start.
#![allow(unsafe_code, reason = "the guest's memory is handed to KVM by its address")]

use kvm_bindings::{kvm_dtable, kvm_segment, kvm_userspace_memory_region};
use kvm_ioctls::{Error, Kvm, VcpuExit, VcpuFd, VmFd};
use pt_core::GuestRam;
use std::io;
use vm_memory::{Bytes, GuestAddress, GuestMemoryBackend, GuestMemoryError};

/// The page of the program, mapped where it lies.
pub const CODE: u64 = 0x1000;
/// The page of the descriptors and of the stack, which grows down from its end; mapped where it lies.
pub const DATA: u64 = 0x2000;
/// What the guest stores to.
pub const HEAP: u64 = 0x4000_0000;
const HANDLER: u64 = CODE + 0x80;
const PAGE_FAULT: u64 = 14;

#[rustfmt::skip]
const PROGRAM: [u8; 30] = [
    0xbf, 0x00, 0x00, 0x00, 0x40,             //    mov  edi, HEAP
    0xb9, 0x06, 0x00, 0x00, 0x00,             //    mov  ecx, 6
    0x48, 0x89, 0x0f,                         // 1: mov  [rdi], rcx
    0x48, 0x81, 0xc7, 0x00, 0x00, 0x10, 0x00, //    add  rdi, 1 MiB
    0xe2, 0xf4,                               //    loop 1b
    0x88, 0x04, 0x25, 0x00, 0x10, 0x00, 0x00, //    mov  [CODE], al
    0xf4,                                     //    hlt
];

/// The guest's processor. Its virtual machine lives as long.
pub struct Guest<'a> {
    ram: &'a GuestRam,
    vcpu: VcpuFd,
    _vm: VmFd,
}

/// A fault that the guest asks its host about, SDM 3A 5.7.
pub struct Fault {
    pub address: u64,
    pub error: u64,
}

impl<'a> Guest<'a> {
    /// A guest at the first instruction of its program, with the page tables at `root`.
    pub fn new(kvm: &Kvm, ram: &'a GuestRam, root: u64) -> Result<Self, Box<dyn std::error::Error>> {
        write(ram)?;
        let vm = kvm.create_vm()?;
        let userspace_addr = ram.memory().get_host_address(GuestAddress(0))? as u64;
        let memory_size = ram.memory().last_addr().0 + 1;
        let region = kvm_userspace_memory_region { memory_size, userspace_addr, ..Default::default() };
        // SAFETY: the memory is mapped for longer than the virtual machine lives, which borrows its owner, and the host
        // reads and writes it by volatile or atomic accesses only.
        unsafe { vm.set_user_memory_region(region)? };
        let vcpu = vm.create_vcpu(0)?;
        vcpu.set_cpuid2(&kvm.get_supported_cpuid(kvm_bindings::KVM_MAX_CPUID_ENTRIES)?)?;
        enter_long_mode(&vcpu, root)?;
        Ok(Self { ram, vcpu, _vm: vm })
    }

    /// Runs to the next page fault; the guest goes on at the instruction that had it.
    pub fn run(&mut self) -> Result<Fault, Box<dyn std::error::Error>> {
        match self.vcpu.run()? {
            VcpuExit::IoOut(port, _) if u64::from(port) == PAGE_FAULT => (),
            exit => return Err(io::Error::other(format!("the guest stopped: {exit:?}")).into()),
        }
        // The error code, RIP, CS, RFLAGS and RSP, SDM 3A 7.14.2. The stack is mapped where it lies.
        let mut registers = self.vcpu.get_regs()?;
        let [error, rip, _, rflags, rsp]: [u64; 5] = self.ram.memory().read_obj(GuestAddress(registers.rsp))?;
        (registers.rip, registers.rflags, registers.rsp) = (rip, rflags, rsp);
        self.vcpu.set_regs(&registers)?;
        Ok(Fault { address: self.vcpu.get_sregs()?.cr2, error })
    }
}

/// Writes the program, the handler, two segments and one interrupt gate.
fn write(ram: &GuestRam) -> Result<(), GuestMemoryError> {
    let gate = [HANDLER | 8 << 16 | 0x8e00 << 32, 0];
    ram.memory().write_slice(&PROGRAM, GuestAddress(CODE))?;
    ram.memory().write_slice(&[0xe6, PAGE_FAULT as u8], GuestAddress(HANDLER))?; // out PAGE_FAULT, al
    ram.memory().write_obj([0, 0x00af_9b00_0000_ffff, 0x00cf_9300_0000_ffff_u64], GuestAddress(DATA))?;
    ram.memory().write_obj(gate, GuestAddress(DATA + 0x100 + 16 * PAGE_FAULT))
}

fn enter_long_mode(vcpu: &VcpuFd, root: u64) -> Result<(), Error> {
    let mut registers = vcpu.get_sregs()?;
    registers.cr3 = root;
    registers.cr0 = 0x8001_0033; // PG, WP, NE, ET, MP, PE
    registers.cr4 = 1 << 5; // PAE
    registers.efer = 0xd00; // NXE, LMA, LME
    let data =
        kvm_segment { limit: u32::MAX, selector: 16, type_: 3, present: 1, db: 1, s: 1, g: 1, ..Default::default() };
    registers.cs = kvm_segment { selector: 8, type_: 11, db: 0, l: 1, ..data };
    (registers.ds, registers.es, registers.ss) = (data, data, data);
    registers.gdt = kvm_dtable { base: DATA, limit: 3 * 8 - 1, ..Default::default() };
    registers.idt = kvm_dtable { base: DATA + 0x100, limit: 16 * 16 - 1, ..Default::default() };
    vcpu.set_sregs(&registers)?;
    let mut registers = vcpu.get_regs()?;
    (registers.rip, registers.rsp, registers.rflags) = (CODE, DATA + 0x1000, 2);
    vcpu.set_regs(&registers)
}
