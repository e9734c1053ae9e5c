//! How many locked instructions a fault costs: the engine on a memory whose words count them.

use crate::peer::{PAGE, START, TO_FRAME};
use crate::peers::engine::NoWait;
use pt_core::{Hpa, Memory, Page, ParallelTree, Record, Shared, TableAllocator, Tree, Whole, Word};
use pt_x86_64::{Features, PageEntryFields, PageTables, Paging, Pt};
use std::cell::Cell;
use std::sync::atomic::{AtomicU64, Ordering};

/// A word that counts what is locked on it.
#[derive(Debug, Default)]
struct Counted {
    word: AtomicU64,
    locked: Cell<u64>,
}

impl Counted {
    fn count(&self) {
        self.locked.set(self.locked.get() + 1);
    }
}

impl Word for Counted {
    fn load(&self) -> u64 {
        self.word.load(Ordering::Acquire)
    }
    fn store(&self, value: u64) {
        self.word.store(value, Ordering::Release);
    }
    fn swap(&self, value: u64) -> u64 {
        self.count();
        self.word.swap(value, Ordering::AcqRel)
    }
    fn compare_exchange(&self, current: u64, new: u64) -> Result<(), u64> {
        self.count();
        self.word.compare_exchange(current, new, Ordering::AcqRel, Ordering::Acquire).map(drop)
    }
}

/// Tables from address 0 on, and the page that is handed out next.
struct Tables {
    words: Box<[Counted]>,
    records: Box<[Record<Counted>]>,
    next: Cell<u64>,
}

impl Tables {
    fn new(pages: usize) -> Self {
        let words = (0..pages * 512).map(|_| Counted::default()).collect();
        Self { words, records: (0..pages).map(|_| Record::default()).collect(), next: Cell::new(PAGE) }
    }

    fn locked(&self) -> u64 {
        let records = self.records.iter().flat_map(|record| [&record.partner, &record.live]);
        self.words.iter().chain(records).map(|word| word.locked.get()).sum()
    }
}

impl Memory for Tables {
    type Word = Counted;
    fn word(&self, table: Hpa, index: usize) -> &Counted {
        &self.words[(table.as_u64() / PAGE) as usize * 512 + index]
    }
    fn record(&self, table: Hpa) -> &Record<Counted> {
        &self.records[(table.as_u64() / PAGE) as usize]
    }
}

impl TableAllocator for Tables {
    fn allocate(&self, _order: u32) -> Option<Hpa> {
        let page = self.next.replace(self.next.get() + PAGE);
        Some(Hpa::new(page)).filter(|page| page.as_u64() / PAGE < self.records.len() as u64)
    }
    fn free(&self, _block: Hpa, _order: u32) {}
}

/// Locked operations of so many faults under parallel access beyond one for each page, and the tables that were linked
/// meanwhile.
///
/// # Panics
/// If a page cannot be mapped.
#[must_use]
pub fn beyond_one_a_page(pages: u64) -> (i64, u64) {
    let tables = Tables::new((pages / 512) as usize + 8);
    let tree = Tree::<PageTables, _>::configured(Paging::FourLevels, Features::all(), &tables, &tables)
        .expect("a page for the root");
    let (before, root) = (tables.locked(), tables.next.get());
    let tree = ParallelTree::new(tree, NoWait);
    for at in (0..pages).map(|page| START + page * PAGE) {
        let address = Paging::FourLevels.address(at).expect("a canonical address");
        let page = Page::<Shared, Pt>::new(Hpa::new(at + TO_FRAME)).expect("aligned");
        let writable = PageEntryFields { write: true, ..PageEntryFields::new() };
        tree.pin().map(&&tables, address, page, writable).expect("nothing is mapped there");
    }
    let locked = tables.locked() - before;
    (locked.cast_signed() - pages.cast_signed(), (tables.next.get() - root) / PAGE)
}

/// Locked operations of so many pages that the owner of a tree maps, protects and unmaps, in order and in none. The
/// accessed and dirty bits of the pages are set, so that no CPU is setting one meanwhile.
///
/// # Panics
/// If a page cannot be mapped, protected or unmapped.
#[must_use]
pub fn exclusively(pages: u64) -> u64 {
    // No page comes back, and tables are made twice.
    let tables = Tables::new(2 * ((pages / 512) as usize + 8));
    let mut tree = Tree::<PageTables, _>::configured(Paging::FourLevels, Features::all(), &tables, &tables)
        .expect("a page for the root");
    let before = tables.locked();
    let mut cursor = tree.exclusive(&tables);
    let used = PageEntryFields { accessed: true, dirty: true, ..PageEntryFields::new() };
    // A stride that is coprime to the pages visits each once.
    for stride in [1, 0x9e37_79b1] {
        let order = || (0..pages).map(|number| START + number * stride % pages * PAGE);
        let address = |at| Paging::FourLevels.address(at).expect("a canonical address");
        for at in order() {
            let page = Page::<Shared, Pt>::new(Hpa::new(at + TO_FRAME)).expect("aligned");
            cursor.map(address(at), page, used).expect("nothing is mapped there");
        }
        for at in order() {
            let stale = cursor.protect::<Pt>(address(at), PageEntryFields { write: true, ..used }).expect("a page");
            stale.unneeded_because("no CPU uses these tables");
        }
        for at in order() {
            cursor.unmap::<Pt>(address(at)).expect("a page").unneeded_because("no CPU uses these tables");
        }
    }
    tables.locked() - before
}
