//! Walking by hand, one level at a time, with the level in the type.
//!
//! A [`TableRef`] is a table page of one tree at one level. It is reached from the root or from an entry of the
//! level above, and from nowhere else, so that a walk cannot take a leaf for a table, enter a table of another
//! tree, or go on below the last level.

use super::Reader;
use super::cover::Cover;
use crate::address::{Address, Hpa};
use crate::entry::Entry;
use crate::format::EntryFormat;
use crate::level::LevelOf;
use crate::memory::{Memory, Word};
use crate::table::{AddressOf, RootVisitor, Visible};
use crate::tree::TableOf;
use core::fmt;

/// A table page, at a level that the type knows.
pub struct TableRef<'a, T: Visible, M: Memory, L: LevelOf<T>> {
    memory: &'a M,
    table: TableOf<T, L>,
    cover: Cover<T>,
    /// The position of the first address behind the table.
    position: u64,
}

/// An entry of a [`TableRef`]. One that points to a table comes with that table.
pub type Stepped<'a, T, M, L> =
    Entry<<L as LevelOf<T>>::Leaf, (<L as LevelOf<T>>::Subtable, TableRef<'a, T, M, <L as LevelOf<T>>::Below>)>;

/// What [`Reader::at_root`] runs: a function that is generic over the level of the root.
pub trait RootReader<'a, T: Visible, M: Memory> {
    /// What it returns.
    type Output;
    /// Called once, with the root table.
    fn visit<L: LevelOf<T>>(self, root: TableRef<'a, T, M, L>) -> Self::Output;
}

impl<'a, T: Visible, M: Memory> Reader<'a, T, M> {
    /// The root table, if the geometry puts it at level `L`. Several tables side by side are at the level
    /// [`Concatenated`](crate::root::Concatenated).
    #[must_use]
    pub fn root<L: LevelOf<T>>(self) -> Option<TableRef<'a, T, M, L>> {
        (T::at_root(self.geometry, Shape) == (L::NUMBER, L::INDEX_BITS)).then(|| TableRef::root(self))
    }

    /// Runs `visitor` with the root table, at whatever level the geometry puts it.
    pub fn at_root<V: RootReader<'a, T, M>>(self, visitor: V) -> V::Output {
        T::at_root(self.geometry, Adapter { reader: self, visitor })
    }
}

/// The number of the root level, and how many bits index it.
struct Shape;

impl<T: Visible> RootVisitor<T> for Shape {
    type Output = (u8, u32);
    fn visit<L: LevelOf<T>>(self) -> (u8, u32) {
        (L::NUMBER, L::INDEX_BITS)
    }
}

struct Adapter<'a, T: Visible, M: Memory, V> {
    reader: Reader<'a, T, M>,
    visitor: V,
}

impl<'a, T: Visible, M: Memory, V: RootReader<'a, T, M>> RootVisitor<T> for Adapter<'a, T, M, V> {
    type Output = V::Output;
    #[inline(always)]
    fn visit<L: LevelOf<T>>(self) -> V::Output {
        self.visitor.visit::<L>(TableRef::root(self.reader))
    }
}

impl<'a, T: Visible, M: Memory, L: LevelOf<T>> TableRef<'a, T, M, L> {
    /// The root of a tree whose geometry puts it at `L`.
    fn root(reader: Reader<'a, T, M>) -> Self {
        Self { memory: reader.memory, table: TableOf::at(reader.root), cover: Cover::of::<L>(), position: 0 }
    }

    /// The frame of the table.
    #[must_use]
    pub fn frame(self) -> Hpa {
        self.table.frame()
    }

    /// The level, as a value.
    #[must_use]
    pub fn level(self) -> T::Levels {
        L::LEVEL
    }

    /// The entry for `address`; `None` if the address does not lie behind this table.
    #[must_use]
    pub fn entry<A: AddressOf<T>>(self, address: A) -> Option<Stepped<'a, T, M, L>> {
        let position = self.cover.position(address.address())?;
        let within = (position ^ self.position) >> (L::SHIFT + L::INDEX_BITS) == 0;
        within.then(|| self.step(L::index(position)))
    }

    /// The entries in order, each with the first address behind it.
    pub fn entries(self) -> impl Iterator<Item = (Address<T::Space>, Stepped<'a, T, M, L>)> {
        (0..L::ENTRIES).map(move |index| (self.cover.address(self.behind(index)), self.step(index)))
    }

    /// The position behind an entry.
    fn behind(self, index: usize) -> u64 {
        self.position | (index as u64) << L::SHIFT
    }

    fn step(self, index: usize) -> Stepped<'a, T, M, L> {
        match L::decode(self.memory.word(self.table.frame(), index).load()) {
            Entry::Absent(absent) => Entry::Absent(absent),
            Entry::Leaf(leaf) => Entry::Leaf(leaf),
            Entry::Subtable(entry) => {
                let table = TableOf::at(entry.frame());
                let below = TableRef { memory: self.memory, table, cover: self.cover, position: self.behind(index) };
                Entry::Subtable((entry, below))
            }
            Entry::Frozen => Entry::Frozen,
        }
    }
}

impl<T: Visible, M: Memory, L: LevelOf<T>> Clone for TableRef<'_, T, M, L> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<T: Visible, M: Memory, L: LevelOf<T>> Copy for TableRef<'_, T, M, L> {}

impl<T: Visible, M: Memory, L: LevelOf<T>> fmt::Debug for TableRef<'_, T, M, L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}, behind {:?}", self.table, self.cover.address(self.position))
    }
}
