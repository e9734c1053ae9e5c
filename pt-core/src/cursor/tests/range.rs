//! Ranges.

use super::*;
use crate::error::Obstacle;
use crate::sample::LevelName;
use std::string::ToString;
use std::vec;

/// The pages of `pages`, as offsets, that a CPU can reach, with their frames and the number of their level.
fn mapped(arena: &Arena, root: Hpa, width: Width, pages: core::ops::Range<u64>) -> Vec<(u64, u64, u32)> {
    pages
        .filter_map(|page| {
            let (entry, level) = cpu_walk(arena, root, width, page * PAGE)?;
            let offset = (page * PAGE) & ((1 << (12 + 9 * level)) - 1);
            Some((page, (entry & FRAME) + offset, level))
        })
        .collect()
}

#[test]
fn a_range_is_mapped_with_the_largest_pages_that_fit() {
    both(|width| {
        let arena = arena();
        let mut tree = tree::<SharedSample>(&arena, width);
        let root = tree.root();
        let start = BLOCK - 3 * PAGE;
        let range = range(width, start, 2 * BLOCK + 5 * PAGE);
        tree.exclusive(&arena).map_range(range, page(0x4000_0000 + start), Fields::RWX).unwrap();
        check(&arena, root, width);
        let expected: Vec<_> = (0..2048)
            .filter(|page| (start / PAGE..(start + range.bytes()) / PAGE).contains(page))
            .map(|page| (page, 0x4000_0000 + page * PAGE, u32::from((512..1536).contains(&page))))
            .collect();
        assert_eq!(mapped(&arena, root, width, 0..2048), expected);
    });
}

#[test]
fn frames_that_are_not_aligned_alike_and_limits_make_small_pages() {
    let width = Width::Bits48;
    for (frame, limit) in [(0x4000_1000, LevelName::Pml5), (0x4000_0000, LevelName::Pt)] {
        let arena = arena();
        let mut tree = tree::<SharedSample>(&arena, width);
        let cursor = tree.exclusive(&arena);
        cursor.limit_blocks(limit).map_range(range(width, 0, 2 * BLOCK), page(frame), Fields::RWX).unwrap();
        let found = mapped(&arena, tree.root(), width, 0..1024);
        assert_eq!(found.len(), 1024);
        assert!(found.iter().all(|&(page, at, level)| level == 0 && at == frame + page * PAGE));
        check(&arena, tree.root(), width);
    }
}

#[test]
fn a_range_of_blocks_makes_no_smaller_pages() {
    let width = Width::Bits48;
    let arena = arena();
    let mut tree = tree::<SharedSample>(&arena, width);
    let mut cursor = tree.exclusive(&arena);
    let refused = cursor.map_range(range(width, 0, BLOCK + PAGE), block(0), Fields::RWX).unwrap_err();
    assert_eq!(refused.obstacle, Obstacle::Misaligned { at: gpa(width, BLOCK + PAGE - 1), level: LevelName::Pd });
    cursor.map(gpa(width, BLOCK), page(0), Fields::RWX).unwrap();
    let refused = cursor.map_range(range(width, 0, 2 * BLOCK), block(0x40_0000), Fields::RWX).unwrap_err();
    assert!(matches!(refused.obstacle, Obstacle::Table { level: LevelName::Pd, .. }), "{refused}");
    assert_eq!(refused.done, Some(range(width, 0, BLOCK)));
    drop(cursor);
    check(&arena, tree.root(), width);
}

#[test]
fn a_range_that_meets_a_page_stops_there_and_says_how_far_it_got() {
    both(|width| {
        for obstacle in [0, 1, 511, 512, 700] {
            let arena = arena();
            let mut tree = tree::<SharedSample>(&arena, width);
            let root = tree.root();
            let mut cursor = tree.exclusive(&arena);
            cursor.map(gpa(width, obstacle * PAGE), page(0x9000), READ).unwrap();
            let refused = cursor.map_range(range(width, 0, 1024 * PAGE), page(0x1000), Fields::RWX).unwrap_err();
            drop(cursor);
            let here = Obstacle::Leaf {
                at: gpa(width, obstacle * PAGE),
                level: LevelName::Pt,
                frame: Hpa::new(0x9000),
                raw: 1 << 63 | 0x9001,
            };
            assert_eq!(refused.obstacle, here);
            assert_eq!(refused.done, (obstacle > 0).then(|| range(width, 0, obstacle * PAGE)), "{refused}");
            assert_eq!(mapped(&arena, root, width, 0..1024).len() as u64, obstacle + 1);
            check(&arena, root, width);
        }
    });
}

#[test]
fn mapping_a_range_fills_the_holes_of_a_table_that_is_there() {
    let width = Width::Bits48;
    let arena = arena();
    let mut tree = tree::<SharedSample>(&arena, width);
    let mut cursor = tree.exclusive(&arena);
    cursor.map(gpa(width, 5 * BLOCK), page(0x9000), READ).unwrap();
    cursor.map_range(range(width, 5 * BLOCK + PAGE, BLOCK - PAGE), page(0x1000), Fields::RWX).unwrap();
    cursor.map_range(range(width, 0, 5 * BLOCK), page(0x4000_0000), Fields::RWX).unwrap();
    drop(cursor);
    assert_eq!(mapped(&arena, tree.root(), width, 0..6 * 512).len(), 6 * 512);
    check(&arena, tree.root(), width);
}

#[test]
fn a_range_that_runs_out_of_tables_keeps_what_it_mapped_and_no_empty_table() {
    both(|width| {
        let mut done = vec![];
        for allowed in 0.. {
            let arena = arena();
            let mut tree = tree::<SharedSample>(&arena, width);
            let root = tree.root();
            arena.limit_allocations(Some(allowed));
            let range = range(width, (1 << 30) - 700 * PAGE, 1400 * PAGE);
            let result = tree.exclusive(&arena).map_range(range, page(0x1000), Fields::RWX);
            check(&arena, root, width);
            let Err(refused) = result else { break };
            assert!(refused.to_string().contains("no memory for the table"), "{refused}");
            let first = ((1 << 30) - 700 * PAGE) / PAGE;
            let pages = refused.done.map_or(0, |done| done.bytes() / PAGE);
            let found = mapped(&arena, root, width, first - 10..first + 1410);
            assert_eq!(found.len() as u64, pages);
            assert!(found.iter().zip(first..).all(|(found, page)| found.0 == page));
            done.push(pages);
        }
        let tables = if width == Width::Bits48 { 3 } else { 4 };
        let mut expected = vec![0; tables];
        expected.extend([188, 700, 700, 1212]);
        assert_eq!(done, expected);
    });
}

#[test]
fn a_range_is_unmapped_exactly_and_its_leaves_are_shown() {
    both(|width| {
        for (first, pages) in [(0, 1), (3, 1500), (0, 2048), (512, 512), (511, 514), (700, 3), (2047, 1)] {
            let (arena, mut cpus) = (arena(), Cpus::default());
            let mut tree = tree::<SharedSample>(&arena, width);
            let root = tree.root();
            let mut cursor = tree.exclusive(&arena);
            cursor.map_range(range(width, 0, 1024 * PAGE), page(0x4000_0000), Fields::RWX).unwrap();
            cursor.map_range(range(width, 1024 * PAGE, 1024 * PAGE), page(0x1000), READ).unwrap();
            let mut seen: Vec<OldLeaf<SharedSample>> = vec![];
            let unmapped = range(width, first * PAGE, pages * PAGE);
            let stale = cursor.unmap_range(unmapped, &mut cpus, |leaf| seen.push(leaf)).unwrap();
            assert_eq!(cpus.flushes, [], "in place: no flush is needed to split");
            stale.flush(&mut cpus);
            drop(cursor);
            let shown: u64 = seen.iter().map(|leaf| 1_u64 << (12 + 9 * u32::from(leaf.level == LevelName::Pd))).sum();
            assert_eq!(shown, pages * PAGE);
            assert!(seen.is_sorted_by_key(|leaf| leaf.address));
            let left = mapped(&arena, root, width, 0..2048);
            let expected: Vec<u64> = (0..2048).filter(|page| !(first..first + pages).contains(page)).collect();
            assert_eq!(left.iter().map(|page| page.0).collect::<Vec<_>>(), expected);
            for (page, frame, _) in left {
                assert_eq!(frame, if page < 1024 { 0x4000_0000 + page * PAGE } else { (page - 1024 + 1) * PAGE });
            }
            check(&arena, root, width);
        }
    });
}

#[test]
fn a_wholly_covered_tree_is_taken_apart() {
    both(|width| {
        for watched in [false, true] {
            let (arena, mut cpus) = (arena(), Cpus::default());
            let mut tree = tree::<SharedSample>(&arena, width);
            let mut cursor = tree.exclusive(&arena);
            cursor.map_range(range(width, 0, 4 * BLOCK), page(0x1000), Fields::RWX).unwrap();
            cursor.map_range(range(width, 1 << 40, 2 * BLOCK), block(0), Fields::RWX).unwrap();
            let all = range(width, 0, width.split_mask());
            let (pages, mut seen) = (arena.pages_in_use(), 0);
            let stale = if watched {
                cursor.unmap_range(all, &mut cpus, |_| seen += 1).unwrap()
            } else {
                cursor.clear_range(all, &mut cpus).unwrap()
            };
            assert_eq!(arena.pages_in_use(), pages, "a CPU may still walk through them");
            stale.flush(&mut cpus);
            drop(cursor);
            assert_eq!(cpus.flushes, [Scope::Tables(all)]);
            assert_eq!(arena.pages_in_use(), 1);
            check(&arena, tree.root(), width);
            assert_eq!(seen, if watched { 4 * 512 + 2 } else { 0 });
        }
    });
}

#[test]
fn an_empty_range_is_stale_nowhere() {
    let (arena, mut cpus) = (arena(), Cpus::default());
    let mut tree = tree::<SharedSample>(&arena, Width::Bits48);
    let mut cursor = tree.exclusive(&arena);
    let stale = cursor.clear_range(range(Width::Bits48, 0, 1 << 30), &mut cpus).unwrap();
    assert!(!stale.is_needed());
    stale.flush(&mut cpus);
    let stale = cursor.protect_range(range(Width::Bits48, 0, 1 << 30), READ, &mut cpus).unwrap();
    stale.flush(&mut cpus);
    assert_eq!(cpus.flushes, []);
}

#[test]
fn a_split_that_runs_out_of_tables_unmaps_nothing() {
    let width = Width::Bits48;
    let (arena, mut cpus) = (arena(), Cpus::default());
    let mut tree = tree::<SharedSample>(&arena, width);
    let root = tree.root();
    let mut cursor = tree.exclusive(&arena);
    cursor.map_range(range(width, 0, 4 * BLOCK), block(0x4000_0000), Fields::RWX).unwrap();
    for allowed in 0..2 {
        arena.limit_allocations(Some(allowed));
        let stopped = cursor.clear_range(range(width, PAGE, 3 * BLOCK), &mut cpus).unwrap_err();
        assert_eq!(stopped.done, None);
        let at = if allowed == 0 { 0 } else { 3 * BLOCK };
        assert_eq!(stopped.obstacle, Obstacle::OutOfTables { at: gpa(width, at), level: LevelName::Pt });
        assert_eq!(stopped.stale.is_needed(), allowed == 1, "a block was split");
        stopped.stale.flush(&mut cpus);
        assert_eq!(mapped(&arena, root, width, 0..2048).len(), 2048);
        arena.limit_allocations(None);
    }
    drop(cursor);
    check(&arena, root, width);
}

#[test]
fn a_range_is_protected_exactly() {
    both(|width| {
        let (arena, mut cpus) = (arena(), Cpus::default());
        let mut tree = tree::<SharedSample>(&arena, width);
        let root = tree.root();
        let mut cursor = tree.exclusive(&arena);
        cursor.map_range(range(width, 0, 4 * BLOCK), page(0x4000_0000), Fields::RWX).unwrap();
        cpu_sets(&arena, root, width, BLOCK, 0x300);
        let tables = arena.pages_in_use();
        cursor.protect_range(range(width, PAGE, PAGE), Fields::RWX, &mut cpus).unwrap().flush(&mut cpus);
        assert_eq!((arena.pages_in_use(), cpus.flushes.len()), (tables, 0), "nothing changes: no block is split");
        let stale = cursor.protect_range(range(width, 511 * PAGE, BLOCK + 2 * PAGE), READ, &mut cpus).unwrap();
        stale.flush(&mut cpus);
        drop(cursor);
        assert_eq!(cpus.flushes, [Scope::Leaves(range(width, 0, 3 * BLOCK))], "with the blocks that were split");
        for page in 0..2048 {
            let (entry, level) = cpu_walk(&arena, root, width, page * PAGE).unwrap();
            let read_only = (511..511 + 514).contains(&page);
            assert_eq!(entry & 7, if read_only { 1 } else { 7 }, "page {page}");
            assert_eq!(level, u32::from((512..1024).contains(&page) || page >= 1536), "page {page}");
            assert_eq!(entry & 0x300, if level == 1 && page < 1024 { 0x300 } else { 0 }, "page {page}");
        }
        check(&arena, root, width);
    });
}

#[test]
fn dirty_bits_are_harvested_by_an_update() {
    let width = Width::Bits48;
    let (arena, mut cpus) = (arena(), Cpus::default());
    let mut tree = tree::<SharedSample>(&arena, width);
    let root = tree.root();
    let mut cursor = tree.exclusive(&arena);
    cursor.map_range(range(width, 0, 100 * PAGE), page(0x1000), Fields::RWX).unwrap();
    for page in [3, 50, 99] {
        cpu_sets(&arena, root, width, page * PAGE, 0x300);
    }
    let mut dirty = vec![];
    let stale = cursor.update_range(range(width, 0, 80 * PAGE), &mut cpus, |leaf| {
        if leaf.attributes.dirty {
            dirty.push(leaf.address);
        }
        Fields { dirty: false, ..leaf.attributes }
    });
    stale.unwrap().flush(&mut cpus);
    assert_eq!(dirty, [gpa(width, 3 * PAGE), gpa(width, 50 * PAGE)]);
    assert_eq!(cpus.flushes, [Scope::Leaves(range(width, 0, 80 * PAGE))]);
    assert_eq!(cpu_walk(&arena, root, width, 3 * PAGE).unwrap().0 & 0x300, 0x100);
    assert_eq!(cpu_walk(&arena, root, width, 99 * PAGE).unwrap().0 & 0x300, 0x300);
}

#[test]
fn a_range_beyond_the_tree_is_refused() {
    let (arena, mut cpus) = (arena(), Cpus::default());
    let mut tree = tree::<SharedSample>(&arena, Width::Bits48);
    let mut cursor = tree.exclusive(&arena);
    let wide = range(Width::Bits52, 0, BLOCK);
    let outside = Obstacle::OutsideTree { at: wide.start() };
    assert_eq!(cursor.map_range(wide, page(0), Fields::RWX).unwrap_err().obstacle, outside);
    let stopped = cursor.clear_range(wide, &mut cpus).unwrap_err();
    assert_eq!((stopped.obstacle, stopped.done), (outside, None));
    stopped.stale.flush(&mut cpus);
}

#[test]
fn a_watcher_that_panics_leaves_counts_that_are_counted_again() {
    let width = Width::Bits48;
    let (arena, mut cpus) = (arena(), Cpus::default());
    let mut tree = tree::<SharedSample>(&arena, width);
    let root = tree.root();
    tree.exclusive(&arena).map_range(range(width, 0, 100 * PAGE), page(0x1000), Fields::RWX).unwrap();
    let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        let mut seen = 0;
        let watch = |_| {
            seen += 1;
            assert!(seen < 10, "planned");
        };
        let _ = tree.exclusive(&arena).unmap_range(range(width, 0, 50 * PAGE), &mut cpus, watch);
    }));
    assert!(panicked.is_err());
    check(&arena, root, width);
    let stale = tree.exclusive(&arena).clear_range(range(width, 0, 100 * PAGE), &mut cpus).unwrap();
    stale.flush(&mut cpus);
    check(&arena, root, width);
    assert_eq!(arena.pages_in_use(), 1);
}

#[test]
fn blocks_that_end_with_the_range_are_not_split() {
    let width = Width::Bits48;
    let (arena, mut cpus) = (arena(), Cpus::default());
    let mut tree = tree::<SharedSample>(&arena, width);
    let mut cursor = tree.exclusive(&arena);
    cursor.map_range(range(width, 0, 4 * BLOCK), block(0x4000_0000), Fields::RWX).unwrap();
    arena.limit_allocations(Some(0));
    cursor.protect_range(range(width, BLOCK, 2 * BLOCK), READ, &mut cpus).unwrap().flush(&mut cpus);
    cursor.clear_range(range(width, BLOCK, BLOCK), &mut cpus).unwrap().flush(&mut cpus);
    cursor.clear_range(range(width, 3 * BLOCK, BLOCK), &mut cpus).unwrap().flush(&mut cpus);
    drop(cursor);
    assert_eq!(mapped(&arena, tree.root(), width, 0..2048).len(), 1024);
}
