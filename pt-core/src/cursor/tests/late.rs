//! Faults that come late: another thread has mapped the page, or does so in between.

use super::*;
use crate::allocator::TableAllocator;
use crate::error::{MapError, Obstacle};
use crate::memory::{Record, Word};
use crate::reclaim::{Deferred, ParallelTree, Reclaim};
use crate::sample::LevelName;
use core::sync::atomic::{AtomicU64, Ordering};

/// A word that counts how often it is loaded and written, and that a rival may write just before it is exchanged.
#[derive(Default)]
pub(super) struct Watched {
    word: AtomicU64,
    loads: AtomicU64,
    writes: AtomicU64,
    rival: AtomicU64,
}

impl Word for Watched {
    fn load(&self) -> u64 {
        self.loads.fetch_add(1, Ordering::AcqRel);
        self.word.load(Ordering::Acquire)
    }
    fn store(&self, value: u64) {
        self.writes.fetch_add(1, Ordering::AcqRel);
        self.word.store(value, Ordering::Release);
    }
    fn swap(&self, value: u64) -> u64 {
        self.writes.fetch_add(1, Ordering::AcqRel);
        self.word.swap(value, Ordering::AcqRel)
    }
    fn compare_exchange(&self, current: u64, new: u64) -> Result<(), u64> {
        self.writes.fetch_add(1, Ordering::AcqRel);
        match self.rival.swap(0, Ordering::AcqRel) {
            0 => {}
            rival => self.word.store(rival, Ordering::Release),
        }
        self.word.compare_exchange(current, new, Ordering::AcqRel, Ordering::Acquire).map(drop)
    }
}

/// A few table pages of such words, from frame 0 on, and the page that is handed out next.
pub(super) struct Tables {
    words: Vec<Watched>,
    records: Vec<Record<Watched>>,
    next: AtomicU64,
}

impl Tables {
    pub(super) fn new() -> Self {
        let words = (0..16 * 512).map(|_| Watched::default()).collect();
        Self { words, records: (0..16).map(|_| Record::default()).collect(), next: AtomicU64::new(PAGE) }
    }

    /// Loads of entries, loads of records, and writes of either, since the last time.
    pub(super) fn counts(&self) -> (u64, u64, u64) {
        let take = |counter: &AtomicU64| counter.swap(0, Ordering::AcqRel);
        let records = || self.records.iter().flat_map(|record| [&record.partner, &record.live]);
        (
            self.words.iter().map(|word| take(&word.loads)).sum(),
            records().map(|word| take(&word.loads)).sum(),
            self.words.iter().chain(records()).map(|word| take(&word.writes)).sum(),
        )
    }
}

impl Memory for Tables {
    type Word = Watched;
    fn word(&self, table: Hpa, index: usize) -> &Watched {
        &self.words[(table.as_u64() >> 3) as usize + index]
    }
    fn record(&self, table: Hpa) -> &Record<Watched> {
        &self.records[(table.as_u64() >> 12) as usize]
    }
}

impl TableAllocator for Tables {
    fn allocate(&self, _order: u32) -> Option<Hpa> {
        Some(Hpa::new(self.next.fetch_add(PAGE, Ordering::AcqRel)))
    }
    fn free(&self, _block: Hpa, _order: u32) {}
}

/// Nobody reads beside.
pub(super) struct NoReaders;

impl Deferred for NoReaders {
    type Guard<'a> = ();
    fn pin(&self) {}
}
impl Reclaim for NoReaders {
    fn retire(&self, _block: Hpa, _order: u32) {}
}

type Faulted<'m> = ParallelTree<SharedSample, &'m Tables, NoReaders>;

fn tree(tables: &Tables, width: Width) -> Faulted<'_> {
    let tree = ParallelTree::new(Tree::new(width, tables, tables).unwrap(), NoReaders);
    tree.pin().map(tables, gpa(width, 0), page(PAGE), Fields::RWX).unwrap();
    tree.pin().map(tables, gpa(width, BLOCK), block(4 * BLOCK), READ).unwrap();
    tables.counts();
    tree
}

fn obstacle<P>(late: Result<(), MapError<SharedSample, P>>) -> Obstacle<Shared, LevelName> {
    late.unwrap_err().obstacle
}

/// An entry that is present.
fn raw(frame: u64, bits: u64) -> u64 {
    SharedSample::ABSENT | frame | bits
}

/// What is in the way of a small page at 0, a small page in the block, and a block at 0.
fn in_the_way(width: Width, table: u64) -> [Obstacle<Shared, LevelName>; 3] {
    let leaf = |at, level, frame, raw| Obstacle::Leaf { at: gpa(width, at), level, frame: Hpa::new(frame), raw };
    [
        leaf(0, LevelName::Pt, PAGE, raw(PAGE, 7)),
        leaf(BLOCK, LevelName::Pd, 4 * BLOCK, raw(4 * BLOCK, 0x81)),
        Obstacle::Table { at: gpa(width, 0), level: LevelName::Pd, frame: Hpa::new(table), raw: raw(table, 7) },
    ]
}

/// The frame of the table of the last level: the last page that was handed out.
fn last_table(tables: &Tables) -> u64 {
    tables.next.load(Ordering::Acquire) - PAGE
}

#[test]
fn a_late_fault_walks_once_and_writes_nothing() {
    both(|width| {
        let tables = Tables::new();
        let tree = tree(&tables, width);
        let levels = if width == Width::Bits48 { 4 } else { 5 };
        let loads = [levels, levels - 1, levels - 1];
        let way = in_the_way(width, last_table(&tables));
        let (small, inside) = (gpa(width, 0), gpa(width, BLOCK + 3 * PAGE));
        let by_fault: [&dyn Fn() -> _; 3] = [
            &|| obstacle(tree.pin().map(&tables, small, page(5 * PAGE), READ)),
            &|| obstacle(tree.pin().map(&tables, inside, page(5 * PAGE), READ)),
            &|| obstacle(tree.pin().map(&tables, small, block(8 * BLOCK), READ)),
        ];
        let by_cursor: [&dyn Fn() -> _; 3] = [
            &|| obstacle(tree.pin().parallel(&tables).map(small, page(5 * PAGE), READ)),
            &|| obstacle(tree.pin().parallel(&tables).map(inside, page(5 * PAGE), READ)),
            &|| obstacle(tree.pin().parallel(&tables).map(small, block(8 * BLOCK), READ)),
        ];
        for faults in [by_fault, by_cursor] {
            for ((fault, expected), loads) in faults.iter().zip(way).zip(loads) {
                assert_eq!(fault(), expected);
                assert_eq!(tables.counts(), (loads, 0, 0), "loads, loads of records, writes: {expected}");
            }
        }
    });
}

/// A cursor that has worked beside the page is refused too, and changes nothing.
#[test]
fn a_late_fault_in_the_table_that_is_held_writes_nothing() {
    both(|width| {
        let tables = Tables::new();
        let tree = tree(&tables, width);
        let [leaf, ..] = in_the_way(width, last_table(&tables));
        let pinned = tree.pin();
        let mut cursor = pinned.parallel(&tables);
        for number in 1..4 {
            cursor.map(gpa(width, number * PAGE), page(number * PAGE), Fields::RWX).unwrap();
            tables.counts();
            assert_eq!(obstacle(cursor.map(gpa(width, 0), page(5 * PAGE), READ)), leaf);
            let (_, records, writes) = tables.counts();
            assert_eq!((records, writes), (0, 0), "after {number} pages");
        }
    });
}

/// Who loses the exchange is told what the winner has put there, and not what was there before.
#[test]
fn a_fault_that_loses_the_exchange_answers_what_is_there_now() {
    both(|width| {
        let tables = Tables::new();
        let tree = tree(&tables, width);
        let entry = |number: u64| tables.word(Hpa::new(last_table(&tables)), number as usize);
        let rival = |number, raw| entry(number).rival.store(raw, Ordering::Release);
        let fault = |number| tree.pin().map(&tables, gpa(width, number * PAGE), page(5 * PAGE), READ);
        let (at, level) = (gpa(width, PAGE), LevelName::Pt);
        let winner = raw(7 * PAGE, 7);
        rival(1, winner);
        let leaf = Obstacle::Leaf { at, level, frame: Hpa::new(7 * PAGE), raw: winner };
        assert_eq!(obstacle(fault(1)), leaf);
        assert_eq!(entry(1).word.load(Ordering::Acquire), winner);
        rival(2, SharedSample::FROZEN);
        assert_eq!(obstacle(fault(2)), Obstacle::Retry { at: gpa(width, 2 * PAGE), level });
        // A payload is no page: it is replaced, as by a fault that finds it.
        rival(3, SharedSample::ABSENT | 0x10);
        fault(3).unwrap();
        assert_eq!(entry(3).word.load(Ordering::Acquire), raw(5 * PAGE, 1));
    });
}
