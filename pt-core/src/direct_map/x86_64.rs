//! Scans of a table by hand, for x86-64.
//!
//! The compiler never folds an atomic load into the instruction that uses it, and makes no use of the carry flag here.
//! Inline assembly does both: a word takes one instruction where the compiler makes two, and two or three where it makes
//! five and a half. What it reads, it reads as [`AtomicU64`] would, word by word and aligned, which is atomic for the operand
//! of any instruction (Intel SDM Vol. 3A, "Guaranteed Atomic Operations"). It writes nothing but registers and flags.
//!
//! A harvest of dirty bits takes 21 instructions a leaf that is passed instead of 28; a walk of a sparse tree takes 45 instead of
//! the 70 that it would take with masks as the compiler makes them.

use core::arch::asm;
use core::sync::atomic::AtomicU64;

/// The union of the bits of the eight words from `index` on.
///
/// # Safety
/// They can be read, and are written only atomically.
#[inline(always)]
pub(super) unsafe fn union_of_line(table: *const AtomicU64, index: usize) -> u64 {
    let union: u64;
    // SAFETY: the caller promised it for all that is read; nothing is written.
    unsafe {
        asm!(
            "mov {union}, [{table} + 8 * {index}]",
            "or {union}, [{table} + 8 * {index} + 8]",
            "or {union}, [{table} + 8 * {index} + 16]",
            "or {union}, [{table} + 8 * {index} + 24]",
            "or {union}, [{table} + 8 * {index} + 32]",
            "or {union}, [{table} + 8 * {index} + 40]",
            "or {union}, [{table} + 8 * {index} + 48]",
            "or {union}, [{table} + 8 * {index} + 56]",
            table = in(reg) table,
            index = in(reg) index,
            union = out(reg) union,
            options(readonly, nostack),
        );
    }
    union
}

/// Which of the 64 words from `first` on are zero, the first of them in the lowest bit.
///
/// A word below 1 sets the carry flag, which is added to the mask of its line. Each line begins a mask of its own, so that no
/// instruction waits for those of another line: as one mask of 64 it took twice the time.
///
/// # Safety
/// They can be read, and are written only atomically.
#[inline(always)]
pub(super) unsafe fn zeroes(first: *const AtomicU64) -> u64 {
    let mask: u64;
    // SAFETY: the caller promised it for all that is read; nothing is written.
    unsafe {
        asm!(
            "2:",
            "cmp qword ptr [{end} + {at} + 56], 1; sbb {line:e}, {line:e}",
            "cmp qword ptr [{end} + {at} + 48], 1; adc {line:e}, {line:e}",
            "cmp qword ptr [{end} + {at} + 40], 1; adc {line:e}, {line:e}",
            "cmp qword ptr [{end} + {at} + 32], 1; adc {line:e}, {line:e}",
            "cmp qword ptr [{end} + {at} + 24], 1; adc {line:e}, {line:e}",
            "cmp qword ptr [{end} + {at} + 16], 1; adc {line:e}, {line:e}",
            "cmp qword ptr [{end} + {at} + 8], 1; adc {line:e}, {line:e}",
            "cmp qword ptr [{end} + {at}], 1; adc {line:e}, {line:e}",
            "mov {mask:l}, {line:l}; ror {mask}, 8",
            "add {at}, 64; jne 2b",
            end = in(reg) first.wrapping_add(64),
            at = inout(reg) -512_i64 => _,
            line = out(reg) _,
            mask = out(reg) mask,
            options(readonly, nostack),
        );
    }
    mask
}

/// Which of the 64 words from `first` on are not `value`, the first of them in the lowest bit.
///
/// # Safety
/// They can be read, and are written only atomically.
#[inline(always)]
pub(super) unsafe fn unlike(first: *const AtomicU64, value: u64) -> u64 {
    let mask: u64;
    // SAFETY: the caller promised it for all that is read; nothing is written.
    unsafe {
        asm!(
            "2:",
            "xor {bit:e}, {bit:e}",
            "cmp [{end} + {at} + 56], {value}; setne {bit:l}; mov {line:e}, {bit:e}",
            "cmp [{end} + {at} + 48], {value}; setne {bit:l}; lea {line:e}, [{bit} + 2 * {line}]",
            "cmp [{end} + {at} + 40], {value}; setne {bit:l}; lea {line:e}, [{bit} + 2 * {line}]",
            "cmp [{end} + {at} + 32], {value}; setne {bit:l}; lea {line:e}, [{bit} + 2 * {line}]",
            "cmp [{end} + {at} + 24], {value}; setne {bit:l}; lea {line:e}, [{bit} + 2 * {line}]",
            "cmp [{end} + {at} + 16], {value}; setne {bit:l}; lea {line:e}, [{bit} + 2 * {line}]",
            "cmp [{end} + {at} + 8], {value}; setne {bit:l}; lea {line:e}, [{bit} + 2 * {line}]",
            "cmp [{end} + {at}], {value}; setne {bit:l}; lea {line:e}, [{bit} + 2 * {line}]",
            "mov {mask:l}, {line:l}; ror {mask}, 8",
            "add {at}, 64; jne 2b",
            value = in(reg) value,
            end = in(reg) first.wrapping_add(64),
            at = inout(reg) -512_i64 => _,
            bit = out(reg) _,
            line = out(reg) _,
            mask = out(reg) mask,
            options(readonly, nostack),
        );
    }
    mask
}
