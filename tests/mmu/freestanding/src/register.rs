//! Control registers and model-specific registers.
#![allow(unsafe_code, reason = "instructions that no safe function stands for")]

use core::arch::asm;
use core::arch::x86_64::__cpuid;

macro_rules! control_registers {
    ($($(#[$doc:meta])* $name:ident),*) => {$(
        $(#[$doc])*
        #[must_use]
        pub fn $name() -> u64 {
            let value;
            // SAFETY: reading has no effect; the image runs at CPL 0.
            unsafe {
                asm!(concat!("mov {}, ", stringify!($name)), out(reg) value, options(nomem, nostack, preserves_flags));
            }
            value
        }
    )*};
}

control_registers! {
    /// Paging and protection.
    cr0,
    /// The address of the last page fault.
    cr2,
    /// The root of the page tables.
    cr3,
    /// Extensions, those of paging among them.
    cr4
}

/// CR4: five levels of paging.
const CR4_LA57: u64 = 1 << 12;

/// Whether the image itself runs with five levels of paging. Nested tables of AMD CPUs have as many levels as the
/// host's (AMD APM volume 2, 15.25).
#[must_use]
pub fn five_level_paging() -> bool {
    cr4() & CR4_LA57 != 0
}

/// How many bits a physical address has: CPUID `8000_0008`, EAX. Those above are reserved in the entries of tables.
#[must_use]
pub fn physical_address_bits() -> u32 {
    __cpuid(0x8000_0008).eax & 0xFF
}

/// Reads a model-specific register.
///
/// # Safety
/// The CPU has the register.
#[must_use]
pub unsafe fn read_msr(number: u32) -> u64 {
    let (low, high): (u32, u32);
    // SAFETY: the caller vouches for the register; reading one has no effect.
    unsafe {
        asm!("rdmsr", in("ecx") number, out("eax") low, out("edx") high, options(nomem, nostack, preserves_flags));
    }
    u64::from(high) << 32 | u64::from(low)
}

/// Writes a model-specific register.
///
/// # Safety
/// The CPU has the register, takes the value, and what it changes breaks nothing that Rust code relies on.
pub unsafe fn write_msr(number: u32, value: u64) {
    // SAFETY: the caller vouches for it.
    unsafe {
        asm!("wrmsr", in("ecx") number, in("eax") value as u32, in("edx") (value >> 32) as u32,
             options(nostack, preserves_flags));
    }
}

/// The flags that decide what guest tables mean, as the host has them.
pub const MSR_EFER: u32 = 0xC000_0080;
