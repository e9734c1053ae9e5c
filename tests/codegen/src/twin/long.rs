//! The twin of [`translate_x86_64`](crate::translate::translate_x86_64).

use super::{FRAME, LARGE, load};
use core::sync::atomic::AtomicU64;
use pt_x86_64::Level;

/// Where a tree and its memory are.
#[derive(Debug)]
pub struct LongMode {
    root: u64,
    base: *const AtomicU64,
    /// CR4.LA57.
    five_levels: bool,
}

/// Four or five levels, pages of three sizes, canonical addresses.
///
/// # Safety
/// The tree and all that it links are tables in the memory at `base`.
#[inline(never)]
#[must_use]
pub unsafe fn twin_x86_64(mmu: &LongMode, address: u64) -> Option<(u64, Level)> {
    let unused = if mmu.five_levels { 7 } else { 16 };
    if ((address << unused).cast_signed() >> unused).cast_unsigned() != address {
        return None;
    }
    let mut table = mmu.root;
    if mmu.five_levels {
        // SAFETY: the root is a table of 512 entries.
        let entry = unsafe { load(mmu.base, table, address >> 48 & 511) };
        if entry & 1 == 0 {
            return None;
        }
        table = entry & FRAME;
    }
    // SAFETY: the root, or what a present entry of it points to, is a table of 512 entries.
    let entry = unsafe { load(mmu.base, table, address >> 39 & 511) };
    if entry & 1 == 0 {
        return None;
    }
    // SAFETY: a present entry of this level points to a table.
    let entry = unsafe { load(mmu.base, entry & FRAME, address >> 30 & 511) };
    if entry & 1 == 0 {
        return None;
    }
    if entry & LARGE != 0 {
        return Some((entry & 0x000f_ffff_c000_0000 | address & 0x3fff_ffff, Level::Pdpt));
    }
    // SAFETY: a present entry without the large bit points to a table.
    let entry = unsafe { load(mmu.base, entry & FRAME, address >> 21 & 511) };
    if entry & 1 == 0 {
        return None;
    }
    if entry & LARGE != 0 {
        return Some((entry & 0x000f_ffff_ffe0_0000 | address & 0x1f_ffff, Level::Pd));
    }
    // SAFETY: as above.
    let entry = unsafe { load(mmu.base, entry & FRAME, address >> 12 & 511) };
    if entry & 1 == 0 {
        return None;
    }
    Some((entry & FRAME | address & 0xfff, Level::Pt))
}
