//! Table pages whose words are loom's atomics where the threads meet, and ordinary ones elsewhere. Pages that nobody has
//! initialised hold an absurd present entry.

use super::INDEX;
use loom::sync::Arc;
use loom::sync::atomic::{AtomicU64, Ordering};
use loom::thread;
use pt_core::{Deferred, Hpa, Memory, Reclaim, Record, TableAllocator, Visible, Word};
use pt_tests::Stage2;
use pt_x86_64::PageTables;
use std::sync::Mutex;

const POISON: u64 = u64::MAX;

/// One entry.
pub enum Entry {
    /// Where threads meet.
    Watched(AtomicU64),
    /// Where only one thread comes, or the value does not matter.
    Plain(std::sync::atomic::AtomicU64),
}

impl Entry {
    fn plain(value: u64) -> Self {
        Self::Plain(std::sync::atomic::AtomicU64::new(value))
    }
}

impl Word for Entry {
    fn load(&self) -> u64 {
        let Self::Watched(word) = self else { return self.plain_word().load(Ordering::Acquire) };
        let value = word.load(Ordering::Acquire);
        if value == Stage2::FROZEN || value == PageTables::FROZEN {
            // Whoever waits for another thread must let it run.
            thread::yield_now();
        }
        value
    }
    fn store(&self, value: u64) {
        match self {
            Self::Watched(word) => word.store(value, Ordering::Release),
            Self::Plain(word) => word.store(value, Ordering::Release),
        }
    }
    fn swap(&self, value: u64) -> u64 {
        match self {
            Self::Watched(word) => word.swap(value, Ordering::AcqRel),
            Self::Plain(word) => word.swap(value, Ordering::AcqRel),
        }
    }
    fn compare_exchange(&self, current: u64, new: u64) -> Result<(), u64> {
        match self {
            Self::Watched(word) => word.compare_exchange(current, new, Ordering::AcqRel, Ordering::Acquire).map(drop),
            Self::Plain(word) => Word::compare_exchange(word, current, new),
        }
    }
}

impl Entry {
    fn plain_word(&self) -> &std::sync::atomic::AtomicU64 {
        match self {
            Self::Plain(word) => word,
            Self::Watched(_) => unreachable!("a watched word"),
        }
    }
}

/// A few table pages: which are free, and which are retired.
pub struct Pool {
    pages: Vec<(Vec<Entry>, Record<Entry>)>,
    free: loom::sync::Mutex<Vec<u64>>,
    retired: Mutex<Vec<u64>>,
}

/// A handle that is memory, allocator and reclaimer at once.
#[derive(Clone)]
pub struct Tables(Arc<Pool>);

impl Tables {
    pub fn new(pages: usize) -> Self {
        let entry = |index| if index == INDEX { Entry::Watched(AtomicU64::new(POISON)) } else { Entry::plain(POISON) };
        let page = || ((0..512).map(entry).collect(), Record { partner: Entry::plain(0), live: Entry::plain(0) });
        Self(Arc::new(Pool {
            pages: (0..pages).map(|_| page()).collect(),
            free: loom::sync::Mutex::new((0..pages as u64).rev().collect()),
            retired: Mutex::default(),
        }))
    }

    /// Pages that are in use by the tree: neither free nor retired.
    pub fn linked(&self) -> usize {
        self.0.pages.len() - self.0.free.lock().unwrap().len() - self.0.retired.lock().unwrap().len()
    }
}

impl Memory for Tables {
    type Word = Entry;
    fn word(&self, table: Hpa, index: usize) -> &Entry {
        &self.0.pages[(table.as_u64() >> 12) as usize - 1].0[index]
    }
    fn record(&self, table: Hpa) -> &Record<Entry> {
        &self.0.pages[(table.as_u64() >> 12) as usize - 1].1
    }
}

impl TableAllocator for Tables {
    fn allocate(&self, _order: u32) -> Option<Hpa> {
        self.0.free.lock().unwrap().pop().map(|page| Hpa::new((page + 1) << 12))
    }
    fn free(&self, block: Hpa, _order: u32) {
        self.0.free.lock().unwrap().push((block.as_u64() >> 12) - 1);
    }
}

impl Reclaim for Tables {
    fn retire(&self, block: Hpa, _order: u32) {
        let page = (block.as_u64() >> 12) - 1;
        let mut retired = self.0.retired.lock().unwrap();
        assert!(!retired.contains(&page), "{block} is retired twice");
        retired.push(page);
    }
}

/// Every reader is waited for until the end of the test.
impl Deferred for Tables {
    type Guard<'a> = ();
    fn pin(&self) {}
}
