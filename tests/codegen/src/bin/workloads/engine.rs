//! The workloads as a user of the engine writes them: loops over the public interface.

use crate::design::{AddressIn, AttributesOf, Design, RangeIn, TreeOf};
use pt_assembly::pool::Pool;
use pt_core::error::Obstacle;
use pt_core::flush::Scope;
use pt_core::{Deferred, DirectMap, Hpa, Invalidate, ParallelTree, Reclaim, Table, UsedByCpu};
use std::ops::ControlFlow;

const NO_CPU: &str = "no CPU uses these tables";

/// Nobody has translations cached.
struct NoCpus;
impl<T: UsedByCpu> Invalidate<T> for NoCpus {
    fn invalidate(&mut self, _scope: Scope<T::Space>) {}
}

/// Nobody reads beside, and no table is unlinked.
pub struct NoReaders;

impl Deferred for NoReaders {
    type Guard<'a> = ();
    fn pin(&self) {}
}

impl Reclaim for NoReaders {
    fn retire(&self, _block: Hpa, _order: u32) {}
}

/// A tree that several threads may work on.
pub type ParallelOf<D> = ParallelTree<<D as Design>::Table, DirectMap, NoReaders>;

pub fn translate<D: Design>(tree: &TreeOf<D>, addresses: &[AddressIn<D>]) -> u64 {
    let reader = tree.reader();
    addresses.iter().fold(0, |sum, &at| {
        let found = reader.translate(D::at(at)).map_or(0, |found| found.address.as_u64());
        sum ^ found
    })
}

pub fn translate_sequential<D: Design>(tree: &TreeOf<D>, range: RangeIn<D>) -> u64 {
    let reader = tree.reader();
    range.pages(12).fold(0, |sum, at| sum ^ reader.translate(D::at(at)).map_or(0, |found| found.address.as_u64()))
}

pub fn map<D: Design>(tree: &mut TreeOf<D>, pool: &Pool, range: RangeIn<D>, first: u64) {
    let mut cursor = tree.exclusive(pool);
    let mut frame = first;
    for at in range.pages(12) {
        cursor.map::<D::Small, _>(D::at(at), D::small(frame), D::USED).expect("nothing is mapped here");
        frame += 4096;
    }
}

pub fn map_each<D: Design>(tree: &mut TreeOf<D>, pool: &Pool, addresses: &[AddressIn<D>], first: u64) {
    let mut cursor = tree.exclusive(pool);
    let mut frame = first;
    for &at in addresses {
        cursor.map::<D::Small, _>(D::at(at), D::small(frame), D::USED).expect("nothing is mapped here");
        frame += 4096;
    }
}

pub fn map_large<D: Design>(tree: &mut TreeOf<D>, pool: &Pool, range: RangeIn<D>, first: u64) {
    let mut cursor = tree.exclusive(pool);
    let mut frame = first;
    for at in range.pages(21) {
        cursor.map::<D::Large, _>(D::at(at), D::large(frame), D::USED).expect("nothing is mapped here");
        frame += 2 << 20;
    }
}

/// A fault takes a guard of its own.
pub fn fault<D: Design>(tree: &ParallelOf<D>, pool: &Pool, range: RangeIn<D>, first: u64) {
    let mut frame = first;
    for at in range.pages(12) {
        tree.pin().map::<D::Small, _>(pool, D::at(at), D::small(frame), D::USED).expect("nothing is mapped here");
        frame += 4096;
    }
}

/// The same where every page is mapped: a fault that comes late is told what is there.
pub fn fault_late<D: Design>(tree: &ParallelOf<D>, pool: &Pool, range: RangeIn<D>, first: u64) -> u64 {
    let (mut frame, mut sum) = (first, 0);
    for at in range.pages(12) {
        let late =
            tree.pin().map::<D::Small, _>(pool, D::at(at), D::small(frame), D::USED).expect_err("a page is here");
        let Obstacle::Leaf { frame: mapped, .. } = late.obstacle else { panic!("no page is in the way") };
        sum ^= mapped.as_u64();
        frame += 4096;
    }
    sum
}

pub fn protect<D: Design>(tree: &mut TreeOf<D>, pool: &Pool, range: RangeIn<D>) -> u64 {
    let mut cursor = tree.exclusive(pool);
    let mut sum = 0;
    for at in range.pages(12) {
        let stale = cursor.protect::<D::Small>(D::at(at), D::READ_ONLY).expect("a page is mapped here");
        sum ^= stale.unneeded_because(NO_CPU).raw;
    }
    sum
}

pub fn unmap<D: Design>(tree: &mut TreeOf<D>, pool: &Pool, range: RangeIn<D>) -> u64 {
    let mut cursor = tree.exclusive(pool);
    let mut sum = 0;
    for at in range.pages(12) {
        let stale = cursor.unmap::<D::Small>(D::at(at)).expect("a page is mapped here");
        sum ^= stale.unneeded_because(NO_CPU).frame.as_u64();
    }
    sum
}

pub fn protect_each<D: Design>(tree: &mut TreeOf<D>, pool: &Pool, addresses: &[AddressIn<D>]) -> u64 {
    let mut cursor = tree.exclusive(pool);
    addresses.iter().fold(0, |sum, &at| {
        let stale = cursor.protect::<D::Small>(D::at(at), D::READ_ONLY).expect("a page is mapped here");
        sum ^ stale.unneeded_because(NO_CPU).raw
    })
}

pub fn unmap_each<D: Design>(tree: &mut TreeOf<D>, pool: &Pool, addresses: &[AddressIn<D>]) -> u64 {
    let mut cursor = tree.exclusive(pool);
    addresses.iter().fold(0, |sum, &at| {
        let stale = cursor.unmap::<D::Small>(D::at(at)).expect("a page is mapped here");
        sum ^ stale.unneeded_because(NO_CPU).frame.as_u64()
    })
}

pub fn map_range<D: Design>(
    tree: &mut TreeOf<D>,
    pool: &Pool,
    range: RangeIn<D>,
    first: u64,
    attributes: AttributesOf<D>,
) {
    let smallest = <<D::Table as Table>::Levels as pt_core::Levels>::ALL[0];
    let mut cursor = tree.exclusive(pool).limit_blocks(smallest);
    cursor.map_range::<D::Small, _>(range, D::small(first), attributes).expect("nothing is mapped here");
}

pub fn map_range_large<D: Design>(tree: &mut TreeOf<D>, pool: &Pool, range: RangeIn<D>, first: u64) {
    let large = <<D::Table as Table>::Levels as pt_core::Levels>::ALL[1];
    let mut cursor = tree.exclusive(pool).limit_blocks(large);
    cursor.map_range::<D::Large, _>(range, D::large(first), D::USED).expect("nothing is mapped here");
}

pub fn protect_range<D: Design>(tree: &mut TreeOf<D>, pool: &Pool, range: RangeIn<D>) {
    let mut cursor = tree.exclusive(pool);
    let stale = cursor.protect_range(range, D::READ_ONLY, &mut NoCpus).expect("no block is split");
    stale.unneeded_because(NO_CPU);
}

pub fn unmap_range<D: Design>(tree: &mut TreeOf<D>, pool: &Pool, range: RangeIn<D>) -> u64 {
    let mut cursor = tree.exclusive(pool);
    let mut sum = 0;
    let stale = cursor.unmap_range(range, &mut NoCpus, |old| sum ^= old.frame.as_u64()).expect("no block is split");
    stale.unneeded_because(NO_CPU);
    sum
}

pub fn clear_range<D: Design>(tree: &mut TreeOf<D>, pool: &Pool, range: RangeIn<D>) {
    let mut cursor = tree.exclusive(pool);
    cursor.clear_range(range, &mut NoCpus).expect("no block is split").unneeded_because(NO_CPU);
}

pub fn protect_range_parallel<D: Design>(tree: &ParallelOf<D>, pool: &Pool, range: RangeIn<D>) {
    let pinned = tree.pin();
    let mut cursor = pinned.parallel(pool);
    let stale = cursor.protect_range(range, D::READ_ONLY, &mut NoCpus).expect("no block is split");
    stale.unneeded_because(NO_CPU);
}

/// Leaves the tables.
pub fn unmap_parallel<D: Design>(tree: &ParallelOf<D>, pool: &Pool, range: RangeIn<D>) {
    let pinned = tree.pin();
    let mut cursor = pinned.parallel(pool);
    for at in range.pages(12) {
        cursor.unmap::<D::Small>(D::at(at)).expect("a page is mapped here").unneeded_because(NO_CPU);
    }
}

pub fn walk<D: Design>(tree: &TreeOf<D>, range: RangeIn<D>, log: &mut [u64]) -> usize {
    let mut next = 0;
    let walked = tree.reader().range(range).for_each_leaf(|leaf| {
        let Some(slot) = log.get_mut(next) else { return ControlFlow::Break(()) };
        *slot = leaf.address.as_u64() ^ leaf.frame.as_u64();
        next += 1;
        ControlFlow::Continue(())
    });
    assert!(walked.is_continue(), "the log is too short");
    next
}

/// The same, leaf by leaf.
pub fn iterate<D: Design>(tree: &TreeOf<D>, range: RangeIn<D>, log: &mut [u64]) -> usize {
    let mut next = 0;
    for leaf in tree.reader().range(range).leaves() {
        if let Some(slot) = log.get_mut(next) {
            *slot = leaf.address.as_u64() ^ leaf.frame.as_u64();
        }
        next += 1;
    }
    next
}

/// The same by an iterator.
pub fn fold<D: Design>(tree: &TreeOf<D>, range: RangeIn<D>, log: &mut [u64]) -> usize {
    tree.reader().range(range).leaves().fold(0, |next, leaf| {
        if let Some(slot) = log.get_mut(next) {
            *slot = leaf.address.as_u64() ^ leaf.frame.as_u64();
        }
        next + 1
    })
}

pub fn harvest<D: Design>(tree: &TreeOf<D>, range: RangeIn<D>, log: &mut [u64]) -> usize {
    let mut next = 0;
    D::harvest(tree, range, |at| {
        if let Some(slot) = log.get_mut(next) {
            *slot = at;
        }
        next += 1;
    });
    next
}
