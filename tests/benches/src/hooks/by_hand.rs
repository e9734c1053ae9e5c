//! The same by hand: ways of installing a leaf, in the walker of [`Hand`].

use super::Mirror;
use crate::contender::Contender;
use crate::memory::Slot;
use crate::peer::{BLOCK, PAGE, Peer, TO_FRAME};
use crate::peers::engine::Records;
use crate::peers::entry::FRAME;
use crate::peers::hand::Hand;
use crate::workload::digest;
use pt_core::memory::UNCOUNTED;
use pt_core::{DirectMap, Hpa, Memory};
use pt_tdx::Gpaw;
use std::hint::black_box;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};

/// What stands in an entry that is frozen: as in a private table, a word that no immediate operand holds.
const FROZEN: u64 = 1 << 63 | 0x5a0;
/// What a leaf of a private table says beside its frame.
const LEAF: u64 = 1 << 63 | 0x87;
/// From an address to its leaf.
const TO_LEAF: u64 = TO_FRAME + LEAF;

#[inline(always)]
fn exchange(entry: &AtomicU64, new: u64) -> Option<()> {
    (entry.load(Acquire) == 0 && entry.compare_exchange(0, new, Relaxed, Relaxed).is_ok()).then_some(())
}

/// One compare-exchange.
#[inline(always)]
pub(super) fn installed(entry: Entry<'_>, at: u64) -> Option<()> {
    exchange(entry.word, at + TO_LEAF)
}

/// The protocol, without anybody to ask.
#[inline(always)]
pub(super) fn frozen(entry: Entry<'_>, at: u64) -> Option<()> {
    exchange(entry.word, FROZEN)?;
    entry.word.store(at + TO_LEAF, Release);
    Some(())
}

/// The protocol, with a mirror that is told the frame.
pub(super) fn mirrored(mirror: Arc<Mirror>) -> impl Install {
    move |entry, at| {
        exchange(entry.word, FROZEN)?;
        let frame = at + TO_FRAME;
        mirror.store(at, frame);
        entry.word.store(frame + LEAF, Release);
        Some(())
    }
}

/// Installs nothing that the engine would not: the address lies in the geometry, which is known at run time, and the
/// frame is aligned and not too wide. Notes that the table is not counted.
pub(super) fn tested<I: Install>(slot: &Slot, install: I) -> impl Install + use<I> {
    let (geometry, records) = (black_box(Gpaw::Bits48), Records::new(slot));
    let counts = Counts { map: records.map(slot), _records: records };
    move |entry, at| {
        let frame = at + TO_FRAME;
        let width = if geometry == Gpaw::Bits48 { 48 } else { 52 };
        if at >> width != 0 || frame & !FRAME != 0 {
            return None;
        }
        counts.invalidate(entry.table);
        install(entry, at)
    }
}

/// The counts of live entries, by table.
struct Counts {
    map: DirectMap,
    _records: Records,
}

impl Counts {
    #[inline(always)]
    fn invalidate(&self, table: u64) {
        let live = &self.map.record(Hpa::new(table)).live;
        if live.load(Acquire) != UNCOUNTED {
            live.store(UNCOUNTED, Release);
        }
    }
}

/// An entry and the table that it is in.
#[derive(Copy, Clone)]
pub(super) struct Entry<'t> {
    word: &'t AtomicU64,
    table: u64,
}

/// A way of installing a leaf in an entry, for an address.
pub(super) trait Install: Fn(Entry<'_>, u64) -> Option<()> {}
impl<F: Fn(Entry<'_>, u64) -> Option<()>> Install for F {}

/// The walker by hand with a way of installing an entry.
pub(super) struct ByHand<F> {
    name: &'static str,
    slot: Slot,
    pages: Vec<u64>,
    install: F,
    hand: Option<Hand>,
}

impl<F: Install> ByHand<F> {
    pub(super) fn new(name: &'static str, slot: Slot, pages: &[u64], install: F) -> Self {
        Self { name, slot, pages: pages.to_vec(), install, hand: None }
    }
}

impl<F: Install> Contender for ByHand<F> {
    fn name(&self) -> &'static str {
        self.name
    }

    fn prepare(&mut self) {
        let mut hand = Hand::new(&self.slot.clone());
        let firsts: Vec<u64> = self.pages.iter().map(|at| at - PAGE).filter(|at| at % BLOCK == 0).collect();
        hand.map(&firsts).expect("nothing is mapped");
        self.hand = Some(hand);
    }

    fn run(&mut self) -> bool {
        self.hand.as_ref().and_then(|hand| install_all(hand, &self.pages, &self.install)).is_some()
    }

    fn digest(&mut self) -> u64 {
        let Some(hand) = &self.hand else { return 0 };
        digest(self.pages.iter().map(|&at| hand.translate(at)))
    }
}

#[inline(never)]
fn install_all<F: Install>(hand: &Hand, pages: &[u64], install: &F) -> Option<()> {
    pages.iter().try_for_each(|&at| {
        let table = hand.last_table(at)?;
        install(Entry { word: hand.entry(table, at, 0), table }, at)
    })
}
