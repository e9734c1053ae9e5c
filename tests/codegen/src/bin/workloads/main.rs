//! Runs each measured workload once, by the engine and by hand, and tells callgrind where each begins and ends.
//!
//! The test `budgets` runs it under callgrind. Every workload is named `DESIGN, WORKLOAD, WHO, OPERATIONS`. Both
//! sides work on tables of the same kind and must come to the same result; setting up the tables is not counted.

mod callgrind;
mod design;
mod engine;
mod hand;
mod physical;
mod private;
mod states;

use design::{AddressIn, AttributesOf, Design, Ept, Long, TreeOf};
use hand::Hand;
use physical::Physical;
use pt_core::ParallelTree;
use std::ffi::CString;

const PAGE: u64 = 4096;
const BLOCK: u64 = 2 << 20;
/// The frame of the first page.
const TARGET: u64 = 1 << 40;
/// What is mapped in pages of 4 KiB, and in pages of 2 MiB: each fills 32 tables of the last level.
const SMALL: u64 = 32 * BLOCK;
const LARGE: u64 = 32 << 30;
/// Tables of the last level with 64 of 512 entries in use. The limits were measured on 4096 of them, that is 16 GiB;
/// what a leaf costs does not depend on it.
const SPARSE: u64 = 512;

/// Tables for one run: by the engine, or by hand on what the engine has mapped before.
struct Run<D: Design> {
    tree: TreeOf<D>,
    physical: Box<Physical>,
}

impl<D: Design> Run<D> {
    /// An empty tree, with room for `tables`.
    fn new(tables: u64) -> Self {
        let physical = Box::new(Physical::new(tables));
        let tree = TreeOf::<D>::configured(D::geometry(), D::config(), physical.map(), &physical.pool)
            .expect("room for a root");
        Self { tree, physical }
    }

    /// [`SMALL`] is mapped.
    fn full() -> Self {
        let mut run = Self::new(40);
        engine::map_range::<D>(&mut run.tree, &run.physical.pool, D::range(SMALL), TARGET, D::USED);
        run
    }

    /// Each cache line of eight entries has one leaf, at any place in it; every eighth leaf is dirty.
    fn sparse() -> Self {
        let mut run = Self::new(SPARSE + 8);
        let mut cursor = run.tree.exclusive(&run.physical.pool);
        let mut state = 1_u64;
        for line in 0..SPARSE * 64 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let page = line * 8 + (state >> 61);
            let attributes = if line % 8 == 3 { D::USED } else { D::UNUSED };
            let at = D::at(D::address(page * PAGE));
            cursor.map::<D::Small, _>(at, D::small(TARGET + page * PAGE), attributes).expect("nothing is mapped here");
        }
        drop(cursor);
        run
    }

    fn hand(&self) -> Hand<'_> {
        Hand::new(self.tree.root_frame().as_u64(), &self.physical)
    }
}

/// Counts `run`.
fn count<D: Design, R>(workload: &str, who: &str, operations: u64, run: impl FnOnce() -> R) -> R {
    let name = format!("{}, {workload}, {who}, {operations}", D::NAME);
    callgrind::counted(&CString::new(name).expect("a name without zeroes"), run)
}

/// Counts a workload by the engine and by hand, each on what `set_up` made.
fn compare<D: Design, R: PartialEq + std::fmt::Debug>(
    workload: &str,
    operations: u64,
    set_up: impl Fn() -> Run<D>,
    engine: impl FnOnce(&mut Run<D>) -> R,
    hand: impl FnOnce(Hand<'_>) -> R,
) {
    let mut run = set_up();
    let ours = count::<D, R>(workload, "engine", operations, || engine(&mut run));
    let run = set_up();
    let theirs = count::<D, R>(workload, "hand", operations, || hand(run.hand()));
    assert_eq!(ours, theirs, "{}: {workload}", D::NAME);
}

/// The same where what counts is the tables that are left.
fn compare_tables<D: Design>(
    workload: &str,
    operations: u64,
    set_up: impl Fn() -> Run<D>,
    engine: impl FnOnce(&mut Run<D>),
    hand: impl FnOnce(Hand<'_>),
) {
    let mut run = set_up();
    count::<D, ()>(workload, "engine", operations, || engine(&mut run));
    let ours = run.physical.digest();
    let run = set_up();
    count::<D, ()>(workload, "hand", operations, || hand(run.hand()));
    assert_eq!(ours, run.physical.digest(), "{}: {workload}", D::NAME);
}

/// The pages of [`SMALL`] in an order that no two neighbours keep, each once.
fn scattered<D: Design>() -> Vec<AddressIn<D>> {
    let pages = SMALL / PAGE;
    (0..pages).map(|number| D::address((number * 0x9e37_79b1 + 77) % pages * PAGE)).collect()
}

fn translations<D: Design>() {
    let addresses = scattered::<D>();
    let raw: Vec<u64> = addresses.iter().map(|at| at.as_u64()).collect();
    let translate = |run: &mut Run<D>| engine::translate::<D>(&run.tree, &addresses);
    compare::<D, _>("translate, random", SMALL / PAGE, Run::full, translate, |hand| hand::translate::<D>(hand, &raw));
    let translate = |run: &mut Run<D>| engine::translate_sequential::<D>(&run.tree, D::range(SMALL));
    compare::<D, _>("translate, sequential", SMALL / PAGE, Run::full, translate, |hand| {
        hand::translate_sequential::<D>(hand, SMALL)
    });
}

fn pages<D: Design>() {
    let pages = SMALL / PAGE;
    let range = D::range(SMALL);
    let map = |run: &mut Run<D>| engine::map::<D>(&mut run.tree, &run.physical.pool, range, TARGET);
    compare_tables::<D>("map 4K, cursor", pages, || Run::new(40), map, |hand| hand::map::<D>(hand, SMALL, TARGET));
    let protect = |run: &mut Run<D>| engine::protect::<D>(&mut run.tree, &run.physical.pool, range);
    compare::<D, _>("protect 4K, cursor", pages, Run::full, protect, |hand| hand::protect::<D>(hand, SMALL));
    let unmap = |run: &mut Run<D>| engine::unmap::<D>(&mut run.tree, &run.physical.pool, range);
    compare::<D, _>("unmap 4K, cursor", pages, Run::full, unmap, |hand| hand::unmap::<D>(hand, SMALL));
    let addresses = scattered::<D>();
    let raw: Vec<u64> = addresses.iter().map(|at| at.as_u64()).collect();
    let map = |run: &mut Run<D>| engine::map_each::<D>(&mut run.tree, &run.physical.pool, &addresses, TARGET);
    compare_tables::<D>(
        "map 4K, random",
        pages,
        || Run::new(40),
        map,
        |hand| {
            hand::map_each::<D>(hand, &raw, TARGET);
        },
    );
}

/// Changes of pages in no order.
fn changes<D: Design>() {
    let addresses = scattered::<D>();
    let raw: Vec<u64> = addresses.iter().map(|at| at.as_u64()).collect();
    let protect = |run: &mut Run<D>| engine::protect_each::<D>(&mut run.tree, &run.physical.pool, &addresses);
    compare::<D, _>("protect 4K, random", SMALL / PAGE, Run::full, protect, |hand| hand::protect_each::<D>(hand, &raw));
    let unmap = |run: &mut Run<D>| engine::unmap_each::<D>(&mut run.tree, &run.physical.pool, &addresses);
    compare::<D, _>("unmap 4K, random", SMALL / PAGE, Run::full, unmap, |hand| hand::unmap_each::<D>(hand, &raw));
}

/// Faults of one thread, in order.
fn faults<D: Design>() {
    let pages = SMALL / PAGE;
    let Run { tree, physical } = Run::<D>::new(40);
    let tree = ParallelTree::new(tree, engine::NoReaders);
    count::<D, ()>("fault 4K, parallel", "engine", pages, || {
        engine::fault::<D>(&tree, &physical.pool, D::range(SMALL), TARGET);
    });
    let run = Run::<D>::new(40);
    count::<D, ()>("fault 4K, parallel", "hand", pages, || hand::fault::<D>(run.hand(), SMALL, TARGET));
    assert_eq!(physical.digest(), run.physical.digest(), "{}: faults", D::NAME);
}

fn ranges<D: Design>() {
    let pages = SMALL / PAGE;
    let (small, large) = (D::range(SMALL), D::range(LARGE));
    let map = |used: AttributesOf<D>| {
        move |run: &mut Run<D>| engine::map_range::<D>(&mut run.tree, &run.physical.pool, small, TARGET, used)
    };
    compare_tables::<D>(
        "map 4K, range",
        pages,
        || Run::new(40),
        map(D::USED),
        |hand| {
            hand::map_range::<D>(hand, SMALL, TARGET);
        },
    );
    let map = |run: &mut Run<D>| engine::map_range_large::<D>(&mut run.tree, &run.physical.pool, large, TARGET);
    compare_tables::<D>(
        "map 2M, range",
        LARGE / BLOCK,
        || Run::new(40),
        map,
        |hand| {
            hand::map_range_large::<D>(hand, LARGE, TARGET);
        },
    );
    let protect = |run: &mut Run<D>| engine::protect_range::<D>(&mut run.tree, &run.physical.pool, small);
    compare_tables::<D>("protect 4K, range", pages, Run::full, protect, |hand| {
        hand::protect_range::<D>(hand, SMALL);
    });
    let unmap = |run: &mut Run<D>| engine::unmap_range::<D>(&mut run.tree, &run.physical.pool, small);
    compare::<D, _>("unmap 4K, range", pages, Run::full, unmap, |hand| hand::unmap_range::<D>(hand, SMALL));
    let mut run = Run::<D>::full();
    count::<D, _>("clear, range", "engine", pages, || {
        engine::clear_range::<D>(&mut run.tree, &run.physical.pool, small);
    });
}

fn walks<D: Design>() {
    let (range, leaves) = (D::range(SPARSE * BLOCK), SPARSE * 64);
    let mut logs = [vec![0; leaves as usize], vec![0; leaves as usize]];
    let [ours, theirs] = &mut logs;
    compare::<D, _>(
        "walk, sparse",
        leaves,
        Run::sparse,
        |run| engine::walk::<D>(&run.tree, range, ours),
        |hand| hand::walk::<D>(hand, SPARSE * BLOCK, theirs),
    );
    assert_eq!(ours, theirs);
    let run = Run::<D>::sparse();
    ours.fill(0);
    count::<D, _>("leaves, one by one, sparse", "engine", leaves, || engine::iterate::<D>(&run.tree, range, ours));
    assert_eq!(ours, theirs);
    ours.fill(0);
    count::<D, _>("leaves, folded, sparse", "engine", leaves, || engine::fold::<D>(&run.tree, range, ours));
    assert_eq!(ours, theirs);
    compare::<D, _>(
        "harvest, sparse",
        leaves,
        Run::sparse,
        |run| engine::harvest::<D>(&run.tree, range, ours),
        |hand| hand::harvest::<D>(hand, SPARSE * BLOCK, theirs),
    );
    assert_eq!(ours, theirs);
    compare::<D, _>(
        "walk, dense",
        SMALL / PAGE,
        Run::full,
        |run| engine::walk::<D>(&run.tree, D::range(SMALL), ours),
        |hand| hand::walk::<D>(hand, SMALL, theirs),
    );
    assert_eq!(ours, theirs);
}

fn all<D: Design>() {
    translations::<D>();
    pages::<D>();
    changes::<D>();
    faults::<D>();
    ranges::<D>();
    walks::<D>();
    states::all::<D>();
}

fn main() {
    all::<Long>();
    all::<Ept>();
    private::all();
}
