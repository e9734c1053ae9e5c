//! Several threads on one tree.

use super::*;
use crate::error::Obstacle;
use crate::reclaim::{EpochReclaim, ParallelTree};
use crate::sample::LevelName;
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Barrier};
use std::thread;

type Shared48 = ParallelTree<SharedSample, Arc<Arena>, EpochReclaim<Arc<Arena>>>;

fn shared_tree(width: Width) -> (Arc<Arena>, Shared48) {
    let arena = Arc::new(Arena::new(Hpa::new(ARENA), 16 << 20));
    let tree = Tree::new(width, arena.clone(), &arena).unwrap();
    let reclaim = EpochReclaim::new(arena.clone());
    (arena, ParallelTree::new(tree, reclaim))
}

/// Waits until only the tables of the tree are in use.
fn settle(arena: &Arena, root: Hpa, width: Width, reclaim: &EpochReclaim<Arc<Arena>>) {
    let mut tables = 0;
    check_table(arena, root, if width == Width::Bits48 { 3 } else { 4 }, Emptiness::Allowed, &mut tables);
    for _ in 0..100_000 {
        if arena.pages_in_use() == tables {
            return;
        }
        reclaim.collect();
        thread::yield_now();
    }
    panic!("{} pages are in use, {tables} tables can be reached", arena.pages_in_use());
}

fn shuffled(pages: u64, seed: u64) -> Vec<u64> {
    let mut order: Vec<u64> = (0..pages).collect();
    let mut state = seed;
    for i in (1..order.len()).rev() {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        order.swap(i, (state >> 33) as usize % (i + 1));
    }
    order
}

#[test]
fn a_fault_that_comes_too_late_writes_nothing() {
    both(|width| {
        let (arena, mut tree) = shared_tree(width);
        tree.get_mut().exclusive(&arena).map(gpa(width, 0), page(PAGE), Fields::RWX).unwrap();
        let counts = || {
            let frames = (0..8).map(|number| Hpa::new(ARENA + number * PAGE));
            frames.map(|frame| arena.record(frame).live.load(Ordering::Acquire)).collect::<Vec<_>>()
        };
        let before = counts();
        let lost = tree.pin().parallel(&arena).map(gpa(width, 0), page(2 * PAGE), Fields::RWX).unwrap_err();
        assert!(matches!(lost.obstacle, Obstacle::Leaf { level: LevelName::Pt, frame, .. } if frame.as_u64() == PAGE));
        assert_eq!(counts(), before, "a count is still known");
    });
}

#[test]
fn faults_on_the_same_pages_map_each_once() {
    both(|width| {
        const PAGES: u64 = 1500;
        let (arena, mut tree) = shared_tree(width);
        let won = AtomicU64::new(0);
        let start = Barrier::new(4);
        thread::scope(|scope| {
            for thread in 0..4 {
                let (arena, tree, won, start) = (&arena, &tree, &won, &start);
                scope.spawn(move || {
                    start.wait();
                    for page_number in shuffled(PAGES, thread) {
                        let pinned = tree.pin();
                        let mut cursor = pinned.parallel(arena);
                        let frame = (page_number * 4 + thread) * PAGE;
                        match cursor.map(gpa(width, page_number * PAGE), page(frame), Fields::RWX) {
                            Ok(()) => {
                                won.fetch_add(1, Ordering::Relaxed);
                            }
                            Err(lost) => {
                                let Obstacle::Leaf { frame, .. } = lost.obstacle else { panic!("{lost}") };
                                assert_eq!(frame.as_u64() / PAGE / 4, page_number, "the winner's frame");
                            }
                        }
                    }
                });
            }
        });
        assert_eq!(won.into_inner(), PAGES);
        let root = tree.get_mut().root();
        check(&arena, root, width);
        let mut cpus = Cpus::default();
        let mut cursor = tree.get_mut().exclusive(&arena);
        for page in 0..PAGES {
            cursor.unmap::<Pt>(gpa(width, page * PAGE)).unwrap().flush(&mut cpus);
        }
        drop(cursor);
        assert_eq!(arena.pages_in_use(), 1, "tables are counted again and freed");
    });
}

/// Faults, removals of pages and of ranges, changes and splits at once: every frame that was mapped is removed once
/// or still there, and every table page is freed once or still there.
#[test]
fn nothing_is_lost_between_faults_and_removals() {
    both(|width| {
        const PAGES: u64 = 2048;
        const ROUNDS: u64 = 3;
        let (arena, mut tree) = shared_tree(width);
        let start = Barrier::new(4);
        let tallies: Vec<(Vec<u64>, Vec<u64>)> = thread::scope(|scope| {
            let threads: Vec<_> = (0..4_u64)
                .map(|thread| {
                    let (arena, tree, start) = (&arena, &tree, &start);
                    scope.spawn(move || {
                        let (mut mapped, mut removed, mut cpus) = (Vec::new(), Vec::new(), Cpus::default());
                        start.wait();
                        for round in 0..ROUNDS {
                            for (step, at) in shuffled(PAGES, thread * 100 + round).into_iter().enumerate() {
                                let pinned = tree.pin();
                                let mut cursor = pinned.parallel(arena);
                                let number = ((thread * ROUNDS + round) * PAGES + step as u64) << 9;
                                let at = gpa(width, at * PAGE);
                                match step % 64 {
                                    0 => {
                                        let start = if step % 128 == 0 { at.align_down(22) } else { at };
                                        let range = width.range(start, 2 * BLOCK).unwrap();
                                        let taken = |leaf: OldLeaf<SharedSample>| removed.extend(frames_of(&leaf));
                                        match cursor.unmap_range(range, &mut cpus, taken) {
                                            Ok(stale) => stale.flush(&mut cpus),
                                            Err(stopped) => {
                                                assert!(stopped.obstacle.is_retry(), "{stopped}");
                                                stopped.stale.flush(&mut cpus);
                                            }
                                        }
                                    }
                                    1..8 => {
                                        if let Ok(stale) = cursor.unmap::<Pt>(at) {
                                            removed.extend(frames_of(&stale.flush(&mut cpus)));
                                        }
                                    }
                                    8..16 => {
                                        if let Ok(stale) = cursor.protect::<Pt>(at, READ) {
                                            stale.flush(&mut cpus);
                                        }
                                    }
                                    16 => {
                                        if cursor.map(at.align_down(21), block(number * PAGE), Fields::RWX).is_ok() {
                                            mapped.extend(number..number + 512);
                                        }
                                    }
                                    17 => {
                                        if let Ok(stale) = cursor.unmap::<Pd>(at) {
                                            removed.extend(frames_of(&stale.flush(&mut cpus)));
                                        }
                                    }
                                    _ => {
                                        if cursor.map(at, page(number * PAGE), Fields::RWX).is_ok() {
                                            mapped.push(number);
                                        }
                                    }
                                }
                            }
                        }
                        (mapped, removed)
                    })
                })
                .collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        let root = tree.get_mut().root();
        let reclaim = EpochReclaim::new(arena.clone());
        settle(&arena, root, width, &reclaim);
        let mut cpus = Cpus::default();
        let mut left = Vec::new();
        let taken = |leaf: OldLeaf<SharedSample>| left.extend(frames_of(&leaf));
        let mut cursor = tree.get_mut().exclusive(&arena);
        cursor.unmap_range(range(width, 0, width.split_mask()), &mut cpus, taken).unwrap().flush(&mut cpus);
        drop(cursor);
        check(&arena, root, width);
        let mut outstanding: BTreeSet<u64> = BTreeSet::new();
        for number in tallies.iter().flat_map(|tally| &tally.0) {
            assert!(outstanding.insert(*number));
        }
        for number in tallies.iter().flat_map(|tally| &tally.1).chain(&left) {
            assert!(outstanding.remove(number), "frame {number:#x} was removed twice, or never mapped");
        }
        assert!(outstanding.is_empty(), "frames {outstanding:x?} were lost");
    });
}

/// The numbers of the small frames that a leaf mapped.
fn frames_of(leaf: &OldLeaf<SharedSample>) -> core::ops::Range<u64> {
    let number = leaf.frame.as_u64() / PAGE;
    number..number + if leaf.level == LevelName::Pd { 512 } else { 1 }
}

#[test]
fn splits_beside_faults_keep_every_translation() {
    both(|width| {
        const BLOCKS: u64 = 16;
        let (arena, mut tree) = shared_tree(width);
        let root = tree.get_mut().root();
        let all = range(width, 0, BLOCKS * BLOCK);
        tree.get_mut().exclusive(&arena).map_range(all, block(0x4000_0000), Fields::RWX).unwrap();
        let start = Barrier::new(4);
        thread::scope(|scope| {
            for thread in 0..4 {
                let (arena, tree, start) = (&arena, &tree, &start);
                scope.spawn(move || {
                    let mut cpus = Cpus::default();
                    start.wait();
                    for page in shuffled(BLOCKS * 512, thread) {
                        let pinned = tree.pin();
                        let mut cursor = pinned.parallel(arena);
                        if page % 7 == 0 {
                            match cursor.split::<Pd>(gpa(width, page * PAGE), &mut cpus) {
                                Ok(stale) => stale.flush(&mut cpus),
                                Err(obstacle) => assert!(matches!(obstacle, Obstacle::Table { .. }), "{obstacle}"),
                            }
                        } else {
                            let range = range(width, page * PAGE, PAGE);
                            cursor.protect_range(range, READ, &mut cpus).unwrap().flush(&mut cpus);
                        }
                        let (entry, level) = cpu_walk(arena, root, width, page * PAGE).unwrap();
                        let offset = (page * PAGE) & ((1 << (12 + 9 * level)) - 1);
                        assert_eq!((entry & FRAME) + offset, 0x4000_0000 + page * PAGE);
                    }
                });
            }
        });
        check(&arena, root, width);
        for page in 0..BLOCKS * 512 {
            let (entry, level) = cpu_walk(&arena, root, width, page * PAGE).unwrap();
            assert_eq!((entry & FRAME, level), (0x4000_0000 + page * PAGE, 0));
            assert!(page % 7 == 0 || entry & PRESENT == 1);
        }
    });
}

/// A page that is mapped without a cursor is mapped, or refused, as by one.
#[test]
fn a_fault_is_answered_as_by_a_cursor() {
    both(|width| {
        let ((arena, tree), (other_arena, other)) = (shared_tree(width), shared_tree(width));
        let large = [(2 * BLOCK, 0x20_0000), (2 * BLOCK, 0x40_0000)].map(|(at, frame)| {
            let at = gpa(width, at);
            let by_fault = tree.pin().map(&arena, at, block(frame), READ).map_err(|refused| refused.obstacle);
            (
                by_fault,
                other.pin().parallel(&other_arena).map(at, block(frame), READ).map_err(|refused| refused.obstacle),
            )
        });
        let small = [
            (0, 0x1000, Fields::RWX),
            (PAGE, 0x2000, READ),
            (PAGE, 0x3000, READ),
            (2 * BLOCK + PAGE, 0x3000, READ),
            (BLOCK, 1 << 52, READ),
            (BLOCK, 0x4000, Fields::default()),
        ]
        .map(|(at, frame, attributes)| {
            let at = gpa(width, at);
            let by_fault = tree.pin().map(&arena, at, page(frame), attributes).map_err(|refused| refused.obstacle);
            let by_cursor = other.pin().parallel(&other_arena).map(at, page(frame), attributes);
            (by_fault, by_cursor.map_err(|refused| refused.obstacle))
        });
        for (by_fault, by_cursor) in large.iter().chain(&small) {
            assert_eq!(by_fault, by_cursor);
        }
        assert_eq!(large.iter().chain(&small).filter(|(by_fault, _)| by_fault.is_ok()).count(), 3);
        assert_eq!(arena.pages_in_use(), other_arena.pages_in_use());
    });
}

/// A cursor that holds a table which another thread unlinks goes back to the root.
#[test]
fn a_held_table_that_was_unlinked_is_left() {
    let width = Width::Bits48;
    let (arena, tree) = shared_tree(width);
    let mut cpus = Cpus::default();
    let pinned = tree.pin();
    let mut holder = pinned.parallel(&arena);
    holder.map(gpa(width, 0), page(0x1000), Fields::RWX).unwrap();
    let other = tree.pin();
    other.parallel(&arena).clear_range(range(width, 0, BLOCK), &mut cpus).unwrap().flush(&mut cpus);
    holder.map(gpa(width, PAGE), page(0x2000), Fields::RWX).unwrap();
    let root = pinned.root();
    assert_eq!(cpu_walk(&arena, root, width, PAGE), Some((1 << 63 | 0x2007, 0)), "not in the unlinked table");
    assert_eq!(cpu_walk(&arena, root, width, 0), None);
    other.parallel(&arena).clear_range(range(width, 0, BLOCK), &mut cpus).unwrap().flush(&mut cpus);
    assert!(matches!(holder.unmap::<Pt>(gpa(width, PAGE)), Err(Obstacle::Absent { .. })));
}

/// A cursor that remembers a table above that another thread unlinks goes back to the root, and remembers the new one.
#[test]
fn a_table_above_that_was_unlinked_is_left() {
    let width = Width::Bits48;
    let (arena, tree) = shared_tree(width);
    let mut cpus = Cpus::default();
    let pinned = tree.pin();
    let mut cursor = pinned.parallel(&arena);
    for offset in [0, BLOCK, 2 * BLOCK, PAGE, BLOCK + PAGE] {
        cursor.map(gpa(width, offset), page(offset), Fields::RWX).unwrap();
    }
    let (other, whole) = (tree.pin(), range(width, 0, 1 << 30));
    other.parallel(&arena).clear_range(whole, &mut cpus).unwrap().flush(&mut cpus);
    for offset in [2 * BLOCK, PAGE, BLOCK, 2 * BLOCK + PAGE, 2 * PAGE] {
        cursor.map(gpa(width, offset), page(offset), Fields::RWX).unwrap();
        assert_eq!(cpu_walk(&arena, pinned.root(), width, offset), Some((1 << 63 | offset | 7, 0)), "{offset:#x}");
    }
    other.parallel(&arena).clear_range(whole, &mut cpus).unwrap().flush(&mut cpus);
    for offset in [PAGE, BLOCK, 2 * BLOCK] {
        assert!(matches!(cursor.unmap::<Pt>(gpa(width, offset)), Err(Obstacle::Absent { .. })), "{offset:#x}");
    }
}

#[test]
fn a_frozen_entry_is_a_retry_and_is_not_touched() {
    let width = Width::Bits48;
    let (arena, tree) = shared_tree(width);
    let mut cpus = Cpus::default();
    let pinned = tree.pin();
    let mut cursor = pinned.parallel(&arena);
    cursor.map(gpa(width, 0), page(0x1000), Fields::RWX).unwrap();
    let table = cursor.walk::<Pd, super::super::walk::Stop>(gpa(width, 0)).unwrap().frame();
    let word = arena.word(table, 0);
    let linked = word.swap(SharedSample::FROZEN, Ordering::AcqRel);
    let retry = Obstacle::Retry { at: gpa(width, 0), level: LevelName::Pd };
    let mut cursor = pinned.parallel(&arena);
    assert_eq!(cursor.map(gpa(width, PAGE), page(0), Fields::RWX).unwrap_err().obstacle, retry);
    assert_eq!(cursor.map(gpa(width, 0), block(0), Fields::RWX).unwrap_err().obstacle, retry);
    assert_eq!(cursor.unmap::<Pt>(gpa(width, 0)).unwrap_err(), retry);
    assert_eq!(cursor.split::<Pd>(gpa(width, 0), &mut cpus).unwrap_err(), retry);
    let refused = cursor.map_range(range(width, PAGE, PAGE), page(0), Fields::RWX).unwrap_err();
    assert_eq!((refused.obstacle, refused.done), (retry, None));
    for bytes in [PAGE, BLOCK, 1 << 30] {
        let stopped = cursor.protect_range(range(width, 0, bytes), READ, &mut cpus).unwrap_err();
        assert_eq!((stopped.obstacle, stopped.done), (retry, None));
        stopped.stale.flush(&mut cpus);
    }
    for bytes in [PAGE, BLOCK] {
        let stopped = cursor.clear_range(range(width, 0, bytes), &mut cpus).unwrap_err();
        assert_eq!((stopped.obstacle, stopped.done), (retry, None));
        stopped.stale.flush(&mut cpus);
    }
    assert_eq!(word.load(Ordering::Acquire), SharedSample::FROZEN);
    word.store(linked, Ordering::Release);
    cursor.unmap::<Pt>(gpa(width, 0)).unwrap().flush(&mut cpus);
    assert_eq!(cpus.flushes, [Scope::Leaves(range(width, 0, PAGE))]);
}
