//! Workloads on tables in other states than full or missing: pages that say different things, pages that the CPU may be
//! about to mark, tables that are there and empty, pages that are mapped already; and the same for larger pages, and
//! beside other threads.

use crate::design::{AttributesOf, Design};
use crate::{LARGE, PAGE, Run, SMALL, TARGET, compare, compare_tables, count};
use crate::{engine, hand};
use pt_core::ParallelTree;

/// [`SMALL`] is mapped, in pages that take turns in their attributes.
fn taking_turns<D: Design>(attributes: [AttributesOf<D>; 2]) -> Run<D> {
    let mut run = Run::<D>::new(40);
    let mut cursor = run.tree.exclusive(&run.physical.pool);
    let turns = attributes.iter().cycle();
    for ((at, &attributes), number) in D::range(SMALL).pages(12).zip(turns).zip(0..) {
        let page = D::small(TARGET + number * PAGE);
        cursor.map::<D::Small, _>(D::at(at), page, attributes).expect("nothing is mapped here");
    }
    drop(cursor);
    run
}

/// [`SMALL`] was mapped and is not any more; its tables are there, since nobody frees one beside other threads.
fn emptied<D: Design>() -> Run<D> {
    let Run { tree, physical } = Run::<D>::full();
    let tree = ParallelTree::new(tree, engine::NoReaders);
    engine::unmap_parallel::<D>(&tree, &physical.pool, D::range(SMALL));
    Run { tree: tree.into_inner().0, physical }
}

/// Changes of pages that differ from their neighbours, and of pages without accessed and dirty bits.
fn pages<D: Design>() {
    let (pages, range) = (SMALL / PAGE, D::range(SMALL));
    let protect = |run: &mut Run<D>| engine::protect::<D>(&mut run.tree, &run.physical.pool, range);
    let unmap = |run: &mut Run<D>| engine::unmap::<D>(&mut run.tree, &run.physical.pool, range);
    let turns = || taking_turns::<D>([D::USED, D::USED_READ_ONLY]);
    compare::<D, _>("protect 4K, alternating", pages, turns, protect, |hand| hand::protect::<D>(hand, SMALL));
    compare::<D, _>("unmap 4K, alternating", pages, turns, unmap, |hand| hand::unmap::<D>(hand, SMALL));
    // By hand a page is changed by a store, which would lose the bits of these.
    let unused = || taking_turns::<D>([D::UNUSED, D::UNUSED]);
    let mut run = unused();
    count::<D, _>("protect 4K, unused", "engine", pages, || protect(&mut run));
    let mut run = unused();
    count::<D, _>("unmap 4K, unused", "engine", pages, || unmap(&mut run));
}

/// Pages in tables that are there.
fn refills<D: Design>() {
    let (pages, range) = (SMALL / PAGE, D::range(SMALL));
    let map = |run: &mut Run<D>| engine::map::<D>(&mut run.tree, &run.physical.pool, range, TARGET);
    compare_tables::<D>("refill 4K, cursor", pages, emptied, map, |hand| hand::map::<D>(hand, SMALL, TARGET));
    let map = |run: &mut Run<D>| {
        engine::map_range::<D>(&mut run.tree, &run.physical.pool, range, TARGET, D::USED);
    };
    compare_tables::<D>("refill 4K, range", pages, emptied, map, |hand| {
        hand::map_range::<D>(hand, SMALL, TARGET);
    });
}

/// Pages of 2 MiB, one by one.
fn blocks<D: Design>() {
    let map = |run: &mut Run<D>| engine::map_large::<D>(&mut run.tree, &run.physical.pool, D::range(LARGE), TARGET);
    compare_tables::<D>(
        "map 2M, cursor",
        LARGE / crate::BLOCK,
        || Run::new(40),
        map,
        |hand| {
            hand::map_large::<D>(hand, LARGE, TARGET);
        },
    );
}

/// A range that other threads may work on.
fn beside_others<D: Design>() {
    let Run { tree, physical } = Run::<D>::full();
    let tree = ParallelTree::new(tree, engine::NoReaders);
    count::<D, ()>("protect 4K, range, parallel", "engine", SMALL / PAGE, || {
        engine::protect_range_parallel::<D>(&tree, &physical.pool, D::range(SMALL));
    });
    let run = Run::<D>::full();
    count::<D, ()>("protect 4K, range, parallel", "hand", SMALL / PAGE, || {
        hand::protect_range_parallel::<D>(run.hand(), SMALL);
    });
    assert_eq!(physical.digest(), run.physical.digest(), "{}: a range in parallel", D::NAME);
}

/// Faults on pages that another thread has mapped.
fn late<D: Design>() {
    let pages = SMALL / PAGE;
    let Run { tree, physical } = Run::<D>::full();
    let tree = ParallelTree::new(tree, engine::NoReaders);
    let before = physical.digest();
    let ours = count::<D, _>("fault 4K, late", "engine", pages, || {
        engine::fault_late::<D>(&tree, &physical.pool, D::range(SMALL), TARGET + SMALL)
    });
    assert_eq!(physical.digest(), before, "{}: a late fault writes nothing", D::NAME);
    let run = Run::<D>::full();
    let theirs = count::<D, _>("fault 4K, late", "hand", pages, || hand::fault_late::<D>(run.hand(), SMALL));
    assert_eq!(ours, theirs, "{}: what late faults find", D::NAME);
}

pub fn all<D: Design>() {
    pages::<D>();
    refills::<D>();
    blocks::<D>();
    beside_others::<D>();
    late::<D>();
}
