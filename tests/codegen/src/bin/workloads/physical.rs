//! Memory for tables: words and records of the frames from [`FIRST`] on.
#![allow(unsafe_code, reason = "a direct map is a promise about memory that only its creator can make")]

use pt_assembly::pool::Pool;
use pt_core::{DirectMap, Record};
use std::sync::atomic::{AtomicU64, Ordering};

/// Physical memory begins here, so that no frame is 0.
const FIRST: u64 = 0x10_0000;

/// Words and records of the tables, and the frames that are not in use.
pub struct Physical {
    words: Vec<AtomicU64>,
    records: Vec<Record<AtomicU64>>,
    pub pool: Pool,
}

impl Physical {
    /// Room for `frames` tables.
    pub fn new(frames: u64) -> Self {
        let words = (0..frames * 512).map(|_| AtomicU64::new(0)).collect();
        let records = (0..frames).map(|_| Record::default()).collect();
        Self { words, records, pool: Pool::new(FIRST, FIRST + (frames << 12)) }
    }

    /// Where the physical address 0 would be.
    pub fn base(&self) -> *const AtomicU64 {
        self.words.as_ptr().wrapping_byte_sub(FIRST as usize)
    }

    /// Where the record of the physical address 0 would be.
    pub fn records(&self) -> *const Record<AtomicU64> {
        self.records.as_ptr().wrapping_sub((FIRST >> 12) as usize)
    }

    /// The map. It and whatever works with it is used before `self` is dropped.
    pub fn map(&self) -> DirectMap {
        // SAFETY: the tables come from the pool, whose frames have their words and records here. Both are only
        // written by atomic operations, and no measurement keeps its tree when it returns.
        unsafe { DirectMap::new(self.base(), self.records()) }
    }

    /// A digest of all tables.
    pub fn digest(&self) -> u64 {
        self.words.iter().fold(0, |digest, word| {
            (digest.rotate_left(5) ^ word.load(Ordering::Relaxed)).wrapping_mul(0x9e37_79b9_7f4a_7c15)
        })
    }
}
