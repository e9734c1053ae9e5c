//! The instructions of VMX, SDM 3C chapter 31.
#![allow(unsafe_code, reason = "instructions that no safe function stands for")]

use super::field::Field;
use core::arch::asm;
use pt_core::Hpa;

/// CR4: VMX is enabled.
const CR4_VMXE: u64 = 1 << 13;

/// An instruction of VMX was not done: it has left CF or ZF set, 31.2.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct Failed;

/// Of the flags that an instruction has left: neither CF nor ZF is set.
const fn done(above: u8) -> Result<(), Failed> {
    if above == 0 { Err(Failed) } else { Ok(()) }
}

/// Enters VMX operation.
///
/// # Safety
/// The CPU has VMX. The region is one for VMXON, which nothing else ever uses.
pub unsafe fn vmxon(region: Hpa) -> Result<(), Failed> {
    let address = region.as_u64();
    let above;
    // SAFETY: the caller vouches for the CPU and the region. The new bit of CR4 only enables instructions.
    unsafe {
        asm!(
            "mov {scratch}, cr4",
            "or {scratch}, {vmxe}",
            "mov cr4, {scratch}",
            "vmxon [{address}]",
            "seta {above}",
            scratch = out(reg) _,
            vmxe = const CR4_VMXE,
            address = in(reg) &raw const address,
            above = lateout(reg_byte) above,
            options(nostack),
        );
    }
    done(above)
}

/// Makes a VMCS one that was not launched, of which the CPU has nothing cached.
///
/// # Safety
/// The CPU is in VMX operation. The region is one for a VMCS.
pub unsafe fn vmclear(region: Hpa) -> Result<(), Failed> {
    let address = region.as_u64();
    let above;
    // SAFETY: the caller vouches for it.
    unsafe { asm!("vmclear [{}]", "seta {}", in(reg) &raw const address, lateout(reg_byte) above, options(nostack)) };
    done(above)
}

/// Makes a VMCS the current one.
///
/// # Safety
/// As for [`vmclear`]. Nothing else uses the region as long as it is current.
pub unsafe fn vmptrld(region: Hpa) -> Result<(), Failed> {
    let address = region.as_u64();
    let above;
    // SAFETY: the caller vouches for it.
    unsafe { asm!("vmptrld [{}]", "seta {}", in(reg) &raw const address, lateout(reg_byte) above, options(nostack)) };
    done(above)
}

/// Reads a field of the current VMCS.
///
/// # Safety
/// The CPU is in VMX operation.
pub unsafe fn vmread(field: Field) -> Result<u64, Failed> {
    let (value, above);
    // SAFETY: the caller vouches for it; reading has no effect.
    unsafe {
        asm!("vmread {}, {}", "seta {}", out(reg) value, in(reg) u64::from(field.0), lateout(reg_byte) above,
             options(nostack));
    }
    done(above).map(|()| value)
}

/// Writes a field of the current VMCS.
///
/// # Safety
/// The CPU is in VMX operation. What the next VM entry and VM exit make of the field breaks nothing.
pub unsafe fn vmwrite(field: Field, value: u64) -> Result<(), Failed> {
    let above;
    // SAFETY: the caller vouches for it.
    unsafe {
        asm!("vmwrite {}, {}", "seta {}", in(reg) u64::from(field.0), in(reg) value, lateout(reg_byte) above,
             options(nostack));
    }
    done(above)
}

/// Drops what the CPU has cached of all EPTs that hang off the root of `eptp`, 29.4.3.1.
///
/// # Safety
/// The CPU is in VMX operation, with EPT.
pub unsafe fn invept(eptp: u64) -> Result<(), Failed> {
    const SINGLE_CONTEXT: u64 = 1;
    let descriptor = [eptp, 0];
    let above;
    // SAFETY: the caller vouches for the CPU; forgetting translations is always right.
    unsafe {
        asm!("invept {}, [{}]", "seta {}", in(reg) SINGLE_CONTEXT, in(reg) &raw const descriptor,
             lateout(reg_byte) above, options(nostack));
    }
    done(above)
}
