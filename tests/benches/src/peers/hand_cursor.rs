//! The walker by hand, with the tricks that pay: the table of the last level is held, walks go by a mask of 64
//! entries, harvests skip clean cache lines, and a table that is wholly covered is unlinked in one store.

use super::entry::{DIRTY, FRAME, LARGE, LEAF, PRESENT, WRITE, index};
use super::hand::Hand;
use crate::memory::Slot;
use crate::peer::{BLOCK, Log, PAGE, Peer, Size, TO_BLOCK, TO_FRAME};
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::Relaxed;

/// The walker and the table that it holds.
pub struct HandCursor {
    hand: Hand,
    /// The first address that the held table translates; all ones for none.
    first: u64,
    table: u64,
}

impl HandCursor {
    /// The entry of `level` for an address.
    #[inline(always)]
    fn entry(&mut self, at: u64, level: u32) -> &AtomicU64 {
        let shift = 21 + 9 * level;
        if at >> shift != self.first >> shift {
            self.table = self.hand.table_for(at, level);
            self.first = at;
        }
        self.hand.entry(self.table, at, level)
    }

    /// Visits the leaves of a table of the last level.
    #[inline(always)]
    fn pages(&self, table: u64, start: u64, mut visit: impl FnMut(u64, u64, &AtomicU64)) {
        for group in (0..512).step_by(64) {
            let present = |slot| (self.hand.words().at(table, group + slot).load(Relaxed) & PRESENT) << slot;
            let mut mask = (0..64).fold(0_u64, |mask, slot| mask | present(slot));
            while mask != 0 {
                let slot = group + mask.trailing_zeros() as usize;
                let entry = self.hand.words().at(table, slot);
                visit(start + slot as u64 * PAGE, entry.load(Relaxed), entry);
                mask &= mask - 1;
            }
        }
    }

    /// Visits the written leaves of a table of the last level.
    #[inline(always)]
    fn written(&self, table: u64, start: u64, mut visit: impl FnMut(u64, u64, &AtomicU64)) {
        for line in (0..512).step_by(8) {
            let any = (line..line + 8).fold(0, |any, slot| any | self.hand.words().at(table, slot).load(Relaxed));
            if any & DIRTY == 0 {
                continue;
            }
            for slot in line..line + 8 {
                let entry = self.hand.words().at(table, slot);
                let raw = entry.load(Relaxed);
                if raw & (PRESENT | DIRTY) == PRESENT | DIRTY {
                    visit(start + slot as u64 * PAGE, raw, entry);
                }
            }
        }
    }

    /// Visits the entries that point to tables of the last level, and those that map blocks.
    fn tables(&self, table: u64, start: u64, level: u32, visit: &mut impl FnMut(u64, u64)) {
        for slot in 0..512 {
            let raw = self.hand.words().at(table, slot).load(Relaxed);
            if raw & PRESENT == 0 {
                continue;
            }
            let at = start + ((slot as u64) << (12 + 9 * level));
            if level == 1 || raw & LARGE != 0 {
                visit(at, raw);
            } else {
                self.tables(raw & FRAME, at, level - 1, visit);
            }
        }
    }
}

impl Peer for HandCursor {
    const NAME: &'static str = "hand, cursor";
    type Address = u64;

    fn new(memory: &Slot) -> Self {
        Self { hand: Hand::new(memory), first: u64::MAX, table: 0 }
    }

    fn address(at: u64) -> u64 {
        at
    }

    #[inline(always)]
    fn translate(&self, at: u64) -> u64 {
        self.hand.translate(at)
    }

    #[inline(always)]
    fn translate_all(&self, addresses: &[u64]) -> u64 {
        self.hand.translate_all(addresses)
    }

    #[inline(always)]
    fn translate_chain(&self, addresses: &[u64]) -> u64 {
        self.hand.translate_chain(addresses)
    }

    #[inline(always)]
    fn map(&mut self, pages: &[u64]) -> Option<()> {
        for &at in pages {
            let entry = self.entry(at, 0);
            if entry.load(Relaxed) != 0 {
                return None;
            }
            entry.store((at + TO_FRAME) | LEAF, Relaxed);
        }
        Some(())
    }

    #[inline(always)]
    fn map_blocks(&mut self, blocks: &[u64]) -> Option<()> {
        for &at in blocks {
            let entry = self.entry(at, 1);
            if entry.load(Relaxed) != 0 {
                return None;
            }
            entry.store((at + TO_BLOCK) | LEAF | LARGE, Relaxed);
        }
        self.first = u64::MAX;
        Some(())
    }

    #[inline(always)]
    fn map_range(&mut self, size: Size, bytes: u64) -> Option<()> {
        self.hand.map_range(size, bytes)
    }

    #[inline(always)]
    fn unmap(&mut self, pages: &[u64]) -> Option<u64> {
        let mut frames = 0_u64;
        for &at in pages {
            let entry = self.entry(at, 0);
            let raw = entry.load(Relaxed);
            if raw & PRESENT == 0 {
                return None;
            }
            entry.store(0, Relaxed);
            frames = frames.wrapping_add(raw & FRAME);
        }
        Some(frames)
    }

    #[inline(always)]
    fn clear_range(&mut self, at: u64, bytes: u64) -> Option<()> {
        let (mut at, end) = (at, at + bytes);
        while at < end {
            if at % BLOCK != 0 || end - at < BLOCK {
                let next = ((at + BLOCK) & !(BLOCK - 1)).min(end);
                self.hand.clear_range(at, next - at)?;
                at = next;
                continue;
            }
            let directory = self.hand.table_for(at, 1);
            for slot in index(at, 1)..512.min(index(at, 1) + ((end - at) / BLOCK) as usize) {
                self.hand.words().at(directory, slot).store(0, Relaxed);
                at += BLOCK;
            }
        }
        self.first = u64::MAX;
        Some(())
    }

    #[inline(always)]
    fn protect(&mut self, pages: &[u64]) -> Option<()> {
        for &at in pages {
            let entry = self.entry(at, 0);
            let raw = entry.load(Relaxed);
            if raw & PRESENT == 0 {
                return None;
            }
            entry.store(raw & !WRITE, Relaxed);
        }
        Some(())
    }

    #[inline(always)]
    fn protect_range(&mut self, bytes: u64) -> Option<()> {
        self.hand.protect_range(bytes)
    }

    fn walk(&self, log: &mut Log) -> Option<()> {
        self.tables(self.hand.root(), 0, 3, &mut |start, raw| {
            if raw & LARGE != 0 {
                return log.push(start, raw & FRAME, raw & WRITE != 0);
            }
            self.pages(raw & FRAME, start, |at, raw, _| log.push(at, raw & FRAME, raw & WRITE != 0));
        });
        Some(())
    }

    fn mark_clean(&mut self, pages: &[u64]) -> Option<()> {
        self.hand.mark_clean(pages)
    }

    fn harvest(&mut self, log: &mut Log) -> Option<()> {
        self.tables(self.hand.root(), 0, 3, &mut |start, raw| {
            if raw & LARGE != 0 {
                return; // no blocks are mapped where pages are logged
            }
            self.written(raw & FRAME, start, |at, raw, entry| {
                entry.fetch_and(!DIRTY, Relaxed);
                log.push(at, raw & FRAME, raw & WRITE != 0);
            });
        });
        Some(())
    }
}
