//! Visitors, iterators and runs, on a tree of four levels.

use super::*;
use crate::reader::{Leaf, Merge, Window};
use core::ops::ControlFlow;
use core::sync::atomic::AtomicBool;
use std::thread;
use std::vec::Vec;

type Shown = (u64, LevelName, u64);

fn leaves(window: Window<'_, SharedSample, &Arena>) -> Vec<Shown> {
    window.leaves().map(|leaf| (leaf.address.as_u64(), leaf.level, leaf.frame.as_u64())).collect()
}

#[test]
fn the_leaves_of_a_range_are_those_that_overlap_it() {
    let arena = arena();
    let tree = mixed(&arena);
    let all = leaves(tree.reader().whole());
    assert_eq!(all.len(), 4 + 2 + 2 + 1);
    let within = |start, bytes| leaves(tree.reader().range(range(start, bytes)));
    assert_eq!(within(SHARED + 0x1000, 0x2000), all[1..3]);
    assert_eq!(within(SHARED + 0x5000, 0x1fc_000), all[5..7]);
    assert_eq!(within(SHARED + 0x3f_f000, 0x2000), all[6..8], "blocks are reported whole");
    assert_eq!(within(SHARED + 0x6000, 0x1fa_000), []);
    assert_eq!(within((1 << 48) - 0x1000, 0x1000), all[8..]);
    assert_eq!(within(SHARED, SHARED), all);
}

#[test]
fn a_range_beyond_the_tree_is_left_out() {
    let arena = arena();
    let tree = mixed(&arena);
    let wide = Width::Bits52.range(shared(Width::Bits52, 1 << 51), 1 << 51).unwrap();
    assert_eq!(leaves(tree.reader().range(wide)), []);
    assert_eq!(tree.reader().range(wide).entries().count(), 0);
}

#[test]
fn entries_come_in_the_order_of_addresses_and_tables_before_their_content() {
    let arena = arena();
    let tree = mixed(&arena);
    let entries: Vec<_> = tree.reader().whole().entries().collect();
    assert_eq!(entries.len(), arena.pages_in_use() * 512, "every entry of every table");
    assert!(entries.is_sorted_by_key(|at| (at.address, core::cmp::Reverse(at.level.shift()))));
    for at in &entries {
        let word = arena.word(at.table, usize::try_from(at.address.as_u64() >> at.level.shift()).unwrap() % 512);
        let raw = word.load(Ordering::Acquire);
        match at.entry {
            Entry::Leaf(leaf) => assert_eq!(leaf.raw, raw),
            Entry::Subtable(linked) => assert_eq!(linked.raw, raw),
            Entry::Absent(absent) => assert_eq!(absent.bits(), raw),
            Entry::Frozen => assert_eq!(raw, SharedSample::FROZEN),
        }
    }
    let mut visited = Vec::new();
    let done = tree.reader().whole().for_each_entry(|at| {
        visited.push(at);
        ControlFlow::<()>::Continue(())
    });
    assert!(done.is_continue());
    assert_eq!(visited, entries);
}

#[test]
fn visitors_stop_where_they_break() {
    let arena = arena();
    let tree = mixed(&arena);
    let mut seen = 0;
    let found = tree.reader().whole().for_each_leaf(|leaf| {
        seen += 1;
        if leaf.level == LevelName::Pd { ControlFlow::Break(leaf.frame) } else { ControlFlow::Continue(()) }
    });
    assert_eq!((found, seen), (ControlFlow::Break(Hpa::new(0x8020_0000)), 7));
}

#[test]
fn runs_merge_neighbours_that_say_the_same() {
    let arena = arena();
    let tree = mixed(&arena);
    let runs = |merge| {
        let runs: Vec<_> = tree.reader().whole().runs(merge).collect();
        let mut visited = Vec::new();
        let done = tree.reader().whole().for_each_run(merge, |run| {
            visited.push(run);
            ControlFlow::<()>::Continue(())
        });
        assert!(done.is_continue());
        assert_eq!(visited, runs, "visitor and iterator agree");
        runs.iter().map(|run| (run.range().start().as_u64(), run.leaves, run.contiguous)).collect::<Vec<_>>()
    };
    let top = (1 << 48) - 0x20_0000;
    assert_eq!(
        runs(Merge::Frames),
        [
            (SHARED, 4, true), // in spite of the accessed and dirty bits of the second page
            (SHARED + 0x4000, 1, true),
            (SHARED + 0x5000, 1, true),
            (SHARED + 0x20_0000, 2, true),
            (top, 1, true),
        ]
    );
    assert_eq!(
        runs(Merge::Attributes),
        [(SHARED, 5, false), (SHARED + 0x5000, 1, true), (SHARED + 0x20_0000, 2, true), (top, 1, true)]
    );
}

#[test]
fn runs_end_where_the_walk_allows_something_else() {
    let arena = arena();
    let tree = tree::<SharedSample>(Width::Bits48, &arena);
    for page in [0x1f_e000, 0x1f_f000, 0x20_0000, 0x20_1000] {
        map_page(&tree, SHARED + page, LevelName::Pt, 0x4000_0000 + page, Fields::RWX);
    }
    let count = || tree.reader().whole().runs(Merge::Frames).map(|run| run.leaves).collect::<Vec<_>>();
    assert_eq!(count(), [4], "across tables");
    change(&tree, SHARED + 0x20_0000, LevelName::Pd, |raw| raw & !2);
    assert_eq!(count(), [2, 2]);
}

#[test]
fn an_iterator_that_is_at_its_end_stays_there() {
    let arena = arena();
    let tree = mixed(&arena);
    let mut leaves = tree.reader().whole().leaves();
    let half_way = leaves.by_ref().take(4).count();
    let copy = leaves.clone();
    assert_eq!((half_way, leaves.by_ref().count(), copy.count()), (4, 5, 5));
    assert_eq!(leaves.next(), None);
    let mut entries = tree.reader().whole().entries();
    assert!(entries.by_ref().last().is_some());
    assert_eq!(entries.next(), None);
}

#[test]
fn what_is_left_of_an_iterator_is_the_same_when_it_is_folded() {
    let arena = arena();
    let tree = mixed(&arena);
    let reader = tree.reader();
    let windows = [
        reader.whole(),
        reader.range(range(SHARED + 0x1000, 0x20_0000)),
        reader.range(range(SHARED + 0x20_1000, 0x1000)),
        reader.range(range(SHARED + 0x6000, 0x1fa_000)),
    ];
    for window in windows {
        let (mut leaves, mut runs) = (window.leaves(), window.runs(Merge::Frames));
        loop {
            let (mut folded, mut stepped) = (Vec::new(), Vec::new());
            leaves.clone().for_each(|leaf| folded.push(leaf));
            for leaf in leaves.clone() {
                stepped.push(leaf);
            }
            assert_eq!(folded, stepped, "{leaves:?}");
            assert_eq!(leaves.clone().count(), stepped.len());
            if leaves.next().is_none() {
                break;
            }
        }
        loop {
            let (mut folded, mut stepped) = (Vec::new(), Vec::new());
            runs.clone().for_each(|run| folded.push(run));
            for run in runs.clone() {
                stepped.push(run);
            }
            assert_eq!(folded, stepped, "{runs:?}");
            if runs.next().is_none() {
                break;
            }
        }
    }
}

#[test]
fn visits_beside_another_thread_report_what_was_mapped() {
    const PAGES: u64 = 200;
    const FRAMES: u64 = 0x4000_0000;
    let (arena, done) = (arena(), AtomicBool::new(false));
    let tree = tree::<SharedSample>(Width::Bits48, &arena);
    let map = |page: u64| map_page(&tree, SHARED + page * 0x1000, LevelName::Pt, FRAMES + page * 0x1000, Fields::RWX);
    (0..PAGES).for_each(map);
    // Every third page comes and goes, so that groups of entries are full in one moment and not in the next.
    let come_and_go = || {
        for _ in 0..20_000 {
            let some = || (0..PAGES).filter(|page| page % 3 == 1);
            some().for_each(|page| put(&tree, SHARED + page * 0x1000, LevelName::Pt, SharedSample::ABSENT));
            some().for_each(map);
        }
        done.store(true, Ordering::Relaxed);
    };
    let check = |leaves: &[u64]| {
        assert!(leaves.is_sorted_by(|one, next| one < next), "each once, in order");
        let staying = leaves.iter().filter(|&page| page % 3 != 1);
        assert!(staying.copied().eq((0..PAGES).filter(|page| page % 3 != 1)), "what stays is always there");
    };
    thread::scope(|scope| {
        scope.spawn(come_and_go);
        while !done.load(Ordering::Relaxed) {
            let (mut visited, mut stepped) = (Vec::new(), Vec::new());
            let page = |leaf: Leaf<SharedSample>| {
                assert_eq!(leaf.frame.as_u64() - FRAMES, leaf.address.as_u64() - SHARED);
                (leaf.address.as_u64() - SHARED) / 0x1000
            };
            tree.reader().whole().leaves().for_each(|leaf| visited.push(page(leaf)));
            for leaf in tree.reader().whole().leaves() {
                stepped.push(page(leaf));
            }
            check(&visited);
            check(&stepped);
        }
    });
}
