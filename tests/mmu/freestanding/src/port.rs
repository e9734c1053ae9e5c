//! The I/O ports.
#![allow(unsafe_code, reason = "instructions that no safe function stands for")]

use core::arch::asm;

/// Reads a byte.
#[must_use]
pub fn read(port: u16) -> u8 {
    let value;
    // SAFETY: the image owns the machine, and none of its devices accesses memory by itself.
    unsafe { asm!("in al, dx", in("dx") port, out("al") value, options(nomem, nostack, preserves_flags)) };
    value
}

/// Writes a byte.
pub fn write(port: u16, value: u8) {
    // SAFETY: as above.
    unsafe { asm!("out dx, al", in("dx") port, in("al") value, options(nomem, nostack, preserves_flags)) };
}
