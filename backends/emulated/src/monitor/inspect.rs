//! Looking at the protected tree from outside, for tests and drawings. No VMM can do this.

use super::apply::Answer;
use super::layout::{Layout, LevelsOf};
use super::tree::{Tree, decode};
use super::vm::Vm;
use pt_core::Hpa;
use pt_core::level::Levels;
use pt_core::states::{Shape, States};

/// An entry of the protected tree.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct Protected<S, V> {
    /// The first guest address behind it.
    pub address: u64,
    /// The level of the table that it is in.
    pub level: V,
    /// Its state, or `None` if its bits are those of no state.
    pub state: Option<S>,
    /// What it points to.
    pub frame: Hpa,
    /// The entry itself.
    pub raw: u64,
}

type Found<L> = Protected<<L as Layout>::States, LevelsOf<L>>;

impl<L: Layout> Vm<L> {
    /// The entry of `level` for `address`, or the one above it where the walk ends.
    ///
    /// # Errors
    /// [`Denied`](super::Denied) after teardown.
    pub fn inspect(&self, address: u64, level: LevelsOf<L>) -> Answer<L, Found<L>> {
        self.with_key(|key, _| {
            let (level, raw) = self.tree(key).find_entry(address, level)?;
            Ok(found::<L>(address >> level.shift() << level.shift(), level, raw))
        })
    }

    /// Every entry that is not absent, in the order of their addresses, tables before what is in them.
    ///
    /// # Errors
    /// [`Denied`](super::Denied) after teardown.
    pub fn entries(&self) -> Answer<L, Vec<Found<L>>> {
        self.with_key(|key, _| {
            let tree = self.tree(key);
            let mut all = Vec::new();
            collect(&tree, tree.root, 0, tree.top, &mut all)?;
            Ok(all)
        })
    }
}

fn found<L: Layout>(address: u64, level: LevelsOf<L>, raw: u64) -> Found<L> {
    let raw = raw & !L::LOCK;
    Protected { address, level, state: decode::<L>(raw, level), frame: L::frame(raw), raw }
}

fn collect<L: Layout>(
    tree: &Tree<'_, L>,
    table: Hpa,
    start: u64,
    level: LevelsOf<L>,
    all: &mut Vec<Found<L>>,
) -> Answer<L> {
    for (index, raw) in (0_u64..).zip(tree.load_table(table)?) {
        let entry = found::<L>(start + (index << level.shift()), level, raw);
        let shape = entry.state.map(States::shape);
        if shape == Some(Shape::Absent) {
            continue;
        }
        all.push(entry);
        let below = level.number().checked_sub(1).and_then(LevelsOf::<L>::from_number);
        if let (Some(Shape::Table), Some(below)) = (shape, below) {
            collect(tree, entry.frame, entry.address, below, all)?;
        }
    }
    Ok(())
}
