//! The project's own walker, written by hand for x86-64: what one writes who trusts every table, with relaxed
//! operations, no errors, and a walk from the root for each page. A range is two nested loops.

use super::entry::{DIRTY, FRAME, LARGE, LEAF, PRESENT, WRITE, index};
use crate::memory::{Slot, Words};
use crate::peer::{BLOCK, Log, PAGE, Peer, START, Size, TO_BLOCK, TO_FRAME, chain, sum};
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::{AcqRel, Relaxed};

/// The walker. Tables of the last level have level 0.
pub struct Hand {
    tables: Tables,
    slot: Slot,
}

/// What a lookup needs.
#[derive(Copy, Clone)]
struct Tables {
    root: u64,
    words: Words,
}

impl Tables {
    #[inline(always)]
    fn translate(&self, at: u64) -> u64 {
        let mut table = self.root;
        for level in (1..4).rev() {
            let raw = self.words.at(table, index(at, level)).load(Relaxed);
            if raw & PRESENT == 0 {
                return 0;
            }
            if level < 3 && raw & LARGE != 0 {
                let inside = (1 << (12 + 9 * level)) - 1;
                return raw & FRAME & !inside | at & inside;
            }
            table = raw & FRAME;
        }
        let raw = self.words.at(table, index(at, 0)).load(Relaxed);
        if raw & PRESENT == 0 { 0 } else { raw & FRAME | at & (PAGE - 1) }
    }
}

impl Hand {
    /// The entry of a table for an address.
    #[inline(always)]
    pub(crate) const fn entry(&self, table: u64, at: u64, level: u32) -> &AtomicU64 {
        self.tables.words.at(table, index(at, level))
    }

    pub(crate) const fn words(&self) -> &Words {
        &self.tables.words
    }

    pub(crate) const fn root(&self) -> u64 {
        self.tables.root
    }

    /// The table of `level` for an address, made if it is missing.
    #[inline(always)]
    pub(crate) fn table_for(&self, at: u64, level: u32) -> u64 {
        let mut table = self.tables.root;
        for above in (level + 1..4).rev() {
            let entry = self.entry(table, at, above);
            let mut raw = entry.load(Relaxed);
            if raw & PRESENT == 0 {
                raw = self.new_table() | PRESENT | WRITE;
                entry.store(raw, Relaxed);
            }
            table = raw & FRAME;
        }
        table
    }

    #[cold]
    fn new_table(&self) -> u64 {
        let table = self.slot.take().expect("a page for a table");
        self.tables.words.clear(table);
        table
    }

    /// The table of the last level for an address, if it is there.
    #[inline(always)]
    pub(crate) fn last_table(&self, at: u64) -> Option<u64> {
        let mut table = self.tables.root;
        for level in (1..4).rev() {
            let raw = self.entry(table, at, level).load(Relaxed);
            if raw & PRESENT == 0 || raw & LARGE != 0 {
                return None;
            }
            table = raw & FRAME;
        }
        Some(table)
    }

    /// Calls `visit` with each table of the last level in a range, and the indices of the range in it.
    #[inline(always)]
    fn last_tables(&self, at: u64, bytes: u64, mut visit: impl FnMut(u64, std::ops::Range<usize>)) -> Option<()> {
        let (mut at, end) = (at, at + bytes);
        while at < end {
            let next = ((at + BLOCK) & !(BLOCK - 1)).min(end);
            let first = index(at, 0);
            visit(self.last_table(at)?, first..first + ((next - at) / PAGE) as usize);
            at = next;
        }
        Some(())
    }

    /// Visits all leaves, with a branch for each entry.
    fn leaves(&self, table: u64, start: u64, level: u32, visit: &mut impl FnMut(u64, u64, &AtomicU64)) {
        for slot in 0..512 {
            let entry = self.tables.words.at(table, slot);
            let raw = entry.load(Relaxed);
            if raw & PRESENT == 0 {
                continue;
            }
            let at = start + ((slot as u64) << (12 + 9 * level));
            if level == 0 || raw & LARGE != 0 {
                visit(at, raw, entry);
            } else {
                self.leaves(raw & FRAME, at, level - 1, visit);
            }
        }
    }
}

impl Peer for Hand {
    const NAME: &'static str = "hand";
    type Address = u64;

    #[allow(unsafe_code, reason = "the words are only reached through tables")]
    fn new(memory: &Slot) -> Self {
        // SAFETY: tables come from the slot, and only table entries are followed. Indices have nine bits.
        let words = unsafe { Words::new() };
        let root = memory.take().expect("a page for the root");
        words.clear(root);
        Self { tables: Tables { root, words }, slot: memory.clone() }
    }

    fn address(at: u64) -> u64 {
        at
    }

    #[inline(always)]
    fn translate(&self, at: u64) -> u64 {
        self.tables.translate(at)
    }

    #[inline(always)]
    fn translate_all(&self, addresses: &[u64]) -> u64 {
        let tables = self.tables;
        sum(addresses, |at| tables.translate(at))
    }

    #[inline(always)]
    fn translate_chain(&self, addresses: &[u64]) -> u64 {
        let tables = self.tables;
        chain(addresses, |at| tables.translate(at))
    }

    #[inline(always)]
    fn map(&mut self, pages: &[u64]) -> Option<()> {
        for &at in pages {
            let entry = self.entry(self.table_for(at, 0), at, 0);
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
            let entry = self.entry(self.table_for(at, 1), at, 1);
            if entry.load(Relaxed) != 0 {
                return None;
            }
            entry.store((at + TO_BLOCK) | LEAF | LARGE, Relaxed);
        }
        Some(())
    }

    #[inline(always)]
    fn map_range(&mut self, size: Size, bytes: u64) -> Option<()> {
        let (level, bits) = if size == Size::Page { (0, LEAF) } else { (1, LEAF | LARGE) };
        let table_bytes = size.bytes() * 512;
        let (mut at, end) = (START, START + bytes);
        while at < end {
            let table = self.table_for(at, level);
            let next = ((at + table_bytes) & !(table_bytes - 1)).min(end);
            let first = index(at, level);
            let mut leaf = (at + size.to_frame()) | bits;
            for slot in first..first + ((next - at) / size.bytes()) as usize {
                let entry = self.tables.words.at(table, slot);
                if entry.load(Relaxed) != 0 {
                    return None;
                }
                entry.store(leaf, Relaxed);
                leaf += size.bytes();
            }
            at = next;
        }
        Some(())
    }

    #[inline(always)]
    fn unmap(&mut self, pages: &[u64]) -> Option<u64> {
        let mut frames = 0_u64;
        for &at in pages {
            let entry = self.entry(self.last_table(at)?, at, 0);
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
    fn unmap_range(&mut self, bytes: u64) -> Option<u64> {
        let mut frames = 0_u64;
        self.last_tables(START, bytes, |table, slots| {
            for slot in slots {
                let entry = self.tables.words.at(table, slot);
                let raw = entry.load(Relaxed);
                if raw & PRESENT != 0 {
                    entry.store(0, Relaxed);
                    frames = frames.wrapping_add(raw & FRAME);
                }
            }
        })?;
        Some(frames)
    }

    #[inline(always)]
    fn clear_range(&mut self, at: u64, bytes: u64) -> Option<()> {
        self.last_tables(at, bytes, |table, slots| {
            for slot in slots {
                let entry = self.tables.words.at(table, slot);
                if entry.load(Relaxed) != 0 {
                    entry.store(0, Relaxed);
                }
            }
        })
    }

    #[inline(always)]
    fn protect(&mut self, pages: &[u64]) -> Option<()> {
        for &at in pages {
            let entry = self.entry(self.last_table(at)?, at, 0);
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
        self.last_tables(START, bytes, |table, slots| {
            for slot in slots {
                let entry = self.tables.words.at(table, slot);
                let raw = entry.load(Relaxed);
                if raw & PRESENT != 0 {
                    entry.store(raw & !WRITE, Relaxed);
                }
            }
        })
    }

    #[inline(always)]
    fn protect_range_shared(&self, bytes: u64) -> Option<()> {
        self.last_tables(START, bytes, |table, slots| {
            for slot in slots {
                let entry = self.tables.words.at(table, slot);
                let mut raw = entry.load(Relaxed);
                while raw & PRESENT != 0 {
                    match entry.compare_exchange(raw, raw & !WRITE, AcqRel, Relaxed) {
                        Ok(_) => break,
                        Err(found) => raw = found,
                    }
                }
            }
        })
    }

    fn walk(&self, log: &mut Log) -> Option<()> {
        self.leaves(self.tables.root, 0, 3, &mut |at, raw, _| log.push(at, raw & FRAME, raw & WRITE != 0));
        Some(())
    }

    fn mark_clean(&mut self, pages: &[u64]) -> Option<()> {
        for &at in pages {
            self.entry(self.last_table(at)?, at, 0).fetch_and(!DIRTY, Relaxed);
        }
        Some(())
    }

    fn harvest(&mut self, log: &mut Log) -> Option<()> {
        self.leaves(self.tables.root, 0, 3, &mut |at, raw, entry| {
            if raw & DIRTY != 0 {
                entry.fetch_and(!DIRTY, Relaxed);
                log.push(at, raw & FRAME, raw & WRITE != 0);
            }
        });
        Some(())
    }
}
