//! The twin of the freeze protocol: a bare compare-exchange. It has nobody to ask, and nothing to undo.

use super::{FRAME, LARGE, Mmu, PRESENT, load, word};
use core::sync::atomic::{AtomicU64, Ordering};
use pt_core::Record;
use pt_core::memory::UNCOUNTED;
use pt_tdx::Gpaw;

/// Suppress-#VE: what an empty entry is.
const ABSENT: u64 = 1 << 63;
/// What the VMM remembers of a page.
const LEAF: u64 = PRESENT | LARGE | ABSENT;

/// Maps a page of 4 KiB in a table that is there. Returns what was found instead, if it could not.
///
/// # Errors
/// The entry that is in the way.
///
/// # Safety
/// The tree and all that it links are tables in the memory of the tree, and each has a record.
#[inline(never)]
pub unsafe fn twin_exchange(
    mmu: &Mmu,
    records: *const Record<AtomicU64>,
    address: u64,
    frame: u64,
) -> Result<u64, u64> {
    // SAFETY: the caller's promise is passed on.
    unsafe { exchange(mmu, records, address, frame, || ()) }
}

/// The same, and writes the frame to a mirror.
///
/// # Errors
/// The entry that is in the way.
///
/// # Safety
/// As [`twin_exchange`].
#[inline(never)]
pub unsafe fn twin_mirror(
    mmu: &Mmu,
    records: *const Record<AtomicU64>,
    address: u64,
    frame: u64,
    mirror: &mut u64,
) -> Result<u64, u64> {
    // SAFETY: the caller's promise is passed on.
    unsafe { exchange(mmu, records, address, frame, || *mirror = frame) }
}

/// # Safety
/// As [`twin_exchange`].
#[inline(always)]
unsafe fn exchange(
    mmu: &Mmu,
    records: *const Record<AtomicU64>,
    address: u64,
    frame: u64,
    tell: impl FnOnce(),
) -> Result<u64, u64> {
    let present = |entry| entry & PRESENT == PRESENT;
    let mut table = mmu.root;
    if mmu.geometry == Gpaw::Bits48 {
        if address >> 48 != 0 {
            return Err(ABSENT);
        }
    } else {
        if address >> 52 != 0 {
            return Err(ABSENT);
        }
        // SAFETY: the root has 16 entries that an address can reach.
        let entry = unsafe { load(mmu.base, table, address >> 48) };
        if !present(entry) {
            return Err(entry);
        }
        table = entry & FRAME;
    }
    for shift in [39, 30, 21] {
        // SAFETY: the table is one of the tree, and the index is that of one of its 512 entries.
        let entry = unsafe { load(mmu.base, table, address >> shift & 511) };
        if !present(entry) || shift == 21 && entry & LARGE != 0 {
            return Err(entry);
        }
        table = entry & FRAME;
    }
    // SAFETY: as above.
    let entry = unsafe { word(mmu.base, table, address >> 12 & 511) };
    let was = entry.load(Ordering::Acquire);
    if present(was) || frame & FRAME != frame {
        return Err(was);
    }
    entry.compare_exchange(was, frame | LEAF, Ordering::AcqRel, Ordering::Acquire)?;
    tell();
    // SAFETY: the caller vouches for the records.
    let record = unsafe { &*records.wrapping_add((table >> 12) as usize) };
    if record.counted().is_some() {
        record.live.store(UNCOUNTED, Ordering::Release);
    }
    Ok(frame)
}
