//! How an image is entered, and what the loader says about the machine.
//!
//! The loader follows Multiboot 0.6.96: QEMU's `-kernel`, or a reset ROM that does the same. The entry, in `boot.s`,
//! maps the first 4 GiB identically, with five levels of paging if the CPU has them, and calls the image's main
//! function on a stack of 128 KiB with interrupts off.
#![allow(unsafe_code, reason = "boot information lies where the loader says")]

use core::ffi::{CStr, c_char};
use core::ptr::with_exposed_provenance;

// Absolute addresses of 32 bits, which an ordinary program cannot be linked with.
#[cfg(feature = "image")]
core::arch::global_asm!(include_str!("boot.s"));

/// The head of the boot information, section 3.3.
#[repr(C)]
struct Information {
    flags: u32,
    memory_lower: u32,
    /// In KiB, from 1 MiB on. Valid if bit 0 of the flags is set.
    memory_upper: u32,
    boot_device: u32,
    /// Physical address of a string that ends with a zero. Valid if bit 2 of the flags is set.
    command_line: u32,
}

unsafe extern "C" {
    static boot_information: u32;
    static image_end: u8;
    static descriptor_table: u8;
    static task_state: u8;
}

/// What the loader says.
fn information() -> Option<&'static Information> {
    // SAFETY: the entry has written it before any Rust code ran, and nobody writes it again.
    let address = unsafe { boot_information };
    let information = with_exposed_provenance::<Information>(address as usize);
    // SAFETY: it is what the loader left in EBX: null, or the address of its information, which lies in the first
    // 4 GiB, is mapped, and is not used for anything else.
    unsafe { information.as_ref() }
}

/// The options that the image was started with, or none.
#[must_use]
pub fn command_line() -> &'static str {
    let Some(information) = information().filter(|information| information.flags & 4 != 0) else { return "" };
    let text = with_exposed_provenance::<c_char>(information.command_line as usize);
    // SAFETY: the flag says that the loader has put a string there, which ends with a zero.
    unsafe { CStr::from_ptr(text) }.to_str().unwrap_or("")
}

/// The first address behind the image and its static variables.
#[must_use]
pub fn image_end_address() -> u64 {
    (&raw const image_end).addr() as u64
}

/// The first address behind the machine's memory, as far as it is contiguous from 1 MiB on.
#[must_use]
pub fn memory_end_address() -> u64 {
    match information() {
        Some(information) if information.flags & 1 != 0 => (1 << 20) + (u64::from(information.memory_upper) << 10),
        _ => 32 << 20,
    }
}

/// Selector of the 64-bit code segment.
pub const CODE_SELECTOR: u16 = 0x08;
/// Selector of the data segment.
pub const DATA_SELECTOR: u16 = 0x10;
/// Selector of the task state segment.
pub const TASK_SELECTOR: u16 = 0x18;

/// Base of the global descriptor table.
#[must_use]
pub fn descriptor_table_address() -> u64 {
    (&raw const descriptor_table).addr() as u64
}

/// Base of the task state segment.
#[must_use]
pub fn task_state_address() -> u64 {
    (&raw const task_state).addr() as u64
}
