//! Tests of the cursor on the sample tables in an arena.

mod alike;
mod annotate;
mod late;
mod page;
#[cfg(feature = "std")]
mod parallel;
mod passing;
mod protecting;
mod racing;
mod range;
mod split;

use crate::address::{AddressRange, Gpa, Hpa, RawGpa, Route};
use crate::arena::Arena;
use crate::cursor::OldLeaf;
use crate::flush::{Invalidate, Scope};
use crate::geometry::Split;
use crate::memory::Memory;
use crate::page::Page;
use crate::sample::{BreakSample, Fields, Pd, Pt, SharedSample, Width};
use crate::space::Shared;
use crate::table::Visible;
use crate::tree::Tree;
use std::vec::Vec;

const ARENA: u64 = 0x7_0000_0000;
const PAGE: u64 = 0x1000;
const BLOCK: u64 = 0x20_0000;
/// The bits of a mapped entry that hold its frame.
const FRAME: u64 = 0x000f_ffff_ffff_f000;
/// The bits that make an entry present.
const PRESENT: u64 = 7;

fn arena() -> Arena {
    Arena::new(Hpa::new(ARENA), 1 << 20)
}

fn tree<T: Visible<Geometry = Width, Config = ()>>(arena: &Arena, width: Width) -> Tree<T, &Arena> {
    Tree::new(width, arena, arena).unwrap()
}

/// The shared address `offset` bytes into the half.
fn gpa(width: Width, offset: u64) -> Gpa<Shared> {
    match width.route(RawGpa::new(offset | width.shared_value())) {
        Ok(Route::Shared(gpa)) => gpa,
        other => panic!("{offset:#x} leads to {other:?}"),
    }
}

fn range(width: Width, offset: u64, bytes: u64) -> AddressRange<Shared> {
    width.range(gpa(width, offset), bytes).unwrap()
}

fn page(frame: u64) -> Page<Shared, Pt> {
    Page::new(Hpa::new(frame)).unwrap()
}

fn block(frame: u64) -> Page<Shared, Pd> {
    Page::new(Hpa::new(frame)).unwrap()
}

/// CPUs that remember what they were told to drop.
#[derive(Default, Debug)]
struct Cpus {
    flushes: Vec<Scope<Shared>>,
}

impl Invalidate<SharedSample> for Cpus {
    fn invalidate(&mut self, scope: Scope<Shared>) {
        self.flushes.push(scope);
    }
}
impl Invalidate<BreakSample> for Cpus {
    fn invalidate(&mut self, scope: Scope<Shared>) {
        self.flushes.push(scope);
    }
}

/// The entry that a CPU would use for `offset`, and the number of its level: a walker of raw words.
fn cpu_walk(arena: &Arena, root: Hpa, width: Width, offset: u64) -> Option<(u64, u32)> {
    let at = gpa(width, offset).as_u64();
    let (mut table, mut level) = (root, if width == Width::Bits48 { 3 } else { 4 });
    loop {
        let entry = arena.read(Hpa::new(table.as_u64() + (at >> (12 + 9 * level) & 511) * 8)).unwrap();
        if entry & PRESENT == 0 {
            return None;
        }
        if level == 0 || entry & 0x80 != 0 {
            return Some((entry, level));
        }
        table = Hpa::new(entry & FRAME);
        level -= 1;
    }
}

/// Sets accessed and dirty bits of the entry that maps `offset`, as a CPU does.
fn cpu_sets(arena: &Arena, root: Hpa, width: Width, offset: u64, bits: u64) {
    let at = gpa(width, offset).as_u64();
    let (mut table, mut level) = (root, if width == Width::Bits48 { 3 } else { 4 });
    loop {
        let word = arena.word_at(Hpa::new(table.as_u64() + (at >> (12 + 9 * level) & 511) * 8)).unwrap();
        let entry = word.load(std::sync::atomic::Ordering::Acquire);
        assert_ne!(entry & PRESENT, 0, "nothing is mapped at {offset:#x}");
        if level == 0 || entry & 0x80 != 0 {
            word.fetch_or(bits, std::sync::atomic::Ordering::AcqRel);
            return;
        }
        table = Hpa::new(entry & FRAME);
        level -= 1;
    }
}

/// What must hold after every operation under exclusive access: every table but the root is in use, every count is
/// right, nothing is frozen, and the arena holds the reachable tables and no other page.
#[track_caller]
fn check(arena: &Arena, root: Hpa, width: Width) {
    let mut tables = 0;
    check_table(arena, root, if width == Width::Bits48 { 3 } else { 4 }, Emptiness::Root, &mut tables);
    assert_eq!(arena.pages_in_use(), tables, "pages in use are not the tables that can be reached");
}

/// Whether a table may be empty.
#[derive(Copy, Clone, PartialEq, Eq)]
enum Emptiness {
    /// It is the root.
    Root,
    Forbidden,
    /// Under parallel access any may.
    Allowed,
}

impl Emptiness {
    fn below(self) -> Self {
        if self == Self::Allowed { self } else { Self::Forbidden }
    }
}

#[track_caller]
fn check_table(arena: &Arena, table: Hpa, level: u32, empty: Emptiness, tables: &mut usize) {
    *tables += 1;
    assert!(arena.is_in_use(table), "the table {table} at level {level} was freed");
    let mut live = 0;
    for index in 0..512 {
        let entry = arena.read(Hpa::new(table.as_u64() + index * 8)).unwrap();
        live += u64::from(entry != SharedSample::ABSENT);
        assert_ne!(entry, SharedSample::FROZEN, "entry {index} of {table} at level {level}");
        if entry & PRESENT != 0 && level > 0 && entry & 0x80 == 0 {
            check_table(arena, Hpa::new(entry & FRAME), level - 1, empty.below(), tables);
        }
    }
    assert!(empty != Emptiness::Forbidden || live > 0, "the table {table} at level {level} is empty");
    let count = arena.record(table).counted();
    assert!(count.is_none_or(|count| count == live), "{table} at level {level}: counted {count:?}, in use {live}");
    assert_eq!(arena.record(table).partner.load(std::sync::atomic::Ordering::Acquire), 0);
}

/// Runs a test under both geometries.
fn both(test: impl Fn(Width)) {
    test(Width::Bits48);
    test(Width::Bits52);
}

const READ: Fields = Fields { write: false, execute: false, ..Fields::RWX };
