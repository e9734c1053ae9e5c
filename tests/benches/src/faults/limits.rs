//! What the machine gives to two threads, without any tables.

use super::Faulted;
use super::contenders::fill;
use super::threads::together;
use crate::memory::{Slot, Words};
use crate::peer::{PAGE, START, TO_FRAME};
use std::hint::{black_box, spin_loop};
use std::sync::atomic::{AtomicU64, Ordering};

/// Both threads exchange the same words, which lie as the entries of the last level do: what a walk would come to that
/// took no time. A word is loaded before it is exchanged, if `LOAD` says so.
pub(super) struct Together<const LOAD: bool> {
    first: u64,
    words: Words,
}

impl<const LOAD: bool> Faulted for Together<LOAD> {
    #[allow(unsafe_code, reason = "the words are only reached through pages of the slot")]
    fn new(_memory: &Slot, own: &Slot) -> Self {
        // SAFETY: pages come from slots, and indices have nine bits.
        let words = unsafe { Words::new() };
        while let Some(page) = own.take() {
            words.clear(page);
        }
        Self { first: own.first(), words }
    }

    fn fault(&self, _memory: Slot, pages: &[u64]) {
        for &at in pages {
            let (word, leaf) = (self.word(at), at + TO_FRAME);
            let _late = if LOAD {
                fill(word, leaf)
            } else {
                word.compare_exchange(0, leaf, Ordering::AcqRel, Ordering::Acquire).map(drop)
            };
        }
    }

    fn translate(&self, at: u64) -> Option<u64> {
        Some(self.word(at).load(Ordering::Acquire))
    }
}

impl<const LOAD: bool> Together<LOAD> {
    #[inline(always)]
    fn word(&self, at: u64) -> &AtomicU64 {
        let page = (at - START) / PAGE;
        self.words.at(self.first + page / 512 * PAGE, (page % 512) as usize)
    }
}

/// Nanoseconds that a word takes from one CPU to the other: two threads count in turns.
pub(super) fn handover() -> f64 {
    const TURNS: u64 = 10_000;
    let prepare = || (AtomicU64::new(0), vec![0, 1]);
    let count = |word: &AtomicU64, own| {
        for turn in (own..TURNS).step_by(2) {
            while word.load(Ordering::Acquire) != turn {
                spin_loop();
            }
            word.store(turn + 1, Ordering::Release);
        }
    };
    together(prepare, count, |word| assert_eq!(word.load(Ordering::Acquire), TURNS)).as_secs_f64() * 1e9 / TURNS as f64
}

/// Each thread calculates for about as long as its faults take, and gives its core as many instructions at once as it
/// can begin: whatever else runs on the core makes it take longer.
pub(super) struct Arithmetic;

impl Faulted for Arithmetic {
    fn new(_memory: &Slot, _own: &Slot) -> Self {
        Self
    }

    fn fault(&self, _memory: Slot, pages: &[u64]) {
        let [mut opaque, mut mixed, mut sum, mut turned, mut rest, mut hash] = [1_u64, 2, 3, 4, 5, 6];
        for &at in pages {
            for turn in 0..3 {
                // No two of these are the same operation, so that the compiler makes no vectors of them.
                opaque = black_box(opaque.wrapping_add(at));
                mixed ^= opaque;
                sum = sum.wrapping_add(turn) ^ at;
                turned = turned.rotate_left(3) ^ sum;
                rest = rest.wrapping_sub(turned);
                hash = hash.rotate_left(5).wrapping_add(at);
            }
        }
        black_box([opaque, mixed, sum, turned, rest, hash]);
    }

    fn translate(&self, _at: u64) -> Option<u64> {
        None
    }
}
