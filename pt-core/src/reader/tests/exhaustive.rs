//! Every reader against a plain model, on every tree that a small declaration can have and on every range.

use super::small::{EightPages, Small, SmallLevel};
use super::*;
use crate::geometry::{Extension, Geometry, Whole};
use crate::reader::{Found, Merge};
use crate::space::Virtual;
use core::ops::ControlFlow;
use std::vec::Vec;

const PAGES: u64 = 8;

/// What the model holds in place of an entry.
#[derive(Clone, Debug)]
enum Node {
    Absent,
    Frozen,
    /// A leaf whose frame is its position plus a constant; writable or not.
    Leaf(bool),
    Table(Vec<Node>),
}

/// What the model says of one page.
#[derive(Copy, Clone, PartialEq, Debug)]
enum Expected {
    /// The first page, the level and the writability of its leaf.
    Leaf(u64, SmallLevel, bool),
    Unmapped(SmallLevel, Found),
}

/// Every table that can be made of these entries.
fn tables(entries: &[Node]) -> Vec<Node> {
    let pair = |a: &Node, b: &Node| Node::Table([a.clone(), b.clone()].into());
    entries.iter().flat_map(|a| entries.iter().map(move |b| pair(a, b))).collect()
}

/// Roots: every one of which at least one half is simple.
fn roots() -> Vec<Node> {
    let low = tables(&[Node::Absent, Node::Frozen, Node::Leaf(true)]);
    let mut entries = [Node::Absent, Node::Frozen, Node::Leaf(true), Node::Leaf(false)].to_vec();
    entries.extend(low);
    let mut halves = [Node::Absent, Node::Frozen].to_vec();
    halves.extend(tables(&entries));
    let mut roots = Vec::new();
    for any in &halves {
        for simple in halves.iter().step_by(29) {
            roots.push(Node::Table([any.clone(), simple.clone()].into()));
            roots.push(Node::Table([simple.clone(), any.clone()].into()));
        }
    }
    roots
}

/// The pages behind `node`, an entry of `level` at `page`.
fn expect(node: &Node, level: SmallLevel, page: u64, expected: &mut Vec<Expected>) {
    let what = match node {
        Node::Table(entries) => {
            let below = SmallLevel::ALL[usize::from(level.number()) - 1];
            for (index, entry) in (0..).zip(entries) {
                expect(entry, below, page + (index << below.number()), expected);
            }
            return;
        }
        Node::Absent => Expected::Unmapped(level, Found::Absent(crate::entry::Absent::new(0))),
        Node::Frozen => Expected::Unmapped(level, Found::Frozen),
        Node::Leaf(write) => Expected::Leaf(page, level, *write),
    };
    expected.extend((0..1 << level.number()).map(|_| what));
}

/// Writes the model into memory, two entries a table.
fn write(arena: &Arena, table: Hpa, entries: &[Node], level: SmallLevel, page: u64) {
    for (index, entry) in entries.iter().enumerate() {
        let page = page + ((index as u64) << level.number());
        let raw = match entry {
            Node::Absent => 0,
            Node::Frozen => 0x5a0,
            Node::Leaf(write) => {
                let size = if level == SmallLevel::Low { 0 } else { 0x80 };
                1 | u64::from(*write) << 1 | size | FRAMES | page << PAGE_SHIFT
            }
            Node::Table(entries) => {
                let below = arena.allocate(0).unwrap();
                write_below(arena, below, entries, level, page);
                7 | below.as_u64()
            }
        };
        arena.word(table, index).store(raw, Ordering::Release);
    }
}

fn write_below(arena: &Arena, table: Hpa, entries: &[Node], level: SmallLevel, page: u64) {
    write(arena, table, entries, SmallLevel::ALL[usize::from(level.number()) - 1], page);
}

const FRAMES: u64 = 0x4000_0000;

fn address_of<const SIGN: bool>(page: u64) -> Address<Virtual> {
    let value = page << PAGE_SHIFT;
    let upper_half = SIGN && page >= PAGES / 2;
    EightPages::<SIGN>.address(if upper_half { value | !0x7fff } else { value }).unwrap()
}

fn check<const SIGN: bool>(root: &Node) {
    let Node::Table(entries) = root else { panic!("a root is a table") };
    let arena = arena();
    let tree = tree::<Small<SIGN>>(EightPages, &arena);
    write(&arena, tree.root(), entries, SmallLevel::Top, 0);
    let mut expected = Vec::new();
    for (half, entry) in (0..).zip(entries) {
        expect(entry, SmallLevel::Top, half * PAGES / 2, &mut expected);
    }
    for (page, &expected) in (0..).zip(&expected) {
        check_page::<SIGN>(&tree, page, expected);
    }
    for first in 0..PAGES {
        for last in first..PAGES {
            let range = EightPages::<SIGN>.range(address_of::<SIGN>(first), (last - first + 1) << PAGE_SHIFT);
            // A range that spans the canonical hole does not exist.
            assert_eq!(range.is_err(), SIGN && first < PAGES / 2 && last >= PAGES / 2);
            if let Ok(range) = range {
                check_range::<SIGN>(&tree, Some(range), &expected[first as usize..=last as usize]);
            }
        }
    }
    check_range::<SIGN>(&tree, None, &expected);
}

fn check_page<const SIGN: bool>(tree: &Tree<Small<SIGN>, &Arena>, page: u64, expected: Expected) {
    let address = EightPages::<SIGN>.address(address_of::<SIGN>(page).as_u64() | 0x234).unwrap();
    let reader = tree.reader();
    match expected {
        Expected::Leaf(first, level, write) => {
            let found = reader.translate(address).unwrap();
            assert_eq!((found.address.as_u64(), found.level), (FRAMES | page << PAGE_SHIFT | 0x234, level));
            let leaf = reader.query(address).unwrap();
            assert_eq!((leaf.address, leaf.level, leaf.attributes), (address_of::<SIGN>(first), level, write));
            assert_eq!(leaf.frame.as_u64(), FRAMES | first << PAGE_SHIFT);
        }
        Expected::Unmapped(level, found) => {
            assert_eq!(reader.translate(address), None);
            let stopped = reader.query(address).unwrap_err();
            assert_eq!((stopped.address, stopped.level, stopped.found), (address, level, found));
        }
    }
}

fn check_range<const SIGN: bool>(
    tree: &Tree<Small<SIGN>, &Arena>,
    range: Option<AddressRange<Virtual>>,
    expected: &[Expected],
) {
    let mut leaves: Vec<_> = expected
        .iter()
        .filter_map(|&page| match page {
            Expected::Leaf(first, level, write) => Some((address_of::<SIGN>(first), level, write)),
            Expected::Unmapped(..) => None,
        })
        .collect();
    leaves.dedup_by_key(|&mut (first, ..)| first);
    let window = match range {
        Some(range) => tree.reader().range(range),
        None => tree.reader().whole(),
    };
    let found: Vec<_> = window.leaves().collect();
    assert_eq!(found.iter().map(|leaf| (leaf.address, leaf.level, leaf.attributes)).collect::<Vec<_>>(), leaves);

    let mut rest = window.leaves();
    for consumed in 0..=found.len() {
        let mut folded = Vec::new();
        rest.clone().for_each(|leaf| folded.push(leaf));
        assert_eq!(folded, found[consumed..]);
        assert_eq!(rest.next().as_ref(), found.get(consumed));
    }

    let (mut visited, mut entries) = (Vec::new(), Vec::new());
    let done = window.for_each_leaf(|leaf| {
        visited.push(leaf);
        ControlFlow::<()>::Continue(())
    });
    assert_eq!((visited, done), (found, ControlFlow::Continue(())));
    let done = window.for_each_entry(|at| {
        entries.push(at);
        ControlFlow::<()>::Continue(())
    });
    assert_eq!((window.entries().collect::<Vec<_>>(), done), (entries, ControlFlow::Continue(())));

    // Frames follow addresses everywhere, so that runs end with the level, the writability or a gap.
    let mut runs: Vec<(u64, SmallLevel, bool, u64)> = Vec::new();
    for (first, level, write) in leaves {
        match runs.last_mut() {
            Some((start, of, writable, count))
                if (*of, *writable) == (level, write)
                    && start.wrapping_add(*count << level.shift()) == first.as_u64()
                    && first.as_u64() != 0 =>
            {
                *count += 1;
            }
            _ => runs.push((first.as_u64(), level, write, 1)),
        }
    }
    let found = window.runs(Merge::Frames).map(|run| {
        let first = run.first;
        (first.address.as_u64(), first.level, first.attributes, run.leaves)
    });
    assert_eq!(found.collect::<Vec<_>>(), runs);
}

#[test]
fn readers_agree_with_the_model_on_plain_addresses() {
    assert_eq!(EightPages::<false>::EXTENSION, Extension::Zero);
    for root in roots() {
        check::<false>(&root);
    }
}

#[test]
fn readers_agree_with_the_model_on_canonical_addresses() {
    assert_eq!(EightPages::<true>::EXTENSION, Extension::Sign);
    for root in roots() {
        check::<true>(&root);
    }
}
