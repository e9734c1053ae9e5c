//! The same by hand: minimal walkers, as one writes them for one format and one geometry.
//!
//! They check nothing that the workloads do not need: neither that an address has 48 bits nor that a frame has 52,
//! and they keep no count of the entries in use. What the engine spends on that is the difference.
#![allow(unsafe_code, reason = "what is done by hand here follows addresses without a type that vouches for them")]

use crate::design::{Bits, Design};
use crate::physical::Physical;
use std::sync::atomic::{AtomicU64, Ordering};

const FRAME: u64 = 0x000f_ffff_ffff_f000;
const PAGE: u64 = 4096;
const BLOCK: u64 = 2 << 20;

/// A tree by its root, in the memory where the physical address 0 is, or would be, at `base`.
#[derive(Copy, Clone)]
pub struct Hand<'m> {
    root: u64,
    base: *const AtomicU64,
    physical: &'m Physical,
}

/// Entry `index` of a table.
#[inline(always)]
fn word<'m>(base: *const AtomicU64, table: u64, index: u64) -> &'m AtomicU64 {
    // SAFETY: the workloads run on trees whose tables all lie in the memory, and no index is above 511.
    unsafe { &*base.wrapping_byte_add(table as usize).wrapping_add(index as usize) }
}

#[inline(always)]
fn load(base: *const AtomicU64, table: u64, index: u64) -> u64 {
    word(base, table, index).load(Ordering::Acquire)
}

/// The index of `at` in a table whose entries translate `1 << shift` bytes.
#[inline(always)]
const fn index(at: u64, shift: u32) -> u64 {
    at >> shift & 511
}

impl<'m> Hand<'m> {
    pub fn new(root: u64, physical: &'m Physical) -> Self {
        Self { root, base: physical.base(), physical }
    }

    #[inline(always)]
    fn translate<D: Design>(self, at: u64) -> u64 {
        let Bits { present, large, .. } = D::BITS;
        let mut table = self.root;
        for shift in [39, 30, 21] {
            let entry = load(self.base, table, index(at, shift));
            if entry & present == 0 {
                return 0;
            }
            if shift < 39 && entry & large != 0 {
                let offset = (1 << shift) - 1;
                return entry & FRAME & !offset | at & offset;
            }
            table = entry & FRAME;
        }
        let entry = load(self.base, table, index(at, 12));
        if entry & present == 0 { 0 } else { entry & FRAME | at & 4095 }
    }

    /// The table of the last level for `at`, where it is.
    #[inline(always)]
    fn table<D: Design>(self, at: u64) -> Option<u64> {
        let mut table = self.root;
        for shift in [39, 30, 21] {
            let entry = load(self.base, table, index(at, shift));
            if entry & D::BITS.present == 0 {
                return None;
            }
            table = entry & FRAME;
        }
        Some(table)
    }

    /// The table of the level whose entries translate `1 << last` bytes; what is missing is made.
    #[cold]
    #[inline(never)]
    fn make<D: Design>(self, at: u64, last: u32) -> u64 {
        let mut table = self.root;
        for shift in [39, 30, 21] {
            if shift == last {
                break;
            }
            let word = word(self.base, table, index(at, shift));
            let mut entry = word.load(Ordering::Acquire);
            if entry & D::BITS.present == 0 {
                let new = self.physical.pool.take().expect("room for a table");
                for index in 0..512 {
                    self::word(self.base, new, index).store(D::BITS.absent, Ordering::Relaxed);
                }
                entry = new | D::BITS.link;
                word.store(entry, Ordering::Release);
            }
            table = entry & FRAME;
        }
        table
    }
}

pub fn translate<D: Design>(hand: Hand<'_>, addresses: &[u64]) -> u64 {
    addresses.iter().fold(0, |sum, &at| sum ^ hand.translate::<D>(at))
}

pub fn translate_sequential<D: Design>(hand: Hand<'_>, bytes: u64) -> u64 {
    (0..bytes / PAGE).fold(0, |sum, page| sum ^ hand.translate::<D>(D::START + page * PAGE))
}

/// Calls `change` with the word of each page, in order; the table of the last level is kept.
#[inline(always)]
fn each<D: Design>(hand: Hand<'_>, bytes: u64, mut change: impl FnMut(u64, &AtomicU64)) {
    let (mut at, end) = (D::START, D::START + bytes);
    let (mut held, mut table) = (u64::MAX, 0);
    while at < end {
        if at >> 21 != held {
            held = at >> 21;
            table = hand.make::<D>(at, 12);
        }
        change(at, word(hand.base, table, index(at, 12)));
        at += PAGE;
    }
}

pub fn map<D: Design>(hand: Hand<'_>, bytes: u64, first: u64) {
    each::<D>(hand, bytes, |at, word| {
        assert_eq!(word.load(Ordering::Acquire), D::BITS.absent);
        word.store((at - D::START + first) | D::BITS.used, Ordering::Release);
    });
}

pub fn map_each<D: Design>(hand: Hand<'_>, addresses: &[u64], first: u64) {
    for (&at, frame) in addresses.iter().zip((first..).step_by(PAGE as usize)) {
        let table = hand.table::<D>(at).unwrap_or_else(|| hand.make::<D>(at, 12));
        let word = word(hand.base, table, index(at, 12));
        assert_eq!(word.load(Ordering::Acquire), D::BITS.absent);
        word.store(frame | D::BITS.used, Ordering::Release);
    }
}

pub fn map_large<D: Design>(hand: Hand<'_>, bytes: u64, first: u64) {
    let (mut held, mut table) = (u64::MAX, 0);
    for block in (0..bytes).step_by(BLOCK as usize) {
        let at = D::START + block;
        if at >> 30 != held {
            held = at >> 30;
            table = hand.make::<D>(at, 21);
        }
        let word = word(hand.base, table, index(at, 21));
        assert_eq!(word.load(Ordering::Acquire), D::BITS.absent);
        word.store((first + block) | D::BITS.used | D::BITS.large, Ordering::Release);
    }
}

/// Each page by one compare-exchange, after a walk from the root.
pub fn fault<D: Design>(hand: Hand<'_>, bytes: u64, first: u64) {
    for page in (0..bytes).step_by(PAGE as usize) {
        let at = D::START + page;
        let table = hand.table::<D>(at).unwrap_or_else(|| hand.make::<D>(at, 12));
        let word = word(hand.base, table, index(at, 12));
        assert_eq!(word.load(Ordering::Acquire), D::BITS.absent);
        let mapped =
            word.compare_exchange(D::BITS.absent, (page + first) | D::BITS.used, Ordering::AcqRel, Ordering::Acquire);
        assert!(mapped.is_ok());
    }
}

/// The same where a page is mapped: a load, and nothing to exchange.
pub fn fault_late<D: Design>(hand: Hand<'_>, bytes: u64) -> u64 {
    let mut sum = 0;
    for page in (0..bytes).step_by(PAGE as usize) {
        let at = D::START + page;
        let table = hand.table::<D>(at).unwrap_or_else(|| hand.make::<D>(at, 12));
        let entry = word(hand.base, table, index(at, 12)).load(Ordering::Acquire);
        assert_ne!(entry, D::BITS.absent);
        sum ^= entry & FRAME;
    }
    sum
}

pub fn protect<D: Design>(hand: Hand<'_>, bytes: u64) -> u64 {
    let mut sum = 0;
    each::<D>(hand, bytes, |_, word| {
        let entry = word.load(Ordering::Acquire);
        assert_ne!(entry & D::BITS.present, 0);
        word.store(entry & (FRAME | D::BITS.hardware) | D::BITS.read_only, Ordering::Release);
        sum ^= entry;
    });
    sum
}

pub fn unmap<D: Design>(hand: Hand<'_>, bytes: u64) -> u64 {
    let mut sum = 0;
    each::<D>(hand, bytes, |_, word| {
        let entry = word.load(Ordering::Acquire);
        assert_ne!(entry & D::BITS.present, 0);
        word.store(D::BITS.absent, Ordering::Release);
        sum ^= entry & FRAME;
    });
    sum
}

pub fn protect_each<D: Design>(hand: Hand<'_>, addresses: &[u64]) -> u64 {
    addresses.iter().fold(0, |sum, &at| {
        let word = word(hand.base, hand.table::<D>(at).expect("a table"), index(at, 12));
        let entry = word.load(Ordering::Acquire);
        assert_ne!(entry & D::BITS.present, 0);
        word.store(entry & (FRAME | D::BITS.hardware) | D::BITS.read_only, Ordering::Release);
        sum ^ entry
    })
}

pub fn unmap_each<D: Design>(hand: Hand<'_>, addresses: &[u64]) -> u64 {
    addresses.iter().fold(0, |sum, &at| {
        let word = word(hand.base, hand.table::<D>(at).expect("a table"), index(at, 12));
        let entry = word.load(Ordering::Acquire);
        assert_ne!(entry & D::BITS.present, 0);
        word.store(D::BITS.absent, Ordering::Release);
        sum ^ entry & FRAME
    })
}

/// Calls `visit` with each table of the last level and the first address behind it.
#[inline(always)]
fn tables<D: Design>(hand: Hand<'_>, bytes: u64, mut visit: impl FnMut(u64, u64)) {
    let (mut at, end) = (D::START, D::START + bytes);
    while at < end {
        if let Some(table) = hand.table::<D>(at) {
            visit(at, table);
        }
        at += BLOCK;
    }
}

pub fn map_range<D: Design>(hand: Hand<'_>, bytes: u64, first: u64) {
    fill(hand.base, D::BITS.absent, D::BITS.used, PAGE, first, bytes, |at| hand.make::<D>(D::START + at, 12));
}

pub fn map_range_large<D: Design>(hand: Hand<'_>, bytes: u64, first: u64) {
    let leaf = D::BITS.used | D::BITS.large;
    fill(hand.base, D::BITS.absent, leaf, BLOCK, first, bytes, |at| hand.make::<D>(D::START + at, 21));
}

#[inline(always)]
fn fill(base: *const AtomicU64, absent: u64, leaf: u64, page: u64, first: u64, bytes: u64, table: impl Fn(u64) -> u64) {
    let mut at = 0;
    while at < bytes {
        let table = table(at);
        for index in 0..512 {
            let word = word(base, table, index);
            assert_eq!(word.load(Ordering::Acquire), absent);
            word.store((first + at) | leaf, Ordering::Release);
            at += page;
        }
    }
}

pub fn protect_range<D: Design>(hand: Hand<'_>, bytes: u64) {
    tables::<D>(hand, bytes, |_, table| {
        for index in 0..512 {
            let word = word(hand.base, table, index);
            let entry = word.load(Ordering::Acquire);
            if entry & D::BITS.present != 0 {
                word.store(entry & (FRAME | D::BITS.hardware) | D::BITS.read_only, Ordering::Release);
            }
        }
    });
}

/// Each page by one compare-exchange, which nobody makes fail here.
pub fn protect_range_parallel<D: Design>(hand: Hand<'_>, bytes: u64) {
    tables::<D>(hand, bytes, |_, table| {
        for index in 0..512 {
            let word = word(hand.base, table, index);
            let entry = word.load(Ordering::Acquire);
            if entry & D::BITS.present != 0 {
                let new = entry & (FRAME | D::BITS.hardware) | D::BITS.read_only;
                assert!(word.compare_exchange(entry, new, Ordering::AcqRel, Ordering::Acquire).is_ok());
            }
        }
    });
}

pub fn unmap_range<D: Design>(hand: Hand<'_>, bytes: u64) -> u64 {
    let mut sum = 0;
    tables::<D>(hand, bytes, |_, table| {
        for index in 0..512 {
            let word = word(hand.base, table, index);
            let entry = word.load(Ordering::Acquire);
            if entry & D::BITS.present != 0 {
                word.store(D::BITS.absent, Ordering::Release);
                sum ^= entry & FRAME;
            }
        }
    });
    sum
}

pub fn walk<D: Design>(hand: Hand<'_>, bytes: u64, log: &mut [u64]) -> usize {
    let mut next = 0;
    tables::<D>(hand, bytes, |at, table| {
        for index in 0..512 {
            let entry = load(hand.base, table, index);
            if entry & D::BITS.present != 0 {
                log[next] = (at + index * PAGE) ^ (entry & FRAME);
                next += 1;
            }
        }
    });
    next
}

pub fn harvest<D: Design>(hand: Hand<'_>, bytes: u64, log: &mut [u64]) -> usize {
    let mut next = 0;
    tables::<D>(hand, bytes, |at, table| {
        for index in 0..512 {
            let word = word(hand.base, table, index);
            let entry = word.load(Ordering::Acquire);
            if entry & D::BITS.present != 0 && entry & D::BITS.dirty != 0 {
                word.fetch_and(!D::BITS.dirty, Ordering::AcqRel);
                log[next] = at + index * PAGE;
                next += 1;
            }
        }
    });
    next
}
