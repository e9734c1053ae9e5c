//! Memory for page tables: a static pool, its allocator, and the direct map that the engine reaches it by.
#![allow(unsafe_code, reason = "the creator of a direct map promises what its tables are")]

use core::ptr::with_exposed_provenance;
use core::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use pt_core::{DirectMap, Hpa, Record, TableAllocator};

/// How many tables there can be.
const TABLES: usize = 2048;

/// One page.
#[repr(C, align(4096))]
struct TableWords([AtomicU64; 512]);

static POOL: [TableWords; TABLES] = [const { TableWords([const { AtomicU64::new(0) }; 512]) }; TABLES];
static RECORDS: [Record<AtomicU64>; TABLES] =
    [const { Record { partner: AtomicU64::new(0), live: AtomicU64::new(0) } }; TABLES];

/// The tables that were given back: for each, the number of the next one plus 1.
static FREED: [AtomicUsize; TABLES] = [const { AtomicUsize::new(0) }; TABLES];

/// Hands out the tables of the pool. An image runs on one CPU: there is one of these, and no lock.
#[derive(Debug)]
pub struct Tables {
    /// The number of the table that was given back last, plus 1; 0 for none.
    freed: AtomicUsize,
    /// How many have ever been handed out.
    begun: AtomicUsize,
    used: AtomicUsize,
}

static TABLES_OF_THE_IMAGE: Tables =
    Tables { freed: AtomicUsize::new(0), begun: AtomicUsize::new(0), used: AtomicUsize::new(0) };

impl Tables {
    /// The allocator.
    #[must_use]
    pub fn get() -> &'static Self {
        &TABLES_OF_THE_IMAGE
    }

    /// The map by which the engine reaches the tables.
    ///
    /// # Panics
    /// Never in an image.
    #[must_use]
    pub fn direct_map(&self) -> DirectMap {
        let pool = POOL.as_ptr().expose_provenance();
        // The image is mapped identically: the physical address 0 is at 0.
        let base = with_exposed_provenance::<AtomicU64>(0);
        let records = RECORDS.as_ptr().wrapping_sub(pool >> 12);
        // SAFETY: the tables of this allocator are the pages of a static pool, whose virtual addresses are their
        // physical ones and whose provenance is exposed. They have a record each in a static array, are made of
        // atomics, and are reached by the engine and the CPU only.
        unsafe { DirectMap::new(base, records) }
    }

    /// How many tables are in use.
    #[must_use]
    pub fn in_use(&self) -> usize {
        self.used.load(Ordering::Relaxed)
    }

    /// Whether a page is one of the pool.
    #[must_use]
    pub fn contains(&self, page: Hpa) -> bool {
        let pool = POOL.as_ptr().addr() as u64;
        (pool..pool + size_of_val(&POOL) as u64).contains(&page.as_u64())
    }

    /// A page of zeroes for a structure of the CPU that is no table, such as a VMCB. It is never given back.
    ///
    /// # Panics
    /// If the pool is empty.
    #[must_use]
    pub fn structure(&self) -> Hpa {
        let page = self.allocate(0).expect("the pool has a page");
        let number = number(page);
        POOL[number].0.iter().for_each(|word| word.store(0, Ordering::Relaxed));
        page
    }
}

fn number(page: Hpa) -> usize {
    (page.as_u64() as usize - POOL.as_ptr().addr()) >> 12
}

impl TableAllocator for Tables {
    fn allocate(&self, order: u32) -> Option<Hpa> {
        if order != 0 {
            return None;
        }
        let number = match self.freed.load(Ordering::Relaxed) {
            0 => self.begun.fetch_add(1, Ordering::Relaxed),
            freed => {
                self.freed.store(FREED[freed - 1].load(Ordering::Relaxed), Ordering::Relaxed);
                freed - 1
            }
        };
        let page = POOL.get(number)?;
        self.used.fetch_add(1, Ordering::Relaxed);
        Some(Hpa::new((&raw const *page).addr() as u64))
    }

    fn free(&self, block: Hpa, _order: u32) {
        let number = number(block);
        FREED[number].store(self.freed.swap(number + 1, Ordering::Relaxed), Ordering::Relaxed);
        self.used.fetch_sub(1, Ordering::Relaxed);
    }
}
