//! The same by hand: integers, masks and shifts.
#![allow(unsafe_code, reason = "what is done by hand here follows addresses without a type that vouches for them")]

pub mod exchange;
pub mod fill;
pub mod long;
pub mod map;

use crate::nested::nested;
use core::sync::atomic::{AtomicU64, Ordering};
use pt_tdx::{Gpaw, Level};

/// Bits 51:12 of an entry.
const FRAME: u64 = 0x000f_ffff_ffff_f000;
/// Read, write, execute.
const PRESENT: u64 = 7;
/// Bit 7: the entry maps a large page.
const LARGE: u64 = 0x80;

/// Where a tree and its memory are.
#[derive(Debug)]
pub struct Mmu {
    root: u64,
    base: *const AtomicU64,
    geometry: Gpaw,
}

impl Mmu {
    /// The tree with this root, in the memory where the physical address 0 is, or would be, at `base`.
    #[must_use]
    pub const fn new(root: u64, base: *const AtomicU64, geometry: Gpaw) -> Self {
        Self { root, base, geometry }
    }
}

/// One entry.
///
/// # Safety
/// A table lies at `base + table`, and has an entry `index`. It stays there for `'m`.
#[inline(always)]
unsafe fn word<'m>(base: *const AtomicU64, table: u64, index: u64) -> &'m AtomicU64 {
    let entry = base.wrapping_byte_add(table as usize).wrapping_add(index as usize);
    // SAFETY: the caller vouches for the table and the index.
    unsafe { &*entry }
}

/// Loads one entry.
///
/// # Safety
/// As [`word`].
#[inline(always)]
unsafe fn load(base: *const AtomicU64, table: u64, index: u64) -> u64 {
    // SAFETY: the caller vouches for the table and the index.
    unsafe { word(base, table, index) }.load(Ordering::Acquire)
}

/// Four levels, pages of three sizes: the twin of [`translate_nested`](crate::translate::translate_nested).
///
/// # Safety
/// The tree and all that it links are tables in the memory at `base`.
#[inline(never)]
#[must_use]
pub unsafe fn twin_nested(mmu: &Mmu, address: u64) -> Option<(u64, nested::Level)> {
    if address >> 48 != 0 {
        return None;
    }
    // SAFETY: the root is a table of 512 entries.
    let entry = unsafe { load(mmu.base, mmu.root, address >> 39) };
    if entry & PRESENT == 0 {
        return None;
    }
    // SAFETY: a present entry of the root points to a table.
    let entry = unsafe { load(mmu.base, entry & FRAME, address >> 30 & 511) };
    if entry & PRESENT == 0 {
        return None;
    }
    if entry & LARGE != 0 {
        return Some((entry & 0x000f_ffff_c000_0000 | address & 0x3fff_ffff, nested::Level::Pdpt));
    }
    // SAFETY: a present entry without the large bit points to a table.
    let entry = unsafe { load(mmu.base, entry & FRAME, address >> 21 & 511) };
    if entry & PRESENT == 0 {
        return None;
    }
    if entry & LARGE != 0 {
        return Some((entry & 0x000f_ffff_ffe0_0000 | address & 0x1f_ffff, nested::Level::Pd));
    }
    // SAFETY: as above.
    let entry = unsafe { load(mmu.base, entry & FRAME, address >> 12 & 511) };
    if entry & PRESENT == 0 {
        return None;
    }
    Some((entry & FRAME | address & 0xfff, nested::Level::Pt))
}

/// Four or five levels, pages of two sizes: the twin of [`translate_shared`](crate::translate::translate_shared).
///
/// # Safety
/// The tree and all that it links are tables in the memory at `base`.
#[inline(never)]
#[must_use]
pub unsafe fn twin_shared(mmu: &Mmu, address: u64) -> Option<(u64, Level)> {
    // SAFETY: the caller's promise is passed on.
    unsafe { walk(mmu, address, |entry| entry & PRESENT != 0) }
}

/// The twin of [`translate_private`](crate::translate::translate_private): present is all three bits.
///
/// # Safety
/// The tree and all that it links are tables in the memory at `base`.
#[inline(never)]
#[must_use]
pub unsafe fn twin_private(mmu: &Mmu, address: u64) -> Option<(u64, Level)> {
    // SAFETY: the caller's promise is passed on.
    unsafe { walk(mmu, address, |entry| entry & PRESENT == PRESENT) }
}

/// # Safety
/// The tree and all that it links are tables in the memory at `base`.
#[inline(always)]
unsafe fn walk(mmu: &Mmu, address: u64, present: impl Fn(u64) -> bool) -> Option<(u64, Level)> {
    let pml4 = match mmu.geometry {
        Gpaw::Bits48 => {
            if address >> 48 != 0 {
                return None;
            }
            mmu.root
        }
        Gpaw::Bits48FiveLevels | Gpaw::Bits52 => {
            if address >> 52 != 0 {
                return None;
            }
            // SAFETY: the root has 16 entries that an address can reach.
            let entry = unsafe { load(mmu.base, mmu.root, address >> 48) };
            if !present(entry) {
                return None;
            }
            entry & FRAME
        }
    };
    // SAFETY: the root, or what a present entry of it points to, is a table of 512 entries.
    let entry = unsafe { load(mmu.base, pml4, address >> 39 & 511) };
    if !present(entry) {
        return None;
    }
    // SAFETY: a present entry at this level points to a table.
    let entry = unsafe { load(mmu.base, entry & FRAME, address >> 30 & 511) };
    if !present(entry) {
        return None;
    }
    // SAFETY: as above.
    let entry = unsafe { load(mmu.base, entry & FRAME, address >> 21 & 511) };
    if !present(entry) {
        return None;
    }
    if entry & LARGE != 0 {
        return Some((entry & 0x000f_ffff_ffe0_0000 | address & 0x1f_ffff, Level::Pd));
    }
    // SAFETY: a present entry without the large bit points to a table.
    let entry = unsafe { load(mmu.base, entry & FRAME, address >> 12 & 511) };
    if !present(entry) {
        return None;
    }
    Some((entry & FRAME | address & 0xfff, Level::Pt))
}
