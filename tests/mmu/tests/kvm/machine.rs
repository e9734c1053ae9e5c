//! A virtual machine with one vCPU, which does one access at a time.
#![allow(unsafe_code, reason = "the guest's memory is handed to KVM by its address")]

use crate::executor::{self, selector};
use crate::ram;
use kvm_bindings::{CpuId, KVM_MAX_CPUID_ENTRIES, kvm_dtable, kvm_segment, kvm_userspace_memory_region};
use kvm_ioctls::{Error, Kvm, VcpuExit, VcpuFd, VmFd};
use pt_core::GuestRam;
use pt_plan::{AccessKind, Privilege, Probe};
use vm_memory::{GuestMemoryBackend, GuestMemoryRegion};

/// Vector of a page fault.
const PAGE_FAULT: u16 = 14;

/// Bits of the control registers, SDM 3A 2.5 and 2.2.1.
mod bits {
    pub const CR0_PE_MP_ET_NE_WP_PG: u64 = 0x8001_0033;
    pub const CR4_PAE: u64 = 1 << 5;
    pub const CR4_OSFXSR: u64 = 1 << 9;
    pub const CR4_LA57: u64 = 1 << 12;
    pub const EFER_LME_LMA_NXE: u64 = 0xd00;
    pub const RFLAGS_IOPL3: u64 = 3 << 12 | 1 << 1;
}

/// What a probe came to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Outcome {
    /// It was let through; RBX afterwards.
    Done(u64),
    /// A page fault: error code and CR2.
    PageFault { error: u64, address: u64 },
    /// Another exception, by its vector.
    Exception(u16),
    /// Anything else.
    Other(String),
}

/// A virtual machine. Its vCPU has translated nothing yet.
pub struct Machine<'a> {
    ram: &'a GuestRam,
    vcpu: VcpuFd,
    cpuid: CpuId,
    // The memory stays the guest's as long as the vCPU lives.
    _vm: VmFd,
}

impl<'a> Machine<'a> {
    /// A machine with `ram` as its memory.
    pub fn new(kvm: &Kvm, ram: &'a GuestRam) -> Result<Self, Error> {
        let vm = kvm.create_vm()?;
        for (slot, region) in ram.memory().iter().enumerate() {
            let region = kvm_userspace_memory_region {
                slot: slot as u32,
                flags: 0,
                guest_phys_addr: region.start_addr().0,
                memory_size: region.len(),
                userspace_addr: region.as_ptr() as u64,
            };
            // SAFETY: the region is mapped, and stays so: the machine borrows what owns it. The host reads and writes
            // it by volatile or atomic accesses only.
            unsafe { vm.set_user_memory_region(region)? };
        }
        let vcpu = vm.create_vcpu(0)?;
        let cpuid = kvm.get_supported_cpuid(KVM_MAX_CPUID_ENTRIES)?;
        vcpu.set_cpuid2(&cpuid)?;
        Ok(Self { ram, vcpu, cpuid, _vm: vm })
    }

    /// Whether leaves of 1 GiB translate: CPUID leaf 8000 0001H, EDX bit 26.
    pub fn has_1g_pages(&self) -> bool {
        self.cpuid.as_slice().iter().any(|leaf| leaf.function == 0x8000_0001 && leaf.edx & 1 << 26 != 0)
    }

    /// Whether there are five levels: CPUID leaf 7, ECX bit 16.
    pub fn has_five_levels(&self) -> bool {
        self.cpuid.as_slice().iter().any(|leaf| leaf.function == 7 && leaf.index == 0 && leaf.ecx & 1 << 16 != 0)
    }

    /// Bits of a physical address: CPUID leaf 8000 0008H, EAX.
    pub fn physical_bits(&self) -> u32 {
        let leaf = self.cpuid.as_slice().iter().find(|leaf| leaf.function == 0x8000_0008);
        leaf.map_or(36, |leaf| leaf.eax & 0xff)
    }

    /// Puts the vCPU into long mode with these tables.
    pub fn enter(&self, root: u64, five_levels: bool, privilege: Privilege) -> Result<(), Error> {
        let mut registers = self.vcpu.get_sregs()?;
        registers.cr0 = bits::CR0_PE_MP_ET_NE_WP_PG;
        registers.cr2 = 0;
        registers.cr3 = root;
        registers.cr4 = bits::CR4_PAE | bits::CR4_OSFXSR | if five_levels { bits::CR4_LA57 } else { 0 };
        registers.efer = bits::EFER_LME_LMA_NXE;
        let (code, data) = match privilege {
            Privilege::Supervisor => (selector::SUPERVISOR_CODE, selector::SUPERVISOR_DATA),
            Privilege::User => (selector::USER_CODE, selector::USER_DATA),
        };
        registers.cs = kvm_segment { l: 1, db: 0, type_: 11, ..flat(code) };
        let data = flat(data);
        (registers.ds, registers.es, registers.fs, registers.gs, registers.ss) = (data, data, data, data, data);
        let (base, limit) = executor::TASK;
        let task = kvm_segment { s: 0, g: 0, db: 0, type_: 11, ..flat(selector::TASK) };
        registers.tr = kvm_segment { base, limit: limit.into(), ..task };
        registers.ldt = kvm_segment { unusable: 1, ..kvm_segment::default() };
        registers.gdt = descriptors(executor::GDTR);
        registers.idt = descriptors(executor::IDTR);
        self.vcpu.set_sregs(&registers)
    }

    /// What KVM's own walker says that an address translates to, at the tables that were entered.
    pub fn translate(&self, address: u64) -> Result<Option<u64>, Error> {
        let found = self.vcpu.translate_gva(address)?;
        Ok((found.valid != 0).then_some(found.physical_address))
    }

    /// Does one access, with `value` in RBX.
    pub fn probe(&mut self, probe: Probe, value: u64) -> Result<Outcome, Error> {
        let mut registers = self.vcpu.get_regs()?;
        registers.rip = executor::code(probe.kind, probe.privilege);
        registers.rax = probe.address;
        registers.rbx = value;
        registers.rsp = executor::STACK_TOP;
        registers.rflags = bits::RFLAGS_IOPL3;
        self.vcpu.set_regs(&registers)?;
        let port = match self.vcpu.run()? {
            VcpuExit::IoOut(port, _) => port,
            exit => return Ok(Outcome::Other(format!("{exit:?}"))),
        };
        let registers = self.vcpu.get_regs()?;
        match port.checked_sub(executor::FAULT) {
            None => Ok(Outcome::Done(registers.rbx)),
            Some(PAGE_FAULT) => {
                let error = ram::read(self.ram, registers.rsp - executor::WINDOW);
                Ok(Outcome::PageFault { error, address: self.vcpu.get_sregs()?.cr2 })
            }
            Some(vector) => Ok(Outcome::Exception(vector)),
        }
    }
}

/// The error code of a page fault, SDM 3A 5.7.
pub fn error_code(present: bool, kind: AccessKind, privilege: Privilege) -> u64 {
    u64::from(present)
        | u64::from(kind == AccessKind::Store) << 1
        | u64::from(privilege == Privilege::User) << 2
        | u64::from(kind == AccessKind::Fetch) << 4
}

/// A data segment of all addresses; its level of privilege is that of its selector.
fn flat(selector: u16) -> kvm_segment {
    let dpl = selector as u8 & 3;
    kvm_segment { limit: u32::MAX, selector, type_: 3, present: 1, dpl, db: 1, s: 1, g: 1, ..kvm_segment::default() }
}

fn descriptors((base, limit): executor::Table) -> kvm_dtable {
    kvm_dtable { base, limit, padding: [0; 3] }
}
