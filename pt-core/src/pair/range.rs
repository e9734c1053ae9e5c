//! Visiting the entries of a private table that translate a range.
//!
//! The visitor says at each entry into which table the visit goes on, so that one recursion serves blocking,
//! removal, undoing and teardown. The caller holds the tree exclusively.

use super::error::{Cause, EntryError};
use super::slot::Place;
use crate::address::{Address, AddressRange, Gpa, Hpa};
use crate::level::{LevelOf, Levels};
use crate::memory::Memory;
use crate::space::Private;
use crate::table::{Propagating, RootVisitor, Table};
use crate::tree::{TableOf, Tree};

/// What is done at each entry.
pub(super) trait Visitor<T: Propagating, M: Memory> {
    /// Called before what is below the entry; returns the table to go on in, if any.
    fn enter<L: LevelOf<T>>(&mut self, at: Place<'_, T, L, M>) -> Result<Option<Below<T, L>>, EntryError<T::Levels>>;

    /// Called after what is below the entry, in the table that `enter` has returned.
    fn leave<L: LevelOf<T>>(
        &mut self,
        at: Place<'_, T, L, M>,
        table: Below<T, L>,
    ) -> Result<(), EntryError<T::Levels>> {
        let _ = (at, table);
        Ok(())
    }
}

/// A table below an entry of level `L`.
pub(super) type Below<T, L> = TableOf<T, <L as LevelOf<T>>::Below>;

/// Visits the entries that translate any part of `range`, in the order of their addresses.
pub(super) fn visit<T, M, V>(
    tree: &Tree<T, M>,
    range: AddressRange<Private>,
    visitor: &mut V,
) -> Result<(), EntryError<T::Levels>>
where
    T: Propagating,
    M: Memory,
    V: Visitor<T, M>,
{
    T::at_root(tree.geometry(), Visit { memory: tree.memory(), root: tree.root(), range, visitor })
}

/// The page at an address, as a range: visiting it visits the entries on the way to that page.
pub(super) fn page<T: Table>(address: Gpa<Private>) -> AddressRange<Private> {
    let shift = T::Levels::ALL[0].shift();
    AddressRange::new(address.align_down(shift), 1 << shift)
}

struct Visit<'a, M, V> {
    memory: &'a M,
    root: Hpa,
    range: AddressRange<Private>,
    visitor: &'a mut V,
}

impl<T: Propagating, M: Memory, V: Visitor<T, M>> RootVisitor<T> for Visit<'_, M, V> {
    type Output = Result<(), EntryError<T::Levels>>;

    fn visit<L: LevelOf<T>>(self) -> Self::Output {
        for end in [self.range.start(), self.range.last()] {
            if TableOf::<T, L>::root_index(end).is_none() {
                return Err(EntryError::new(end, L::LEVEL, T::ABSENT, Cause::BeyondRoot));
            }
        }
        table(self.memory, TableOf::<T, L>::at(self.root), self.range, self.visitor)
    }
}

/// Visits the entries of one table. The range does not reach beyond it.
fn table<T: Propagating, L: LevelOf<T>, M: Memory, V: Visitor<T, M>>(
    memory: &M,
    table: TableOf<T, L>,
    range: AddressRange<Private>,
    visitor: &mut V,
) -> Result<(), EntryError<T::Levels>> {
    let block = (1 << L::SHIFT) - 1;
    let mut start = range.start();
    loop {
        let last = Address::new(start.as_u64() | block).min(range.last());
        let place = Place::new(memory, table, start);
        if let Some(below) = visitor.enter(place)? {
            self::table(memory, below, AddressRange::from_start_to_last(start, last), visitor)?;
            visitor.leave(place, below)?;
        }
        if last == range.last() {
            return Ok(());
        }
        start = Address::new(last.as_u64() + 1);
    }
}
