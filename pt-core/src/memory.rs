//! The memory that tables lie in, as the engine sees it.
//!
//! [`Memory`] says where the words of a table page are, and where the small [`Record`] beside it is. The engine
//! is generic over it and contains no pointer: a kernel gives it a direct map, a VMM an arena, a test whatever
//! counts its loads. All `unsafe` stands in the implementations.

use crate::access::Access;
use crate::address::Hpa;
use core::sync::atomic::{AtomicU64, Ordering};

/// One entry in memory: a 64-bit word that the CPU and other threads may change at any time.
pub trait Word {
    /// Loads with acquire ordering: what a table entry points to is initialised when the entry is seen.
    fn load(&self) -> u64;
    /// Stores with release ordering: everything written before is seen by whoever sees the store.
    fn store(&self, value: u64);
    /// Exchanges the value, losing nothing that the CPU writes meanwhile.
    fn swap(&self, value: u64) -> u64;
    /// Replaces `current` by `new`.
    ///
    /// # Errors
    /// The value found, if it is not `current`. Nothing was written then.
    fn compare_exchange(&self, current: u64, new: u64) -> Result<(), u64>;
}

impl Word for AtomicU64 {
    #[inline(always)]
    fn load(&self) -> u64 {
        AtomicU64::load(self, Ordering::Acquire)
    }
    #[inline(always)]
    fn store(&self, value: u64) {
        AtomicU64::store(self, value, Ordering::Release);
    }
    #[inline(always)]
    fn swap(&self, value: u64) -> u64 {
        AtomicU64::swap(self, value, Ordering::AcqRel)
    }
    #[inline(always)]
    fn compare_exchange(&self, current: u64, new: u64) -> Result<(), u64> {
        AtomicU64::compare_exchange(self, current, new, Ordering::AcqRel, Ordering::Acquire).map(drop)
    }
}

/// How many entries a cache line has.
pub(crate) const LINE: usize = 8;

/// Table pages by their frame.
pub trait Memory {
    /// An entry in this memory.
    type Word: Word;

    /// Whether software beside the engine writes entries: a guest that runs on the tables and may write them. A translation
    /// then tests each entry for presence, and not only whether it has a frame: see
    /// [`LevelOf::decode_own`](crate::LevelOf::decode_own). What a CPU writes (accessed and dirty bits) does not count.
    const WRITTEN_BY_OTHERS: bool = false;

    /// Entry `index` of the table in `table`. The index is below the number of entries of the table.
    fn word(&self, table: Hpa, index: usize) -> &Self::Word;

    /// The record beside the table page.
    fn record(&self, table: Hpa) -> &Record<Self::Word>;

    /// The union of the bits of eight entries of the table in `table`, from `index` on. The last of them too is below the
    /// number of entries of the table.
    ///
    /// A scan for a bit that few entries have looks at eight of them so. It orders nothing: who finds a bit loads the
    /// entry that has it.
    #[inline(always)]
    fn union_of_line(&self, table: Hpa, index: usize) -> u64 {
        (index..index + LINE).fold(0, |union, index| union | self.word(table, index).load())
    }

    /// What makes the frame of a table the place where [`word_in`](Self::word_in) finds it, when it is added. With a direct map
    /// that is where the map begins. It never changes: who looks up many tables copies it, and has it in a register, where
    /// behind `self` it would be loaded again after each entry.
    #[inline(always)]
    fn origin(&self) -> u64 {
        0
    }

    /// Which of 64 entries of the table in `table`, from `index` on, are not `absent`: the first of them in the lowest bit, and
    /// each loaded once. The last of them too is below the number of entries of the table.
    ///
    /// A walk over a table that is not full goes by it. It orders nothing: who uses an entry loads it.
    #[inline]
    fn in_use(&self, table: Hpa, index: usize, absent: u64) -> u64 {
        let line = |first| {
            let line = first..first + LINE;
            line.rev().fold(0, |mask, index| mask << 1 | u64::from(self.word(table, index).load() != absent))
        };
        (0..LINE).fold(0, |mask, number| mask | line(index + number * LINE) << (number * LINE))
    }

    /// Where this memory finds the table in the frame `table`: what a cursor keeps of the table that it holds, so that
    /// it is not computed again for each page.
    #[inline(always)]
    fn table(&self, table: Hpa) -> TableAt {
        TableAt::new(self.origin(), table)
    }

    /// Entry `index` of the table that lies there. The index is below the number of entries of the table. Whoever has an
    /// [`origin`](Self::origin) says here what it is for.
    #[inline(always)]
    fn word_in(&self, table: TableAt, index: usize) -> &Self::Word {
        self.word(Hpa::new(table.get()), index)
    }
}

/// Where a memory finds a table: the sum of its frame and the memory's [`origin`](Memory::origin).
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct TableAt(u64);

impl TableAt {
    /// No table.
    pub(crate) const NOWHERE: Self = Self(0);

    /// The table in the frame `table`, in the memory with this origin.
    #[inline(always)]
    #[must_use]
    pub const fn new(origin: u64, table: Hpa) -> Self {
        Self(origin.wrapping_add(table.as_u64()))
    }

    /// The sum.
    #[inline(always)]
    #[must_use]
    pub const fn get(self) -> u64 {
        self.0
    }
}

/// A pointer to a memory is that memory: whatever it overrides is passed on.
macro_rules! points_to_memory {
    ($pointer:ty: $memory:ident) => {
        impl<$memory: Memory + ?Sized> Memory for $pointer {
            type Word = $memory::Word;
            const WRITTEN_BY_OTHERS: bool = $memory::WRITTEN_BY_OTHERS;
            #[inline(always)]
            fn word(&self, table: Hpa, index: usize) -> &Self::Word {
                (**self).word(table, index)
            }
            #[inline(always)]
            fn record(&self, table: Hpa) -> &Record<Self::Word> {
                (**self).record(table)
            }
            #[inline(always)]
            fn in_use(&self, table: Hpa, index: usize, absent: u64) -> u64 {
                (**self).in_use(table, index, absent)
            }
            #[inline(always)]
            fn union_of_line(&self, table: Hpa, index: usize) -> u64 {
                (**self).union_of_line(table, index)
            }
            #[inline(always)]
            fn origin(&self) -> u64 {
                (**self).origin()
            }
            #[inline(always)]
            fn word_in(&self, table: TableAt, index: usize) -> &Self::Word {
                (**self).word_in(table, index)
            }
        }
    };
}
points_to_memory!(&M: M);
#[cfg(any(test, feature = "std"))]
points_to_memory!(std::sync::Arc<M>: M);

/// What is remembered of one table page, beside it.
///
/// It is the successor of the one private pointer per table page that a mirror needs: the partner page in the
/// protected table, owned by this record from link until unlink, and the number of entries in use, so that an
/// empty table is known without a scan.
#[derive(Debug, Default)]
pub struct Record<W> {
    /// The frame of the protected table page that this table stands for, plus 1; 0 for none.
    pub partner: W,
    /// Entries in use. Below zero, like [`UNCOUNTED`], if they are not counted.
    pub live: W,
}

/// The count of a table that was filled under parallel access. It is counted again, once, by the next exclusive
/// operation that needs it, so that parallel faults share no counter.
///
/// It is a number so far below zero that it stays below for any number of changes: who counts them need not look first
/// whether the table is counted, which makes one instruction of four.
pub const UNCOUNTED: u64 = 3 << 62;

impl<W: Word> Record<W> {
    /// How many entries are in use, if they are counted.
    #[inline(always)]
    #[must_use]
    pub fn counted(&self) -> Option<u64> {
        Some(self.live.load()).filter(|count| count.cast_signed() >= 0)
    }

    /// Notes that an entry is in use that was not before. Under parallel access nobody counts.
    #[inline(always)]
    pub(crate) fn count_one_more<X: Access>(&self) {
        self.count::<X>(1);
    }

    /// Notes that an entry is not in use any more. Under parallel access nobody counts.
    #[inline(always)]
    pub(crate) fn count_one_less<X: Access>(&self) {
        self.count::<X>(u64::MAX);
    }

    #[inline(always)]
    fn count<X: Access>(&self, change: u64) {
        if X::PARALLEL {
            self.stop_counting();
        } else {
            self.live.store(self.live.load().wrapping_add(change));
        }
    }

    /// Notes that entries may come into use, or out of it, that nobody counts.
    #[inline(always)]
    pub(crate) fn stop_counting(&self) {
        if self.live.load().cast_signed() >= 0 {
            self.live.store(UNCOUNTED);
        }
    }
}
