//! What callgrind is told by the program that it counts: where to begin, where to end, and what it was.
//!
//! A request is a sequence of instructions that does nothing, and that valgrind knows (valgrind.h, "client requests");
//! outside of valgrind it does nothing indeed.
#![allow(unsafe_code, reason = "a request is a sequence of instructions that Rust has no name for")]

use std::arch::asm;
use std::ffi::CStr;

/// Requests of callgrind begin with its letters (callgrind.h).
const CALLGRIND: u64 = (b'C' as u64) << 24 | (b'T' as u64) << 16;
const TOGGLE_COLLECT: u64 = CALLGRIND + 2;
const DUMP_STATS_AT: u64 = CALLGRIND + 3;

#[inline(always)]
fn request(request: u64, argument: u64) {
    let block = [request, argument, 0, 0, 0, 0];
    // SAFETY: the rotations add up to 128 bits and the exchange is with itself, so that no register changes but the
    // one for the answer, and the block lives as long as valgrind may read it.
    unsafe {
        asm!(
            "rol rdi, 3", "rol rdi, 13", "rol rdi, 61", "rol rdi, 51", "xchg rbx, rbx",
            in("rax") block.as_ptr(), inout("rdx") 0_u64 => _,
        );
    }
}

/// Counts the instructions of `run`, and writes them to a file of their own under `name`.
pub fn counted<R>(name: &CStr, run: impl FnOnce() -> R) -> R {
    request(TOGGLE_COLLECT, 0);
    let result = std::hint::black_box(run());
    request(TOGGLE_COLLECT, 0);
    request(DUMP_STATS_AT, name.as_ptr().addr() as u64);
    result
}
