//! A CPU that marks entries while the engine changes them: no mark is lost.

use super::*;
use crate::allocator::TableAllocator;
use crate::memory::{Record, Word};
use std::sync::atomic::{AtomicU64, Ordering};
use std::vec;

const ACCESSED: u64 = 0x100;
const DIRTY: u64 = 0x200;
/// The frame of the first page. No table has a bit of it.
const PAGES: u64 = 0x40_0000_0000;

/// A word that a CPU marks right after the engine has loaded it, if it maps a page: as accessed, and the next time as
/// dirty.
struct Racing(AtomicU64);

impl Racing {
    /// The word, if it maps a page.
    fn page(&self) -> Option<u64> {
        Some(self.0.load(Ordering::Acquire)).filter(|raw| raw & PRESENT != 0 && raw & PAGES != 0)
    }
}

impl Word for Racing {
    fn load(&self) -> u64 {
        let raw = self.0.load(Ordering::Acquire);
        if let Some(raw) = self.page() {
            self.0.fetch_or(if raw & ACCESSED == 0 { ACCESSED } else { DIRTY }, Ordering::AcqRel);
        }
        raw
    }
    fn store(&self, value: u64) {
        let left = self.page().map_or(0, |raw| !raw & (ACCESSED | DIRTY));
        assert_eq!(left, 0, "what the CPU marks just now is lost");
        self.0.store(value, Ordering::Release);
    }
    fn swap(&self, value: u64) -> u64 {
        self.0.swap(value, Ordering::AcqRel)
    }
    fn compare_exchange(&self, current: u64, new: u64) -> Result<(), u64> {
        self.0.compare_exchange(current, new, Ordering::AcqRel, Ordering::Acquire).map(drop)
    }
}

/// A few table pages of racing words, from frame 0 on.
struct RacingMemory {
    words: Vec<Racing>,
    records: Vec<Record<Racing>>,
    next: AtomicU64,
}

impl RacingMemory {
    fn new(tables: usize) -> Self {
        let word = || Racing(AtomicU64::new(0));
        Self {
            words: (0..tables * 512).map(|_| word()).collect(),
            records: (0..tables).map(|_| Record { partner: word(), live: word() }).collect(),
            next: AtomicU64::new(0),
        }
    }
}

impl Memory for RacingMemory {
    type Word = Racing;
    fn word(&self, table: Hpa, index: usize) -> &Racing {
        &self.words[(table.as_u64() >> 3) as usize + index]
    }
    fn record(&self, table: Hpa) -> &Record<Racing> {
        &self.records[(table.as_u64() >> 12) as usize]
    }
}

impl TableAllocator for RacingMemory {
    fn allocate(&self, _order: u32) -> Option<Hpa> {
        Some(Hpa::new(self.next.fetch_add(PAGE, Ordering::AcqRel)))
    }
    fn free(&self, _block: Hpa, _order: u32) {}
}

#[test]
fn bits_that_the_cpu_sets_while_a_range_is_removed_are_shown() {
    let width = Width::Bits48;
    let memory = RacingMemory::new(16);
    // In part, leaf by leaf; and as a whole, after the table was unlinked.
    for bytes in [16 * PAGE, BLOCK] {
        let mut tree = Tree::<SharedSample, _>::new(width, &memory, &memory).unwrap();
        let mut cursor = tree.exclusive(&memory);
        cursor.map_range(range(width, 0, 32 * PAGE), page(PAGES), Fields::RWX).unwrap();
        let (mut cpus, mut seen) = (Cpus::default(), vec![]);
        let stale = cursor.unmap_range(range(width, 0, bytes), &mut cpus, |leaf| seen.push(leaf.attributes.accessed));
        stale.unwrap().flush(&mut cpus);
        assert_eq!(seen, vec![true; if bytes == BLOCK { 32 } else { 16 }]);
    }
}

/// In order, in the table that is held; and in no order, in passing. The CPU does not look at the first page, so that what
/// the cursor finds there is a leaf without marks.
#[test]
fn bits_that_the_cpu_sets_while_a_page_is_changed_are_shown() {
    let width = Width::Bits48;
    let in_order: Vec<u64> = (0..32).map(|page| page * PAGE).collect();
    let in_no_order: Vec<u64> = (0..32).map(|page| page % 2 * BLOCK + page / 2 * PAGE).collect();
    for offsets in [in_order, in_no_order] {
        let memory = RacingMemory::new(8);
        let mut tree = Tree::<SharedSample, _>::new(width, &memory, &memory).unwrap();
        let mut cursor = tree.exclusive(&memory);
        for &offset in &offsets {
            let frame = if offset == 0 { 0 } else { PAGES + offset };
            cursor.map(gpa(width, offset), page(frame), Fields::RWX).unwrap();
        }
        for &offset in &offsets {
            let old = cursor.protect::<Pt>(gpa(width, offset), READ).unwrap().flush(&mut Cpus::default());
            assert_eq!(old.attributes.accessed, offset != 0, "{offset:#x}");
        }
        for &offset in &offsets {
            let old = cursor.unmap::<Pt>(gpa(width, offset)).unwrap().flush(&mut Cpus::default());
            assert_eq!(old.attributes.dirty, offset != 0, "{offset:#x}");
        }
    }
}

/// The first page is changed at once, and the loop over those that take an exchange each meets the CPU.
#[test]
fn bits_that_the_cpu_sets_while_a_range_is_changed_stay() {
    let width = Width::Bits48;
    let memory = RacingMemory::new(8);
    let mut tree = Tree::<SharedSample, _>::new(width, &memory, &memory).unwrap();
    let mut cursor = tree.exclusive(&memory);
    cursor.map(gpa(width, 0), page(0), Fields::RWX).unwrap();
    cursor.map_range(range(width, PAGE, 31 * PAGE), page(PAGES + PAGE), Fields::RWX).unwrap();
    let mut cpus = Cpus::default();
    cursor.protect_range(range(width, 0, 32 * PAGE), READ, &mut cpus).unwrap().flush(&mut cpus);
    assert!(!cpus.flushes.is_empty());
    let mut marks = vec![];
    let stale = cursor.unmap_range(range(width, 0, 32 * PAGE), &mut cpus, |leaf| {
        assert!(!leaf.attributes.write, "{}", leaf.address);
        marks.push(leaf.raw & (ACCESSED | DIRTY));
    });
    stale.unwrap().flush(&mut cpus);
    assert_eq!(marks.len(), 32);
    assert!(marks[1..].iter().all(|&marks| marks == ACCESSED | DIRTY), "{marks:x?}");
}
