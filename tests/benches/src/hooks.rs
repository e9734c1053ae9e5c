//! One private map through the freeze protocol: freeze the entry, call the hook, publish. The tables are there.
//!
//! The engine's monitors are a static one that does nothing, one that mirrors each entry by a store, one behind `dyn`,
//! and a mirror behind `dyn` that is called once a table, while all entries that it is told of are frozen.
//!
//! By hand: a bare compare-exchange that installs the entry, and the protocol without a guard or an error, with a mirror
//! and without; and each with what the engine tests and keeps beside it: the width of the address in the tree's geometry,
//! the alignment and the width of the frame, and the count in the table's record.
//!
//! A mirror holds frames, by hand too. Where nobody asks for the frame, one sum makes the entry from the address, in the
//! engine and by hand; for a mirror the frame is made first, and the entry from it.

mod by_hand;
mod engine;

use crate::contender::{Contender, Row};
use crate::memory::Arena;
use crate::peer::{BLOCK, PAGE, START, TO_FRAME};
use crate::workload::{Scale, digest};
use by_hand::{ByHand, frozen, installed, mirrored, tested};
use engine::{Engine, OnTable, map_all, map_tables};
use pt_core::hook::Outcome;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::Relaxed;

/// The name of the row.
pub const ROW: &str = "private map: freeze, hook, publish";
/// The names of its columns.
pub const STATIC: &str = "pt, static no-op";
/// See [`STATIC`].
pub const MIRROR: &str = "pt, mirror";
/// See [`STATIC`].
pub const DYN: &str = "pt, dyn no-op";
/// See [`STATIC`].
pub const BATCHED: &str = "pt, dyn mirror, a call a table";
/// See [`STATIC`].
pub const BARE: &str = "hand, compare-exchange";
/// See [`STATIC`].
pub const CHECKED: &str = "hand, compare-exchange, same tests";
/// See [`STATIC`].
pub const FREEZE: &str = "hand, freeze";
/// See [`STATIC`].
pub const FREEZE_MIRROR: &str = "hand, freeze and mirror";
/// See [`STATIC`].
pub const FREEZE_CHECKED: &str = "hand, freeze, same tests";
/// See [`STATIC`].
pub const MIRROR_CHECKED: &str = "hand, freeze and mirror, same tests";
/// All columns, in their order.
pub const COLUMNS: [&str; 10] =
    [STATIC, MIRROR, DYN, BATCHED, BARE, CHECKED, FREEZE, FREEZE_MIRROR, FREEZE_CHECKED, MIRROR_CHECKED];

/// What a mirror holds: one word for each of so many pages, and the same words for those beyond.
struct Mirror(Box<[AtomicU64; 1 << 15]>);

impl Mirror {
    fn new() -> Arc<Self> {
        let words: Vec<_> = (0..1 << 15).map(|_| AtomicU64::new(0)).collect();
        Arc::new(Self(words.into_boxed_slice().try_into().expect("as many")))
    }

    #[inline(always)]
    fn store(&self, at: u64, frame: u64) {
        self.0[(at >> 12) as usize % (1 << 15)].store(frame, Relaxed);
    }
}

/// The row.
#[must_use]
pub fn row<'a>(arena: &Arena, scale: &Scale) -> Row<'a> {
    let pages: Vec<u64> = (START..START + scale.pages).step_by(PAGE as usize).filter(|at| at % BLOCK != 0).collect();
    let [mirror, batched] = [(); 2].map(|()| Mirror::new());
    let nothing: fn(u64, u64) = |_, _| {};
    let behind_dyn: Arc<dyn Fn(u64, u64)> = Arc::new(nothing);
    let call: Box<OnTable> = Box::new(move |row, first| {
        for page in (0..row.len() as u64).map(|number| number * PAGE) {
            batched.store(row.address().as_u64() + page, first.as_u64() + page);
        }
        Outcome::Done(())
    });
    let slot = |number| arena.slot(number);
    let contenders: Vec<Box<dyn Contender + 'a>> = vec![
        Box::new(Engine::new(STATIC, slot(0), &pages, |_, _| {}, map_all)),
        Box::new(Engine::new(MIRROR, slot(1), &pages, move |at, frame| mirror.store(at, frame), map_all)),
        Box::new(Engine::new(DYN, slot(2), &pages, move |at, frame| behind_dyn(at, frame), map_all)),
        Box::new(Engine::new(
            BATCHED,
            slot(3),
            &pages,
            |_, _| {},
            move |tree, _, pages| map_tables(tree, &*call, pages),
        )),
        Box::new(ByHand::new(BARE, slot(4), &pages, installed)),
        Box::new(ByHand::new(CHECKED, slot(5), &pages, tested(&slot(5), installed))),
        Box::new(ByHand::new(FREEZE, slot(6), &pages, frozen)),
        Box::new(ByHand::new(FREEZE_MIRROR, slot(7), &pages, mirrored(Mirror::new()))),
        Box::new(ByHand::new(FREEZE_CHECKED, slot(8), &pages, tested(&slot(8), frozen))),
        Box::new(ByHand::new(MIRROR_CHECKED, slot(9), &pages, tested(&slot(9), mirrored(Mirror::new())))),
    ];
    let expected = digest(pages.iter().map(|at| at + TO_FRAME));
    Row { name: ROW.to_owned(), operations: pages.len() as u64, expected, contenders }
}
