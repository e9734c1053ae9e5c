//! The twins of [`map_page`](crate::map::map_page) and [`map_page_x86_64`](crate::map::map_page_x86_64): one function
//! for two formats.

use super::{FRAME, LARGE, Mmu, load, word};
use crate::pool::Pool;
use core::sync::atomic::{AtomicU64, Ordering};
use pt_core::Record;
use pt_core::memory::UNCOUNTED;
use pt_tdx::{Gpaw, Level};

/// A format, as far as mapping a page depends on it.
trait Format {
    /// An entry is present if one of these is set.
    const PRESENT: u64;
    /// What an empty entry is.
    const ABSENT: u64;
    /// A page that can be read and written.
    const LEAF: u64;
    /// What links a table.
    const LINK: u64;
}

/// EPT: write-back, suppress-#VE.
enum Ept {}
impl Format for Ept {
    const PRESENT: u64 = super::PRESENT;
    const ABSENT: u64 = 1 << 63;
    const LEAF: u64 = 3 | 6 << 3 | Self::ABSENT;
    const LINK: u64 = Self::PRESENT | Self::ABSENT;
}

/// x86-64.
enum Long {}
impl Format for Long {
    const PRESENT: u64 = 1;
    const ABSENT: u64 = 0;
    const LEAF: u64 = 3;
    const LINK: u64 = 7;
}

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
    /// The first address that the table above the last one that was found translates; all ones for no table.
    above_first: u64,
    above: u64,
    /// The table that was worked on last without holding it.
    passed: u64,
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
        Self { mmu, pool, records, first: u64::MAX, table: 0, count: 0, above_first: u64::MAX, above: 0, passed: 0 }
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
    // SAFETY: the caller's promise is passed on.
    unsafe { map::<Ept>(place, address, frame) }
}

/// The same in x86-64 tables.
///
/// # Errors
/// As [`twin_map`].
///
/// # Safety
/// As [`twin_map`].
#[inline(never)]
pub unsafe fn twin_map_x86_64(place: &mut Place<'_>, address: u64, frame: u64) -> Result<(), Refused> {
    // SAFETY: the caller's promise is passed on.
    unsafe { map::<Long>(place, address, frame) }
}

/// # Safety
/// As [`twin_map`].
#[inline(always)]
unsafe fn map<F: Format>(place: &mut Place<'_>, address: u64, frame: u64) -> Result<(), Refused> {
    if frame & FRAME == frame {
        let offset = address.wrapping_sub(place.first);
        if offset >> 21 == 0 {
            // SAFETY: the table is one of the tree, and the index is that of one of its 512 entries.
            let entry = unsafe { word(place.mmu.base, place.table, offset >> 12) };
            if entry.load(Ordering::Acquire) == F::ABSENT {
                entry.store(frame | F::LEAF, Ordering::Release);
                place.count += 1;
                return Ok(());
            }
        }
        // SAFETY: the caller's promise is passed on.
        if unsafe { map_near::<F>(place, address, frame) } {
            return Ok(());
        }
    }
    // SAFETY: the caller's promise is passed on.
    unsafe { map_from_root::<F>(place, address, frame) }
}

/// Maps in a table that the table above leads to, unless it is the one that was passed last. Returns whether it did.
///
/// # Safety
/// As [`twin_map`].
#[inline(always)]
unsafe fn map_near<F: Format>(place: &mut Place<'_>, address: u64, frame: u64) -> bool {
    let offset = address.wrapping_sub(place.above_first);
    if offset >> 30 != 0 {
        return false;
    }
    // SAFETY: the table is one of the tree, and the index is that of one of its 512 entries.
    let above = unsafe { load(place.mmu.base, place.above, offset >> 21) };
    let table = above & FRAME;
    if above & LARGE != 0 || table == 0 || table == place.passed {
        return false;
    }
    // SAFETY: as above.
    let entry = unsafe { word(place.mmu.base, table, address >> 12 & 511) };
    if entry.load(Ordering::Acquire) != F::ABSENT {
        return false;
    }
    entry.store(frame | F::LEAF, Ordering::Release);
    // SAFETY: the caller vouches for the records.
    let live = unsafe { &(*place.records.wrapping_add((table >> 12) as usize)).live };
    live.store(live.load(Ordering::Relaxed).wrapping_add(1), Ordering::Relaxed);
    place.passed = table;
    true
}

/// Maps in another table than the held one, or says why it cannot be done.
///
/// # Safety
/// As [`twin_map`].
#[cold]
#[inline(never)]
unsafe fn map_from_root<F: Format>(place: &mut Place<'_>, address: u64, frame: u64) -> Result<(), Refused> {
    if frame & FRAME != frame {
        return Err(Refused { frame, obstacle: Obstacle::FrameDoesNotFit });
    }
    // SAFETY: the caller's promise is passed on.
    if let Err(obstacle) = unsafe { find::<F>(place, address) } {
        return Err(Refused { frame, obstacle });
    }
    // SAFETY: the table is one of the tree, and the index is that of one of its 512 entries.
    let entry = unsafe { word(place.mmu.base, place.table, address >> 12 & 511) };
    let raw = entry.load(Ordering::Acquire);
    if raw & F::PRESENT != 0 {
        return Err(Refused { frame, obstacle: Obstacle::Entry { at: address, level: Level::Pt, raw } });
    }
    entry.store(frame | F::LEAF, Ordering::Release);
    place.count += u64::from(raw == F::ABSENT);
    Ok(())
}

/// Finds the table of the last level, makes what is missing on the way, and exchanges the counts.
///
/// # Safety
/// As [`twin_map`].
unsafe fn find<F: Format>(place: &mut Place<'_>, address: u64) -> Result<(), Obstacle> {
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
        if entry & F::PRESENT == 0 {
            let new = place.pool.take().ok_or(Obstacle::OutOfTables(level))?;
            for index in 0..512 {
                // SAFETY: the frames of the pool are tables.
                unsafe { word(place.mmu.base, new, index) }.store(F::ABSENT, Ordering::Relaxed);
            }
            live(new).store(0, Ordering::Relaxed);
            entry = new | F::LINK;
            // SAFETY: as for the load.
            unsafe { word(place.mmu.base, table, index) }.store(entry, Ordering::Release);
            live(table).fetch_add(1, Ordering::Relaxed);
        }
        if level == Level::Pd {
            if entry & LARGE != 0 {
                return Err(Obstacle::Entry { at: address, level, raw: entry });
            }
            (place.above, place.above_first) = (table, address & !0x3fff_ffff);
        }
        table = entry & FRAME;
    }
    place.count = live(table).swap(UNCOUNTED, Ordering::AcqRel);
    place.table = table;
    place.first = address & !0x1f_ffff;
    Ok(())
}
