//! One page at a time.

use super::*;
use crate::error::Obstacle;
use crate::sample::LevelName;
use crate::sample::Pml4;
use std::string::ToString;

#[test]
fn a_page_is_mapped_read_back_and_unmapped() {
    both(|width| {
        let (arena, mut cpus) = (arena(), Cpus::default());
        let mut tree = tree::<SharedSample>(&arena, width);
        let root = tree.root();
        let at = gpa(width, 0x1234_5000);
        tree.exclusive(&arena).map(at, page(0xab_c000), Fields::RWX).unwrap();
        assert_eq!(cpu_walk(&arena, root, width, 0x1234_5000), Some((1 << 63 | 0xab_c007, 0)));
        assert_eq!(cpu_walk(&arena, root, width, 0x1234_4000), None);
        check(&arena, root, width);
        let leaf = tree.exclusive(&arena).unmap::<Pt>(at).unwrap().flush(&mut cpus);
        assert_eq!((leaf.address, leaf.frame.as_u64(), leaf.level), (at, 0xab_c000, LevelName::Pt));
        assert_eq!(leaf.attributes, Fields::RWX);
        assert_eq!(cpus.flushes, [Scope::Tables(range(width, 0x1234_5000, PAGE))], "all its tables became empty");
        check(&arena, root, width);
        assert_eq!(arena.pages_in_use(), 1, "the root is left");
    });
}

#[test]
fn tables_go_back_at_the_flush_and_not_before() {
    let (arena, mut cpus) = (arena(), Cpus::default());
    let mut tree = tree::<SharedSample>(&arena, Width::Bits48);
    let mut cursor = tree.exclusive(&arena);
    cursor.map(gpa(Width::Bits48, 0), page(0x1000), Fields::RWX).unwrap();
    assert_eq!(arena.pages_in_use(), 4);
    let stale = cursor.unmap::<Pt>(gpa(Width::Bits48, 0)).unwrap();
    assert_eq!(arena.pages_in_use(), 4, "a CPU may still walk through them");
    stale.flush(&mut cpus);
    assert_eq!(arena.pages_in_use(), 1);
}

/// CPUs that see whether tables are still there when they are flushed.
struct Looking<'a>(&'a Arena, usize);
impl Invalidate<SharedSample> for Looking<'_> {
    fn invalidate(&mut self, _scope: Scope<Shared>) {
        self.1 = self.0.pages_in_use();
    }
}

#[test]
fn cpus_are_flushed_before_tables_go_back() {
    let arena = arena();
    let mut tree = tree::<SharedSample>(&arena, Width::Bits48);
    let mut cursor = tree.exclusive(&arena);
    cursor.map(gpa(Width::Bits48, 0), page(0x1000), Fields::RWX).unwrap();
    let mut cpus = Looking(&arena, 0);
    cursor.unmap::<Pt>(gpa(Width::Bits48, 0)).unwrap().flush(&mut cpus);
    assert_eq!((cpus.1, arena.pages_in_use()), (4, 1));
    cursor.map(gpa(Width::Bits48, 0), page(0x1000), Fields::RWX).unwrap();
    cursor.clear_range(range(Width::Bits48, 0, BLOCK), &mut cpus).unwrap().flush(&mut cpus);
    assert_eq!((cpus.1, arena.pages_in_use()), (4, 1));
}

#[test]
fn gathered_flushes_free_all_tables_with_one_invalidation() {
    let width = Width::Bits48;
    let (arena, mut cpus) = (arena(), Cpus::default());
    let mut tree = tree::<SharedSample>(&arena, width);
    let mut cursor = tree.exclusive(&arena);
    for i in 0..4 {
        cursor.map(gpa(width, i << 30), page(0x1000 * i), Fields::RWX).unwrap();
    }
    let mut stale = cursor.nothing_stale();
    assert!(!stale.is_needed());
    for i in 0..4 {
        let leaf;
        (stale, leaf) = cursor.unmap::<Pt>(gpa(width, i << 30)).unwrap().and(stale);
        assert_eq!(leaf.frame.as_u64(), 0x1000 * i);
    }
    stale.flush(&mut cpus);
    drop(cursor);
    assert_eq!(cpus.flushes, [Scope::Tables(range(width, 0, (3 << 30) + PAGE))]);
    check(&arena, tree.root(), width);
    assert_eq!(arena.pages_in_use(), 1);
}

#[test]
fn what_is_in_the_way_is_named() {
    both(|width| {
        let arena = arena();
        let mut tree = tree::<SharedSample>(&arena, width);
        let root = tree.root();
        let mut cursor = tree.exclusive(&arena);
        cursor.map(gpa(width, 0), page(0x5000), Fields::RWX).unwrap();
        cursor.map(gpa(width, BLOCK), block(0x40_0000), READ).unwrap();

        let refused = cursor.map(gpa(width, 0), page(0x6000), Fields::RWX).unwrap_err();
        assert_eq!(refused.page.frame().as_u64(), 0x6000, "the page that was not mapped comes back");
        let raw = 1 << 63 | 0x5007;
        let here = Obstacle::Leaf { at: gpa(width, 0), level: LevelName::Pt, frame: Hpa::new(0x5000), raw };
        assert_eq!(refused.obstacle, here);
        assert!(refused.to_string().contains("is mapped to frame 0x5000 by a leaf of level Pt"), "{refused}");

        let refused = cursor.map(gpa(width, BLOCK + PAGE), page(0x6000), Fields::RWX).unwrap_err();
        let raw = 1 << 63 | 0x40_0081;
        let larger = Obstacle::Leaf { at: gpa(width, BLOCK), level: LevelName::Pd, frame: Hpa::new(0x40_0000), raw };
        assert_eq!(refused.obstacle, larger);
        assert_eq!(cursor.unmap::<Pt>(gpa(width, BLOCK + PAGE)).unwrap_err(), larger);
        assert_eq!(cursor.protect::<Pt>(gpa(width, BLOCK + PAGE), READ).unwrap_err(), larger);

        let refused = cursor.map(gpa(width, 0), block(0x60_0000), Fields::RWX).unwrap_err();
        let Obstacle::Table { at, level: LevelName::Pd, .. } = refused.obstacle else { panic!("{refused}") };
        assert_eq!(at, gpa(width, 0));
        assert_eq!(cursor.unmap::<Pd>(at).unwrap_err(), refused.obstacle);
        assert_eq!(cursor.protect::<Pd>(at, READ).unwrap_err(), refused.obstacle);

        let absent = Obstacle::Absent { at: gpa(width, PAGE), level: LevelName::Pt, raw: 1 << 63 };
        assert_eq!(cursor.unmap::<Pt>(gpa(width, PAGE)).unwrap_err(), absent);
        let absent = Obstacle::Absent { at: gpa(width, 1 << 30), level: LevelName::Pdpt, raw: 1 << 63 };
        assert_eq!(cursor.protect::<Pt>(gpa(width, (1 << 30) + PAGE), READ).unwrap_err(), absent);
        drop(cursor);
        check(&arena, root, width);
    });
}

#[test]
fn attributes_that_let_nothing_through_are_refused() {
    let width = Width::Bits48;
    let arena = arena();
    let mut tree = tree::<SharedSample>(&arena, width);
    let mut cursor = tree.exclusive(&arena);
    let at = gpa(width, 0);
    let nothing = Obstacle::NotPresent { level: LevelName::Pt, raw: 1 << 63 };
    assert_eq!(cursor.map(at, page(0), Fields::default()).unwrap_err().obstacle, nothing);
    cursor.map(at, page(0), Fields::RWX).unwrap();
    assert_eq!(cursor.protect::<Pt>(at, Fields::default()).unwrap_err(), nothing);
    assert_eq!(cursor.update::<Pt>(at, |_| Fields::default()).unwrap_err(), nothing);
    drop(cursor);
    assert_eq!(cpu_walk(&arena, tree.root(), width, 0), Some((1 << 63 | 7, 0)));
}

#[test]
fn a_frame_that_is_too_wide_is_refused() {
    let arena = arena();
    let mut tree = tree::<SharedSample>(&arena, Width::Bits48);
    let refused = tree.exclusive(&arena).map(gpa(Width::Bits48, 0), page(1 << 52), Fields::RWX).unwrap_err();
    assert_eq!(refused.obstacle, Obstacle::FrameDoesNotFit { frame: Hpa::new(1 << 52), level: LevelName::Pt });
}

#[test]
fn an_address_of_a_wider_geometry_is_refused() {
    let arena = arena();
    let mut tree = tree::<SharedSample>(&arena, Width::Bits48);
    let at = gpa(Width::Bits52, 0);
    let mut cursor = tree.exclusive(&arena);
    let outside = Obstacle::OutsideTree { at };
    assert_eq!(cursor.map(at, page(0), Fields::RWX).unwrap_err().obstacle, outside);
    assert_eq!(cursor.unmap::<Pt>(at).unwrap_err(), outside);
}

#[test]
fn a_level_above_the_root_is_refused() {
    let arena = arena();
    let mut tree = tree::<SharedSample>(&arena, Width::Bits48);
    let cursor = tree.exclusive(&arena);
    let walked = cursor.walk::<crate::sample::Pml5, super::super::walk::Make>(gpa(Width::Bits48, 0));
    assert_eq!(walked.unwrap_err(), Obstacle::NoSuchLevel { level: LevelName::Pml5 });
    assert!(cursor.walk::<Pml4, super::super::walk::Make>(gpa(Width::Bits48, 0)).is_ok());
}

#[test]
fn running_out_of_tables_changes_nothing() {
    both(|width| {
        let tables = if width == Width::Bits48 { 3 } else { 4 };
        for allowed in 0..=tables {
            let arena = arena();
            let mut tree = tree::<SharedSample>(&arena, width);
            arena.limit_allocations(Some(allowed));
            let mapped = tree.exclusive(&arena).map(gpa(width, 0), page(0x5000), Fields::RWX);
            if allowed == tables {
                mapped.unwrap();
            } else {
                let refused = mapped.unwrap_err();
                assert!(matches!(refused.obstacle, Obstacle::OutOfTables { .. }), "{refused}");
                assert_eq!(arena.pages_in_use(), 1);
            }
            check(&arena, tree.root(), width);
        }
    });
}

#[test]
fn accessed_and_dirty_bits_survive() {
    let width = Width::Bits48;
    let (arena, mut cpus) = (arena(), Cpus::default());
    let mut tree = tree::<SharedSample>(&arena, width);
    let root = tree.root();
    let at = gpa(width, 0);
    tree.exclusive(&arena).map(at, page(0x5000), Fields::RWX).unwrap();
    cpu_sets(&arena, root, width, 0, 0x300);
    let old = tree.exclusive(&arena).protect::<Pt>(at, READ).unwrap().flush(&mut cpus);
    assert_eq!(old.attributes, Fields { accessed: true, dirty: true, ..Fields::RWX });
    assert_eq!(cpu_walk(&arena, root, width, 0), Some((1 << 63 | 0x5301, 0)));
    let harvested = tree.exclusive(&arena).update::<Pt>(at, |old| Fields { dirty: false, ..old }).unwrap();
    assert!(harvested.flush(&mut cpus).attributes.dirty);
    assert_eq!(cpu_walk(&arena, root, width, 0), Some((1 << 63 | 0x5101, 0)));
    cpu_sets(&arena, root, width, 0, 0x200);
    assert!(tree.exclusive(&arena).unmap::<Pt>(at).unwrap().flush(&mut cpus).attributes.dirty);
}

#[test]
fn a_bit_that_the_cpu_sets_during_the_change_is_not_lost() {
    let width = Width::Bits48;
    let (arena, mut cpus) = (arena(), Cpus::default());
    let mut tree = tree::<SharedSample>(&arena, width);
    let root = tree.root();
    let at = gpa(width, 0);
    let mut cursor = tree.exclusive(&arena);
    cursor.map(at, page(0x5000), Fields::RWX).unwrap();
    let mut calls = 0;
    let changed = cursor.update::<Pt>(at, |old| {
        calls += 1;
        if calls == 1 {
            cpu_sets(&arena, root, width, 0, 0x100);
        }
        Fields { write: false, ..old }
    });
    assert!(changed.unwrap().flush(&mut cpus).attributes.accessed);
    assert_eq!(calls, 2);
    assert_eq!(cpu_walk(&arena, root, width, 0), Some((1 << 63 | 0x5105, 0)));
}

#[test]
fn a_change_that_changes_nothing_needs_no_flush() {
    let width = Width::Bits48;
    let (arena, mut cpus) = (arena(), Cpus::default());
    let mut tree = tree::<SharedSample>(&arena, width);
    let mut cursor = tree.exclusive(&arena);
    cursor.map(gpa(width, 0), page(0x5000), READ).unwrap();
    cursor.protect::<Pt>(gpa(width, 0), READ).unwrap().flush(&mut cpus);
    assert_eq!(cpus.flushes, []);
    cursor.protect::<Pt>(gpa(width, 0), Fields::RWX).unwrap().flush(&mut cpus);
    assert_eq!(cpus.flushes, [Scope::Leaves(range(width, 0, PAGE))]);
}

#[test]
fn a_sequence_across_tables_keeps_the_counts() {
    both(|width| {
        let (arena, mut cpus) = (arena(), Cpus::default());
        let mut tree = tree::<SharedSample>(&arena, width);
        let root = tree.root();
        let pages: Vec<u64> = (500..1100).map(|i| i * PAGE).collect();
        let mut cursor = tree.exclusive(&arena);
        for &at in &pages {
            cursor.map(gpa(width, at), page(at), Fields::RWX).unwrap();
        }
        drop(cursor);
        check(&arena, root, width);
        let mut cursor = tree.exclusive(&arena);
        for &at in &pages {
            cursor.unmap::<Pt>(gpa(width, at)).unwrap().flush(&mut cpus);
        }
        drop(cursor);
        check(&arena, root, width);
        assert_eq!(arena.pages_in_use(), 1);
    });
}

#[test]
fn a_forgotten_cursor_costs_a_recount_and_no_table() {
    let width = Width::Bits48;
    let (arena, mut cpus) = (arena(), Cpus::default());
    let mut tree = tree::<SharedSample>(&arena, width);
    let mut cursor = tree.exclusive(&arena);
    for i in 0..3 {
        cursor.map(gpa(width, i * PAGE), page(i * PAGE), Fields::RWX).unwrap();
    }
    core::mem::forget(cursor);
    check(&arena, tree.root(), width);
    let mut cursor = tree.exclusive(&arena);
    cursor.unmap::<Pt>(gpa(width, 0)).unwrap().flush(&mut cpus);
    cursor.unmap::<Pt>(gpa(width, PAGE)).unwrap().flush(&mut cpus);
    assert_eq!(arena.pages_in_use(), 4, "one page is still mapped");
    cursor.unmap::<Pt>(gpa(width, 2 * PAGE)).unwrap().flush(&mut cpus);
    drop(cursor);
    check(&arena, tree.root(), width);
    assert_eq!(arena.pages_in_use(), 1);
}

#[test]
fn an_absent_entry_with_a_payload_can_be_mapped_over_and_keeps_its_table() {
    let width = Width::Bits48;
    let (arena, mut cpus) = (arena(), Cpus::default());
    let mut tree = tree::<SharedSample>(&arena, width);
    let root = tree.root();
    let mut cursor = tree.exclusive(&arena);
    cursor.map(gpa(width, 0), page(0), Fields::RWX).unwrap();
    let table = cursor.walk::<Pt, super::super::walk::Stop>(gpa(width, 0)).unwrap().frame();
    drop(cursor);
    arena.word(table, 7).store(1 << 63 | 0x4_2000, std::sync::atomic::Ordering::Release);
    arena.record(table).live.store(2, std::sync::atomic::Ordering::Release);
    let mut cursor = tree.exclusive(&arena);
    cursor.unmap::<Pt>(gpa(width, 0)).unwrap().flush(&mut cpus);
    assert_eq!(arena.pages_in_use(), 4, "the payload is in use");
    cursor.map(gpa(width, 7 * PAGE), page(0x9000), Fields::RWX).unwrap();
    drop(cursor);
    check(&arena, root, width);
    tree.exclusive(&arena).unmap::<Pt>(gpa(width, 7 * PAGE)).unwrap().flush(&mut cpus);
    assert_eq!(arena.pages_in_use(), 1);
}
