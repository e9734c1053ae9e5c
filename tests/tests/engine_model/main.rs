//! Random operations on the engine and on a plain model, compared after every step: translations, leaves, table
//! pages and counts. Every allocation fails once.

mod model;
mod subject;

use model::{Model, Obstacle, Page, size};
use proptest::prelude::*;
use pt_core::{Arena, Hpa, Levels, Memory, Tree};
use std::sync::atomic::Ordering;
use subject::{Cpus, PageTables, Stage2, Subject, old, page};

const ARENA: u64 = 0x100_0000;

/// An operation; addresses are chosen so that operations meet.
#[derive(Clone, Debug)]
enum Op {
    Map { at: Spot, level: u8, rights: u8 },
    MapRange { at: Spot, pages: u64, skew: u64, smallest: u8, largest: u8, rights: u8 },
    Unmap { at: Spot, level: u8 },
    UnmapRange { at: Spot, pages: u64, watched: bool },
    Protect { at: Spot, level: u8, rights: u8 },
    ProtectRange { at: Spot, pages: u64, rights: u8 },
    Harvest { at: Spot, pages: u64 },
    Split { at: Spot, level: u8 },
    Merge { at: Spot, level: u8 },
    Access { at: Spot, write: bool },
}

/// A page: one of the subject's regions, and the number of the page in it.
#[derive(Copy, Clone, Debug)]
struct Spot {
    region: usize,
    page: u64,
}

/// The pages of a region: the first gigabyte, and a little of the next.
const REGION: u64 = (1 << 18) + (1 << 11);

fn spot() -> impl Strategy<Value = Spot> {
    let page = prop_oneof![
        4 => 0..4_u64,
        4 => (0..5_u64, 0..6_u64).prop_map(|(block, page)| block * 512 + page),
        2 => (0..5_u64, 0..6_u64).prop_map(|(block, page)| (block + 1) * 512 - 1 - page),
        2 => (0..4_u64).prop_map(|page| (1 << 18) - 2 + page),
        1 => 0..REGION,
    ];
    (0..4_usize, page).prop_map(|(region, page)| Spot { region, page })
}

/// Lengths of ranges: few pages, about a block, several blocks, about a gigabyte.
fn pages() -> impl Strategy<Value = u64> {
    prop_oneof![
        4 => 1..5_u64,
        3 => 500..530_u64,
        2 => (1..4_u64, 0..3_u64).prop_map(|(blocks, more)| blocks * 512 + more),
        1 => (1 << 18)..(1 << 18) + 3_u64,
    ]
}

fn op() -> impl Strategy<Value = Op> {
    let rights = || 0..4_u8;
    prop_oneof![
        4 => (spot(), 0..3_u8, rights()).prop_map(|(at, level, rights)| Op::Map { at, level, rights }),
        6 => (spot(), pages(), 0..4_u64, 0..2_u8, 0..3_u8, rights()).prop_map(
            |(at, pages, skew, smallest, largest, rights)| Op::MapRange { at, pages, skew, smallest, largest, rights }
        ),
        3 => (spot(), 0..3_u8).prop_map(|(at, level)| Op::Unmap { at, level }),
        3 => (spot(), pages(), any::<bool>()).prop_map(|(at, pages, watched)| Op::UnmapRange { at, pages, watched }),
        2 => (spot(), 0..3_u8, rights()).prop_map(|(at, level, rights)| Op::Protect { at, level, rights }),
        4 => (spot(), pages(), rights()).prop_map(|(at, pages, rights)| Op::ProtectRange { at, pages, rights }),
        1 => (spot(), pages()).prop_map(|(at, pages)| Op::Harvest { at, pages }),
        2 => (spot(), 1..3_u8).prop_map(|(at, level)| Op::Split { at, level }),
        3 => (spot(), 1..3_u8).prop_map(|(at, level)| Op::Merge { at, level }),
        3 => (spot(), any::<bool>()).prop_map(|(at, write)| Op::Access { at, write }),
    ]
}

/// The engine and the model, side by side.
struct Pair<'a, T: Subject> {
    arena: &'a Arena,
    tree: Tree<T, &'a Arena>,
    root: u8,
    model: Model,
    /// Whether every allocation fails before it succeeds.
    failing: bool,
}

/// An operation ran out of tables, and is to be done again.
struct Again;

impl<T: Subject> Pair<'_, T> {
    fn spot(spot: Spot) -> u64 {
        T::REGIONS[spot.region] + spot.page * 0x1000
    }

    /// A range of whole pages of `level` around a spot.
    fn range(spot: Spot, pages: u64, level: u8) -> (u64, u64) {
        let start = Self::spot(spot) & !(size(level) - 1);
        let bytes = (pages * 0x1000).next_multiple_of(size(level));
        let end = T::REGIONS[spot.region] + 2 * size(2);
        (start, bytes.min(end - start))
    }

    fn page(start: u64, level: u8, rights: u8) -> Page {
        // Frames that go with addresses, so that pages can be merged, and fit the 52 bits of an entry.
        let frame = (start & 0xff_ffff_ffff) & !(size(level) - 1);
        Page { level, frame, rights, accessed: false, dirty: false }
    }

    fn apply(&mut self, op: &Op) {
        for allowed in 0.. {
            self.arena.limit_allocations(self.failing.then_some(allowed));
            let step = self.step(op, allowed);
            self.arena.limit_allocations(None);
            self.compare();
            if step.is_ok() {
                return;
            }
        }
    }

    /// Does the operation once.
    fn step(&mut self, op: &Op, allowed: usize) -> Result<(), Again> {
        let geometry = self.tree.geometry();
        match *op {
            Op::Map { at, level, rights } => {
                let at = Self::spot(at);
                let page = Self::page(at, level, rights);
                let found = T::map(&mut self.tree.exclusive(self.arena), T::address(geometry, at), page);
                if found == Err(Obstacle::OutOfTables) {
                    return Err(Again);
                }
                assert_eq!(found, self.model.map(at, page), "{op:?}");
            }
            Op::MapRange { at, pages, skew, smallest, largest, rights } => {
                self.map_range(at, pages, skew, smallest, largest, rights);
            }
            Op::Unmap { at, level } => {
                let at = Self::spot(at);
                let found = T::unmap(&mut self.tree.exclusive(self.arena), T::address(geometry, at), level);
                assert_eq!(found, self.model.unmap(level, at), "{op:?}");
            }
            Op::UnmapRange { at, pages, watched } => {
                let (start, bytes) = Self::range(at, pages, 0);
                return self.unmap_range(start, bytes, watched, allowed);
            }
            Op::Protect { at, level, rights } => {
                let (at, page) = (Self::spot(at), Self::page(0, level, rights));
                let found = T::protect(&mut self.tree.exclusive(self.arena), T::address(geometry, at), page);
                assert_eq!(found, self.model.protect(level, at, rights), "{op:?}");
            }
            Op::ProtectRange { at, pages, rights } => {
                let (start, bytes) = Self::range(at, pages, 0);
                return self.protect_range(start, bytes, rights, allowed);
            }
            Op::Harvest { at, pages } => {
                let (start, bytes) = Self::range(at, pages, 0);
                return self.harvest(start, bytes, allowed);
            }
            Op::Split { at, level } => {
                let at = Self::spot(at);
                let found = T::split(&mut self.tree.exclusive(self.arena), T::address(geometry, at), level);
                if found == Err(Obstacle::OutOfTables) {
                    return Err(Again);
                }
                assert_eq!(found, self.model.split(level, at), "{op:?}");
            }
            Op::Merge { at, level } => {
                let at = Self::spot(at);
                let found = T::merge(&mut self.tree.exclusive(self.arena), T::address(geometry, at), level);
                assert_eq!(found, self.model.merge(level, at), "{op:?}");
            }
            Op::Access { at, write } => {
                let at = Self::spot(at);
                assert_eq!(self.access(at, write), self.model.access(at, write), "{op:?}");
            }
        }
        Ok(())
    }

    fn map_range(&mut self, at: Spot, pages: u64, skew: u64, smallest: u8, largest: u8, rights: u8) {
        let (start, bytes) = Self::range(at, pages, smallest);
        let mut first = Self::page(start, smallest, rights);
        // Frames that are not aligned as the addresses are; not for huge ranges of small pages.
        if skew == 0 && bytes <= size(1) * 3 {
            first.frame += size(smallest);
        }
        let largest = if bytes > size(1) * 4 { largest.max(1) } else { largest };
        let last = start + (bytes - 1);
        let mut from = start;
        for allowed in 0.. {
            self.arena.limit_allocations(self.failing.then_some(allowed));
            let rest = Page { frame: first.frame + (from - start), ..first };
            let range = T::range(self.tree.geometry(), from, bytes - (from - start));
            let found = T::map_range(self.tree.exclusive(self.arena), range, rest, largest);
            self.arena.limit_allocations(None);
            let Err((done, Obstacle::OutOfTables)) = found else {
                let mut expected = self.model.map_range(from, last, rest, largest);
                if let Err((stopped, _)) = &mut expected {
                    *stopped -= from;
                }
                let found = found.map_err(|(done, obstacle)| (done.unwrap_or(0), obstacle));
                assert_eq!(found, expected);
                return;
            };
            if let Some(done) = done {
                self.model.map_range(from, from + (done - 1), rest, largest).unwrap();
                from += done;
            }
            self.compare();
        }
    }

    fn unmap_range(&mut self, start: u64, bytes: u64, watched: bool, allowed: usize) -> Result<(), Again> {
        let (last, mut cpus, mut seen) = (start + (bytes - 1), Cpus::default(), Vec::new());
        let range = T::range(self.tree.geometry(), start, bytes);
        let mut cursor = self.tree.exclusive(self.arena);
        let done = if watched {
            cursor.unmap_range(range, &mut cpus, |leaf| seen.push(old(&leaf)))
        } else {
            cursor.clear_range(range, &mut cpus)
        };
        match done {
            Ok(stale) => stale.flush(&mut cpus),
            Err(stopped) => {
                assert_eq!((stopped.done, subject::kind::<T>(stopped.obstacle)), (None, Obstacle::OutOfTables));
                stopped.stale.flush(&mut cpus);
                assert_eq!(self.model.split_edges(start, last, allowed, |_| true), Err(Obstacle::OutOfTables));
                return Err(Again);
            }
        }
        let removed = self.model.unmap_range(start, last);
        assert!(!watched || seen == removed, "{seen:?}, expected {removed:?}");
        Ok(())
    }

    fn protect_range(&mut self, start: u64, bytes: u64, rights: u8, allowed: usize) -> Result<(), Again> {
        let (last, mut cpus) = (start + (bytes - 1), Cpus::default());
        let range = T::range(self.tree.geometry(), start, bytes);
        let attributes = T::attributes(Self::page(0, 0, rights));
        match self.tree.exclusive(self.arena).protect_range(range, attributes, &mut cpus) {
            Ok(stale) => stale.flush(&mut cpus),
            Err(stopped) => {
                assert_eq!((stopped.done, subject::kind::<T>(stopped.obstacle)), (None, Obstacle::OutOfTables));
                stopped.stale.flush(&mut cpus);
                let split = self.model.split_edges(start, last, allowed, |page| page.rights != rights);
                assert_eq!(split, Err(Obstacle::OutOfTables));
                return Err(Again);
            }
        }
        self.model.protect_range(start, last, rights);
        Ok(())
    }

    /// Takes the dirty bits of a range.
    fn harvest(&mut self, start: u64, bytes: u64, allowed: usize) -> Result<(), Again> {
        let (last, mut cpus) = (start + (bytes - 1), Cpus::default());
        let range = T::range(self.tree.geometry(), start, bytes);
        let clean = self.tree.exclusive(self.arena).update_range(range, &mut cpus, |leaf| {
            let (_, page) = old(leaf);
            T::attributes(Page { dirty: false, ..page })
        });
        match clean {
            Ok(stale) => stale.flush(&mut cpus),
            Err(stopped) => {
                assert_eq!((stopped.done, subject::kind::<T>(stopped.obstacle)), (None, Obstacle::OutOfTables));
                stopped.stale.flush(&mut cpus);
                let split = self.model.split_edges(start, last, allowed, |page| page.dirty);
                assert_eq!(split, Err(Obstacle::OutOfTables));
                return Err(Again);
            }
        }
        self.model.split_edges(start, last, usize::MAX, |page| page.dirty).unwrap();
        for (_, page) in self.model.pages.range_mut(start..=last) {
            page.dirty = false;
        }
        Ok(())
    }

    /// Uses a page as a CPU does: walks raw words, and sets bits in the last one.
    fn access(&self, at: u64, write: bool) -> bool {
        let (mut table, mut level) = (self.tree.root_frame().as_u64(), self.root);
        loop {
            let word = self.arena.word_at(Hpa::new(table + (at >> (12 + 9 * level) & 511) * 8)).unwrap();
            let entry = word.load(Ordering::Acquire);
            if entry & T::PRESENT == 0 {
                return false;
            }
            if level == 0 || entry & T::LARGE != 0 {
                word.fetch_or(T::ACCESSED | if write { T::DIRTY } else { 0 }, Ordering::AcqRel);
                return true;
            }
            (table, level) = (entry & 0x000f_ffff_ffff_f000, level - 1);
        }
    }

    /// The engine's tree and the model say the same.
    fn compare(&self) {
        let leaves = self.tree.reader().whole().leaves();
        let leaves: Vec<_> = leaves
            .map(|leaf| (leaf.address.as_u64(), page::<T>(leaf.level, leaf.frame.as_u64(), leaf.attributes)))
            .collect();
        assert!(leaves.iter().copied().eq(self.model.pages.iter().map(|(&at, &page)| (at, page))), "leaves differ");
        for &(at, page) in leaves.iter().take(20).chain(leaves.iter().rev().take(20)) {
            for at in [at, at + (size(page.level) - 1), at.wrapping_sub(1), at.wrapping_add(size(page.level))] {
                self.compare_translation(at);
            }
        }
        assert_eq!(self.arena.pages_in_use(), self.model.tables(self.root), "table pages");
        self.check_counts(self.tree.root_frame(), self.root);
    }

    fn compare_translation(&self, at: u64) {
        let inside = |region: &u64| at.wrapping_sub(*region) < 3 * size(2);
        if T::REGIONS.iter().any(inside) {
            let found = self.tree.reader().translate(T::address(self.tree.geometry(), at));
            let found = found.map(|found| (found.address.as_u64(), found.level.number()));
            let expected = self.model.find(at).map(|(start, page)| (page.frame + (at - start), page.level));
            assert_eq!(found, expected, "{at:#x}");
        }
    }

    /// No table but the root is empty, and every count is right.
    fn check_counts(&self, table: Hpa, level: u8) {
        let entries = (0..512).map(|index| self.arena.read(Hpa::new(table.as_u64() + index * 8)).unwrap());
        let mut live = 0;
        for entry in entries.filter(|&entry| entry != T::ABSENT) {
            live += 1;
            if level > 0 && entry & T::LARGE == 0 {
                self.check_counts(Hpa::new(entry & 0x000f_ffff_ffff_f000), level - 1);
            }
        }
        assert!(live > 0 || level == self.root, "an empty table of level {level}");
        assert_eq!(self.arena.record(table).live.load(Ordering::Acquire), live, "level {level}");
    }
}

fn run<T: Subject>(ops: &[Op], failing: bool) {
    for &(geometry, root) in T::GEOMETRIES {
        let arena = Arena::new(Hpa::new(ARENA), 8 << 20);
        let tree = Tree::configured(geometry, T::CONFIG, &arena, &arena).unwrap();
        let mut pair = Pair::<T> { arena: &arena, tree, root, model: Model::default(), failing };
        pair.compare();
        for op in ops {
            pair.apply(op);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, max_shrink_iters: 2000, ..ProptestConfig::default() })]

    #[test]
    fn in_place_tables_are_as_the_model(ops in prop::collection::vec(op(), 1..40), failing: bool) {
        run::<PageTables>(&ops, failing);
    }

    #[test]
    fn breaking_tables_are_as_the_model(ops in prop::collection::vec(op(), 1..40), failing: bool) {
        run::<Stage2>(&ops, failing);
    }
}
