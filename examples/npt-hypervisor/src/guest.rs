//! The guest: a program of some lines, in `guest.s`.
#![allow(unsafe_code, reason = "the program lies between two symbols")]

use core::arch::global_asm;
use core::slice;
use pt_core::Hpa;
use pt_freestanding::guest_memory::GuestMemory;

global_asm!(".pushsection .rodata.guest, \"a\"", include_str!("guest.s"), ".popsection");

/// Where the guest begins, a guest-physical address.
pub const ENTRY: u64 = 0x1000;
/// The guest's calls of the host, in RAX: it has written pages, RBX of them.
pub const WRITTEN: u64 = 0;
/// It has changed the page at RBX.
pub const CHANGED: u64 = 1;
/// Bytes of the instruction `vmmcall`.
pub const CALL_LENGTH: u64 = 3;

/// Copies the program into the guest's memory.
pub fn load(memory: GuestMemory) {
    memory.write(Hpa::new(memory.start().as_u64() + ENTRY), program());
}

fn program() -> &'static [u8] {
    unsafe extern "C" {
        static guest_start: u8;
        static guest_end: u8;
    }
    let (start, end) = (&raw const guest_start, &raw const guest_end);
    // SAFETY: the assembler puts the program between these two, in a section of constants.
    unsafe { slice::from_raw_parts(start, end.addr() - start.addr()) }
}
