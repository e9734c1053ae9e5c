//! The twin of [`map_page`](crate::map::map_page).

use super::{FRAME, LARGE, Mmu, PRESENT, load, word};
use crate::pool::Pool;
use core::sync::atomic::{AtomicU64, Ordering};
use pt_core::Record;
use pt_core::memory::UNCOUNTED;
use pt_tdx::{Gpaw, Level};

/// Suppress-#VE: what an empty entry is.
const ABSENT: u64 = 1 << 63;
/// Read and write, write-back, suppress-#VE.
const LEAF: u64 = 3 | 6 << 3 | ABSENT;
/// What links a table: read, write, execute, suppress-#VE.
const LINK: u64 = PRESENT | ABSENT;

/// The table of the last level that was worked on last, and the number of its entries in use.
#[derive(Debug)]
pub struct Place<'m> {
    mmu: &'m Mmu,
    pool: &'m Pool,
    records: *const Record<AtomicU64>,
    /// The first address that the table translates; all ones for no table.
    first: u64,
    table: u64,
    count: u64,
}

/// A page that was not mapped, and why.
#[derive(Debug)]
pub struct Refused {
    /// The frame of the page.
    pub frame: u64,
    /// What stood in the way.
    pub obstacle: Obstacle,
}

/// What can stand in the way.
#[derive(Debug)]
pub enum Obstacle {
    /// The frame is not one.
    FrameDoesNotFit,
    /// The address is wider than the tree.
    OutsideTree,
    /// There is no page for a table of this level.
    OutOfTables(Level),
    /// The entry for an address at a level.
    Entry {
        /// The first address behind the entry.
        at: u64,
        /// The level of the entry.
        level: Level,
        /// The entry.
        raw: u64,
    },
}

impl<'m> Place<'m> {
    /// No table. The record of frame 0 is, or would be, at `records`.
    #[must_use]
    pub const fn new(mmu: &'m Mmu, pool: &'m Pool, records: *const Record<AtomicU64>) -> Self {
        Self { mmu, pool, records, first: u64::MAX, table: 0, count: 0 }
    }
}

/// Maps a page of 4 KiB.
///
/// # Errors
/// If the frame does not fit, something is mapped there, or a table is missing and there is no page for it.
///
/// # Safety
/// The tree, all that it links and the frames of the pool are tables in the memory of the tree, and each has a
/// record.
#[inline(never)]
pub unsafe fn twin_map(place: &mut Place<'_>, address: u64, frame: u64) -> Result<(), Refused> {
    let offset = address.wrapping_sub(place.first);
    if frame & FRAME == frame && offset >> 21 == 0 {
        // SAFETY: the table is one of the tree, and the index is that of one of its 512 entries.
        let entry = unsafe { word(place.mmu.base, place.table, offset >> 12) };
        if entry.load(Ordering::Acquire) == ABSENT {
            entry.store(frame | LEAF, Ordering::Release);
            place.count += 1;
            return Ok(());
        }
    }
    // SAFETY: the caller's promise is passed on.
    unsafe { map_from_root(place, address, frame) }
}

/// Maps in another table than the held one, or says why it cannot be done.
///
/// # Safety
/// As [`twin_map`].
#[cold]
#[inline(never)]
unsafe fn map_from_root(place: &mut Place<'_>, address: u64, frame: u64) -> Result<(), Refused> {
    if frame & FRAME != frame {
        return Err(Refused { frame, obstacle: Obstacle::FrameDoesNotFit });
    }
    // SAFETY: the caller's promise is passed on.
    if let Err(obstacle) = unsafe { find(place, address) } {
        return Err(Refused { frame, obstacle });
    }
    // SAFETY: the table is one of the tree, and the index is that of one of its 512 entries.
    let entry = unsafe { word(place.mmu.base, place.table, address >> 12 & 511) };
    let raw = entry.load(Ordering::Acquire);
    if raw & PRESENT != 0 {
        return Err(Refused { frame, obstacle: Obstacle::Entry { at: address, level: Level::Pt, raw } });
    }
    entry.store(frame | LEAF, Ordering::Release);
    place.count += u64::from(raw == ABSENT);
    Ok(())
}

/// Finds the table of the last level, makes what is missing on the way, and exchanges the counts.
///
/// # Safety
/// As [`twin_map`].
unsafe fn find(place: &mut Place<'_>, address: u64) -> Result<(), Obstacle> {
    const LEVELS: [Level; 4] = [Level::Pd, Level::Pdpt, Level::Pml4, Level::Pml5];
    // SAFETY: the caller vouches for the records.
    let live = |frame: u64| unsafe { &(*place.records.wrapping_add((frame >> 12) as usize)).live };
    if place.first != u64::MAX {
        live(place.table).store(place.count, Ordering::Release);
        place.first = u64::MAX;
    }
    let (levels, width) = match place.mmu.geometry {
        Gpaw::Bits48 => (&LEVELS[..3], 48),
        Gpaw::Bits48FiveLevels | Gpaw::Bits52 => (&LEVELS[..], 52),
    };
    if address >> width != 0 {
        return Err(Obstacle::OutsideTree);
    }
    let mut table = place.mmu.root;
    for (shift, &level) in (0..levels.len()).map(|number| 21 + 9 * number).zip(levels).rev() {
        let index = address >> shift & 511;
        // SAFETY: the table is one of the tree, and the index is that of one of its 512 entries.
        let mut entry = unsafe { load(place.mmu.base, table, index) };
        if entry & PRESENT == 0 {
            let new = place.pool.take().ok_or(Obstacle::OutOfTables(level))?;
            for index in 0..512 {
                // SAFETY: the frames of the pool are tables.
                unsafe { word(place.mmu.base, new, index) }.store(ABSENT, Ordering::Relaxed);
            }
            live(new).store(0, Ordering::Relaxed);
            entry = new | LINK;
            // SAFETY: as for the load.
            unsafe { word(place.mmu.base, table, index) }.store(entry, Ordering::Release);
            live(table).fetch_add(1, Ordering::Relaxed);
        }
        if level == Level::Pd && entry & LARGE != 0 {
            return Err(Obstacle::Entry { at: address, level, raw: entry });
        }
        table = entry & FRAME;
    }
    place.count = live(table).swap(UNCOUNTED, Ordering::AcqRel);
    place.table = table;
    place.first = address & !0x1f_ffff;
    Ok(())
}
