//! The structure that holds a virtual CPU, and the state of the host that its exits restore.

use super::capability::Controls;
use super::field::Field;
use super::{Vmx, instruction, region};
use crate::missing::Missing;
use crate::register::{MSR_EFER, read_msr};
use crate::tables::Tables;
use crate::{boot, exception, register};

/// Primary processor-based controls, 25.6.2: there are secondary ones; `HLT` exits.
const SECONDARY: u32 = 1 << 31;
const HLT: u32 = 1 << 7;
/// Secondary ones: EPT.
const EPT: u32 = 1 << 1;
/// VM-exit controls, 25.7.1: the host is in 64-bit mode; EFER is saved, and loaded.
const HOST_64_BITS: u32 = 1 << 9;
const SAVE_EFER: u32 = 1 << 20;
const LOAD_HOST_EFER: u32 = 1 << 21;
/// VM-entry controls, 25.8.1: the guest is in IA-32e mode; EFER is loaded.
const GUEST_LONG_MODE: u32 = 1 << 9;
const LOAD_GUEST_EFER: u32 = 1 << 15;
/// The link pointer of a VMCS that has no other, 25.4.2.
const NO_LINK: u64 = u64::MAX;

/// The current VMCS of this CPU. The image has one.
#[derive(Debug)]
pub struct Vmcs(());

#[allow(unsafe_code, reason = "a VMCS says what the CPU does with host and guest")]
impl Vmcs {
    /// A VMCS with the controls of a guest in 64-bit mode with EPT, and the state of this host. It becomes the current
    /// one.
    ///
    /// # Errors
    /// [`Missing`] if the CPU lacks a control.
    pub(super) fn new(vmx: &Vmx, tables: &Tables) -> Result<Self, Missing> {
        let region = region(tables, vmx.capabilities());
        // SAFETY: the CPU is in VMX operation, and the region is one of its own.
        unsafe { instruction::vmclear(region) }.expect("the region is one for a VMCS");
        // SAFETY: as above; it is never given back.
        unsafe { instruction::vmptrld(region) }.expect("the region is one for a VMCS");
        let mut vmcs = Self(());
        vmcs.set_controls(vmx)?;
        vmcs.set_host_state();
        Ok(vmcs)
    }

    fn set_controls(&mut self, vmx: &Vmx) -> Result<(), Missing> {
        let can = vmx.capabilities();
        let exit = HOST_64_BITS | SAVE_EFER | LOAD_HOST_EFER;
        let values = [
            (Field::PIN_BASED_CONTROLS, can.controls(Controls::PIN_BASED, 0, "pin-based controls")?),
            (Field::PRIMARY_CONTROLS, can.controls(Controls::PRIMARY, SECONDARY | HLT, "exits of HLT")?),
            (Field::SECONDARY_CONTROLS, can.controls(Controls::SECONDARY, EPT, "EPT")?),
            (Field::EXIT_CONTROLS, can.controls(Controls::EXIT, exit, "exits that switch EFER")?),
            (
                Field::ENTRY_CONTROLS,
                can.controls(Controls::ENTRY, GUEST_LONG_MODE | LOAD_GUEST_EFER, "entries that switch EFER")?,
            ),
            // All exceptions are the guest's own.
            (Field::EXCEPTION_BITMAP, 0),
            (Field::PAGE_FAULT_ERROR_MASK, 0),
            (Field::PAGE_FAULT_ERROR_MATCH, 0),
            (Field::CR3_TARGET_COUNT, 0),
            (Field::EXIT_MSR_STORE_COUNT, 0),
            (Field::EXIT_MSR_LOAD_COUNT, 0),
            (Field::ENTRY_MSR_LOAD_COUNT, 0),
            (Field::ENTRY_INTERRUPTION, 0),
        ];
        for (field, value) in values {
            self.write(field, value.into());
        }
        self.write(Field::CR0_MASK, 0);
        self.write(Field::CR4_MASK, 0);
        self.write(Field::GUEST_VMCS_LINK, NO_LINK);
        Ok(())
    }

    /// What an exit restores, 25.5; the stack and the instruction are those of the entry.
    fn set_host_state(&mut self) {
        self.write(Field::HOST_CS, boot::CODE_SELECTOR.into());
        for field in [Field::HOST_ES, Field::HOST_SS, Field::HOST_DS, Field::HOST_FS, Field::HOST_GS] {
            self.write(field, boot::DATA_SELECTOR.into());
        }
        self.write(Field::HOST_TR, boot::TASK_SELECTOR.into());
        self.write(Field::HOST_CR0, register::cr0());
        self.write(Field::HOST_CR3, register::cr3());
        self.write(Field::HOST_CR4, register::cr4());
        // SAFETY: every CPU in 64-bit mode has the register.
        self.write(Field::HOST_EFER, unsafe { read_msr(MSR_EFER) });
        self.write(Field::HOST_TR_BASE, boot::task_state_address());
        self.write(Field::HOST_GDTR_BASE, boot::descriptor_table_address());
        self.write(Field::HOST_IDTR_BASE, exception::table_address());
        for unused in [
            Field::HOST_FS_BASE,
            Field::HOST_GS_BASE,
            Field::HOST_SYSENTER_CS,
            Field::HOST_SYSENTER_ESP,
            Field::HOST_SYSENTER_EIP,
        ] {
            self.write(unused, 0);
        }
    }

    /// Reads a field.
    ///
    /// # Panics
    /// If the CPU has no such field.
    #[must_use]
    pub fn read(&self, field: Field) -> u64 {
        // SAFETY: the CPU is in VMX operation: there is a current VMCS.
        unsafe { instruction::vmread(field) }.unwrap_or_else(|_| panic!("{field:?} cannot be read"))
    }

    /// Writes a field.
    ///
    /// # Panics
    /// If the CPU has no such field, or it cannot be written.
    #[allow(clippy::unused_self, reason = "as long as there is this value, there is a current VMCS")]
    pub(super) fn write(&mut self, field: Field, value: u64) {
        // SAFETY: the CPU is in VMX operation. This module and its siblings write the state of the host as it is, and
        // that of a guest, which runs only by an unsafe function.
        unsafe { instruction::vmwrite(field, value) }.unwrap_or_else(|_| panic!("{field:?} cannot be written"));
    }
}
