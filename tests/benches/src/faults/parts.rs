//! What is between the walker by hand and the engine, one part after the other.

use super::Faulted;
use super::contenders::ByHand;
use crate::memory::Slot;
use crate::peer::{PAGE, TO_FRAME};
use crate::peers::engine::Records;
use crate::peers::entry::FRAME;
use pt_core::memory::UNCOUNTED;
use pt_core::reclaim::{EpochGuard, EpochReclaim};
use pt_core::{Deferred, DirectMap, Hpa, Memory as _, Reclaim, TableAllocator};
use std::hint::black_box;
use std::sync::atomic::Ordering;

/// The walker by hand which also
/// - notes in the record of a table that it is not counted, if `RECORD` says so;
/// - tests the address and the frame, if `TESTS` says so;
/// - returns what a late fault finds, in memory, if `ERROR` says so.
pub(super) struct Twin<const RECORD: bool, const TESTS: bool, const ERROR: bool> {
    by_hand: ByHand,
    map: DirectMap,
    _records: Records,
}

/// What the error of a late fault says.
#[expect(dead_code, reason = "it is written, and nobody reads it")]
struct Late {
    page: u64,
    at: u64,
    level: u8,
    frame: u64,
    raw: u64,
}

impl<const RECORD: bool, const TESTS: bool, const ERROR: bool> Faulted for Twin<RECORD, TESTS, ERROR> {
    fn new(memory: &Slot, own: &Slot) -> Self {
        let records = Records::new(memory);
        Self { by_hand: ByHand::new(memory, own), map: records.map(memory), _records: records }
    }

    fn fault(&self, memory: Slot, pages: &[u64]) {
        for &at in pages {
            if TESTS && !fits(at, at + TO_FRAME) {
                continue;
            }
            let table = self.by_hand.table(at, &memory);
            let mapped = self.by_hand.map(table, at);
            if RECORD && mapped.is_ok() {
                let live = &self.map.record(Hpa::new(table)).live;
                if live.load(Ordering::Acquire).cast_signed() >= 0 {
                    live.store(UNCOUNTED, Ordering::Release);
                }
            }
            if ERROR {
                let late = |raw| Late { page: at + TO_FRAME, at, level: 0, frame: raw & FRAME, raw };
                let _mapped = black_box(mapped.map_err(late));
            }
        }
    }

    fn translate(&self, at: u64) -> Option<u64> {
        self.by_hand.translate(at)
    }
}

/// Whether the address is one of four levels, and the frame one of x86-64.
#[inline(always)]
const fn fits(at: u64, frame: u64) -> bool {
    at.wrapping_add(1 << 47) >> 48 == 0 && frame >> 52 == 0 && frame.is_multiple_of(PAGE)
}

/// Keeps tables from being freed while a guard is held, as a process does that frees some.
pub(super) struct Epochs(EpochReclaim<NoPages>);

impl Default for Epochs {
    fn default() -> Self {
        Self(EpochReclaim::new(NoPages))
    }
}

impl Reclaim for Epochs {
    fn retire(&self, block: Hpa, order: u32) {
        self.0.retire(block, order);
    }
}

impl Deferred for Epochs {
    type Guard<'a> = EpochGuard;
    #[inline]
    fn pin(&self) -> EpochGuard {
        self.0.pin()
    }
}

/// Nothing is given back.
#[derive(Copy, Clone, Debug)]
struct NoPages;

impl TableAllocator for NoPages {
    fn allocate(&self, _order: u32) -> Option<Hpa> {
        None
    }
    fn free(&self, _block: Hpa, _order: u32) {}
}
