//! Exceptions of the CPU in the image itself: each is a bug, and is reported like one.
//!
//! The image runs with interrupts off, so that nothing but exceptions comes through the IDT (AMD APM volume 2, 8.2).
#![allow(unsafe_code, reason = "the IDT is loaded by an instruction, and its handlers are entered by the CPU")]

use crate::boot::CODE_SELECTOR;
use crate::exit::{Outcome, exit};
use crate::{println, register};
use core::arch::{asm, global_asm};
use core::sync::atomic::{AtomicU64, Ordering};

/// The exceptions that the architecture has vectors for.
const VECTORS: usize = 32;

/// One entry takes 16 bytes, AMD APM volume 2, 4.8.4.
static TABLE: [AtomicU64; 2 * VECTORS] = [const { AtomicU64::new(0) }; 2 * VECTORS];

// One stub a vector, 16 bytes apart. Each leaves the error code, or 0 where the CPU pushes none (8.2), and the vector.
global_asm!(
    ".pushsection .text.exception_stubs, \"ax\"",
    ".balign 16",
    "exception_stubs:",
    ".set vector, 0",
    ".rept 32",
    "  .balign 16",
    "  .if ((0x60227D00 >> vector) & 1) == 0",
    "  .byte 0x6A, 0", // push 0
    "  .endif",
    "  .byte 0x6A, vector", // push vector
    "  jmp 2f",
    "  .set vector, vector + 1",
    ".endr",
    "2:mov rdi, rsp",
    "  and rsp, -16",
    "  call {report}",
    ".popsection",
    report = sym report,
);

unsafe extern "C" {
    static exception_stubs: u8;
}

/// What the stub and the CPU have pushed, AMD APM volume 2, 8.9.
#[repr(C)]
struct Frame {
    vector: u64,
    error_code: u64,
    instruction_pointer: u64,
    code_selector: u64,
    flags: u64,
    stack_pointer: u64,
    stack_selector: u64,
}

extern "C" fn report(frame: &Frame) -> ! {
    println!(
        "exception {} with error code {:#x} at {:#x}, stack {:#x}, CR2 {:#x}",
        frame.vector,
        frame.error_code,
        frame.instruction_pointer,
        frame.stack_pointer,
        register::cr2(),
    );
    exit(Outcome::Panicked)
}

/// From now on exceptions are reported, where they would reset the machine before.
pub fn initialise() {
    const INTERRUPT_GATE: u64 = 0x8E00;
    for (vector, entry) in TABLE.chunks_exact(2).enumerate() {
        let handler = ((&raw const exception_stubs).addr() + 16 * vector) as u64;
        let low = handler & 0xFFFF | u64::from(CODE_SELECTOR) << 16 | INTERRUPT_GATE << 32 | handler >> 16 << 48;
        entry[0].store(low, Ordering::Relaxed);
        entry[1].store(handler >> 32, Ordering::Relaxed);
    }
    let pointer = Pointer { limit: (size_of_val(&TABLE) - 1) as u16, base: TABLE.as_ptr() };
    // SAFETY: each of the entries leads to a stub, which never returns, and the table is static.
    unsafe { asm!("lidt [{}]", in(reg) &raw const pointer, options(nostack, preserves_flags)) };
}

/// Where the IDT is.
#[must_use]
pub fn table_address() -> u64 {
    TABLE.as_ptr().addr() as u64
}

/// What `LIDT` loads.
#[repr(C, packed)]
struct Pointer {
    limit: u16,
    base: *const AtomicU64,
}
