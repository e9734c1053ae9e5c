//! Looking at the protected tree from outside, for tests and drawings. No VMM can do this.

use super::apply::Answer;
use super::format::{LevelsOf, ProtectedFormat};
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

type Found<F> = Protected<<F as ProtectedFormat>::States, LevelsOf<F>>;

impl<F: ProtectedFormat> Vm<F> {
    /// The entry of `level` for `address`, or the one above it where the walk ends.
    ///
    /// # Errors
    /// [`Denied`](super::Denied) after teardown.
    pub fn inspect(&self, address: u64, level: LevelsOf<F>) -> Answer<F, Found<F>> {
        self.with_key(|key, _| {
            let (level, raw) = self.tree(key).find_entry(address, level)?;
            Ok(found::<F>(address >> level.shift() << level.shift(), level, raw))
        })
    }

    /// Every entry that is not absent, in the order of their addresses, tables before what is in them.
    ///
    /// # Errors
    /// [`Denied`](super::Denied) after teardown.
    pub fn entries(&self) -> Answer<F, Vec<Found<F>>> {
        self.with_key(|key, _| {
            let tree = self.tree(key);
            let mut all = Vec::new();
            collect(&tree, tree.root, 0, tree.top, &mut all)?;
            Ok(all)
        })
    }
}

fn found<F: ProtectedFormat>(address: u64, level: LevelsOf<F>, raw: u64) -> Found<F> {
    let raw = raw & !F::LOCK;
    Protected { address, level, state: decode::<F>(raw, level), frame: F::frame(raw), raw }
}

fn collect<F: ProtectedFormat>(
    tree: &Tree<'_, F>,
    table: Hpa,
    start: u64,
    level: LevelsOf<F>,
    all: &mut Vec<Found<F>>,
) -> Answer<F> {
    for (index, raw) in (0_u64..).zip(tree.load_table(table)?) {
        let entry = found::<F>(start + (index << level.shift()), level, raw);
        let shape = entry.state.map(States::shape);
        if shape == Some(Shape::Absent) {
            continue;
        }
        all.push(entry);
        let below = level.number().checked_sub(1).and_then(LevelsOf::<F>::from_number);
        if let (Some(Shape::Table), Some(below)) = (shape, below) {
            collect(tree, entry.frame, entry.address, below, all)?;
        }
    }
    Ok(())
}
