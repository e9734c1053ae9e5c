//! Executing after planning uses exactly what was planned.

use super::*;
use crate::address::{Gpa, Hpa, RawGpa, Route};
use crate::arena::Arena;
use crate::error::Obstacle;
use crate::flush::Invalidate;
use crate::geometry::Split;
use crate::page::Page;
use crate::sample::{BreakSample, Fields, LevelName, Pd, Pt, SharedSample, Width};
use crate::space::Shared;
use crate::table::{Direct, UsedByCpu};
use crate::tree::Tree;
use std::string::ToString;

const PAGE: u64 = 0x1000;
const BLOCK: u64 = 0x20_0000;

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

/// Counts the flushes.
struct Cpus(u64);
impl<T: UsedByCpu<Space = Shared>> Invalidate<T> for Cpus {
    fn invalidate(&mut self, _scope: Scope<Shared>) {
        self.0 += 1;
    }
}

struct Random(u64);
impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }
}

const READ: Fields = Fields { write: false, execute: false, ..Fields::RWX };

/// Random operations on a few gigabytes, each planned, then done with exactly the planned tables.
fn planned_operations<T>(width: Width, seed: u64)
where
    T: Direct<Space = Shared, Geometry = Width, Levels = LevelName, Attributes = Fields, Config = ()> + UsedByCpu,
    Pt: crate::level::LeafLevelOf<T>,
    Page<Shared, Pt>: crate::page::PageOf<T, Pt>,
{
    let arena = Arena::new(Hpa::new(0x7_0000_0000), 4 << 20);
    let mut tree = Tree::<T, _>::new(width, &arena, &arena).unwrap();
    let mut random = Random(seed);
    for _ in 0..60 {
        let start = random.below(6) * 300 * PAGE + random.below(3) * ((1 << 30) - 100 * PAGE);
        let bytes = (1 + random.below(4) * random.below(1000)) * PAGE;
        let range = range(width, start, bytes);
        let before = arena.pages_in_use();
        let mut cpus = Cpus(0);
        match random.below(3) {
            0 => {
                let first = page(if random.below(3) == 0 { start + PAGE } else { start });
                let largest = (random.below(3) == 0).then_some(LevelName::Pt);
                let attributes = if random.below(2) == 0 { READ } else { Fields::RWX };
                match tree.plan_map_range(range, &first, attributes, largest) {
                    Ok(plan) => {
                        let reserve: Reserve<'_, _, 64> = plan.reserve(&arena).unwrap();
                        let cursor = tree.exclusive(&reserve).limit_blocks(largest.unwrap_or(LevelName::Pml5));
                        { cursor }.map_range(range, first, attributes).unwrap();
                        assert!(reserve.is_empty(), "{plan}: {} tables too many", reserve.len());
                        let bytes = plan.leaves(LevelName::Pt) * PAGE + plan.leaves(LevelName::Pd) * BLOCK;
                        assert_eq!((bytes, plan.scope()), (range.bytes(), Scope::Nothing));
                    }
                    Err(planned) => {
                        let refused = tree.exclusive(&arena).map_range(range, first, attributes).unwrap_err();
                        assert!(matches!(planned, Obstacle::Leaf { .. }), "{planned}");
                        assert!(matches!(refused.obstacle, Obstacle::Leaf { .. }), "{refused}");
                        if largest.is_none() {
                            assert_eq!(planned, refused.obstacle);
                        }
                    }
                }
            }
            1 => {
                let plan = tree.plan_unmap_range(range).unwrap();
                let watched = random.below(2) == 0;
                let reserve: Reserve<'_, _, 64> = plan.reserve(&arena).unwrap();
                let (mut small, mut large) = (0, 0);
                let mut cursor = tree.exclusive(&reserve);
                let stale = if watched {
                    let count = |leaf: crate::cursor::OldLeaf<T>| match leaf.level {
                        LevelName::Pt => small += 1,
                        _ => large += 1,
                    };
                    cursor.unmap_range(range, &mut cpus, count).unwrap()
                } else {
                    (small, large) = (plan.leaves(LevelName::Pt), plan.leaves(LevelName::Pd));
                    cursor.clear_range(range, &mut cpus).unwrap()
                };
                assert_eq!((stale.scope(), cpus.0), (plan.scope(), plan.flushes_on_the_way()), "{plan}");
                assert!(reserve.is_empty(), "{plan}: {} tables too many", reserve.len());
                stale.flush(&mut cpus);
                drop(cursor);
                drop(reserve);
                assert_eq!((small, large), (plan.leaves(LevelName::Pt), plan.leaves(LevelName::Pd)), "{plan}");
                assert_eq!(arena.pages_in_use(), before + plan.tables() - plan.tables_freed(), "{plan}");
                let nothing = tree.plan_unmap_range(range).unwrap();
                assert_eq!(nothing, Plan::new(), "{nothing}");
            }
            _ => {
                let attributes = if random.below(2) == 0 { READ } else { Fields::RWX };
                let plan = tree.plan_protect_range(range, attributes).unwrap();
                let reserve: Reserve<'_, _, 64> = plan.reserve(&arena).unwrap();
                let mut cursor = tree.exclusive(&reserve);
                let stale = cursor.protect_range(range, attributes, &mut cpus).unwrap();
                assert_eq!((stale.scope(), cpus.0), (plan.scope(), plan.flushes_on_the_way()), "{plan}");
                assert!(reserve.is_empty(), "{plan}: {} tables too many", reserve.len());
                stale.flush(&mut cpus);
                drop(cursor);
                drop(reserve);
                assert_eq!(arena.pages_in_use(), before + plan.tables(), "{plan}");
                let nothing = tree.plan_protect_range(range, attributes).unwrap();
                assert_eq!(nothing, Plan::new(), "{nothing}");
            }
        }
    }
}

#[test]
fn what_is_planned_is_what_is_done() {
    for width in [Width::Bits48, Width::Bits52] {
        for seed in 0..40 {
            planned_operations::<SharedSample>(width, seed);
            planned_operations::<BreakSample>(width, seed);
        }
    }
}

#[test]
fn a_plan_counts_tables_and_leaves_without_making_them() {
    let width = Width::Bits48;
    let arena = Arena::new(Hpa::new(0), 1 << 20);
    let tree = Tree::<SharedSample, _>::new(width, &arena, &arena).unwrap();
    let huge = range(width, PAGE, 1 << 42);
    let plan = tree.plan_map_range(huge, &page(PAGE), Fields::RWX, None).unwrap();
    assert_eq!(plan.tables(), 9 + (4096 + 1) + 2, "Pdpt, Pd, and a Pt at either end");
    assert_eq!(plan.leaves(LevelName::Pd), (1 << 21) - 1);
    assert_eq!(plan.leaves(LevelName::Pt), 512);
    assert_eq!(arena.pages_in_use(), 1);
    let text = "SharedSample: takes 4108 table(s), frees 0, 512 leaves at Pt, 2097151 leaves at Pd, flush: Nothing";
    assert_eq!(plan.to_string(), text);
    assert_eq!(plan.reserve::<_, 8>(&arena).err(), Some(OutOfTables { wanted: 4108 }));
}

#[test]
fn refusals_are_planned() {
    let width = Width::Bits48;
    let arena = Arena::new(Hpa::new(0x7_0000_0000), 1 << 20);
    let mut tree = Tree::<SharedSample, _>::new(width, &arena, &arena).unwrap();
    let two = range(width, 0, 2 * BLOCK);
    let block = |frame| Page::<Shared, Pd>::new(Hpa::new(frame)).unwrap();
    let planned = tree.plan_map_range(two, &block(1 << 52), Fields::RWX, None).unwrap_err();
    assert_eq!(planned, Obstacle::FrameDoesNotFit { frame: Hpa::new(1 << 52), level: LevelName::Pd });
    let planned = tree.plan_map_range(two, &block((1 << 52) - BLOCK), Fields::RWX, None).unwrap_err();
    assert_eq!(planned, Obstacle::FrameDoesNotFit { frame: Hpa::new(1 << 52), level: LevelName::Pd });
    let planned = tree.plan_map_range(two, &block(0), Fields::default(), None).unwrap_err();
    assert!(matches!(planned, Obstacle::NotPresent { .. }), "{planned}");
    let outside = range(Width::Bits52, 0, PAGE);
    assert_eq!(tree.plan_unmap_range(outside).unwrap_err(), Obstacle::OutsideTree { at: outside.start() });
    tree.exclusive(&arena).map(gpa(width, BLOCK), page(0), Fields::RWX).unwrap();
    let planned = tree.plan_map_range(two, &block(0), Fields::RWX, None).unwrap_err();
    let refused = tree.exclusive(&arena).map_range(two, block(0), Fields::RWX).unwrap_err();
    assert_eq!(refused.obstacle, planned);
    assert!(matches!(planned, Obstacle::Table { level: LevelName::Pd, .. }), "{planned}");
}
