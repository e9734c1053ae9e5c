//! Plans: what an operation on a range would do, before it is done.
//!
//! A plan is made by the walk that the operation does, without a write. It is exact as long as nothing changes in
//! between: the operation then takes exactly the planned tables from its allocator, and leaves exactly the planned
//! flush behind. Take the tables as a [`Reserve`] first, give that to the cursor, and the operation cannot run out
//! half-way.

mod change;
mod map;
#[cfg(test)]
mod tests;

use crate::address::AddressRange;
use crate::allocator::{OutOfTables, Reserve, TableAllocator};
use crate::flush::Scope;
use crate::level::{LevelOf, Levels, table_order};
use crate::table::{LiveRule, Visible};
use core::fmt;

/// The most levels that a declaration may have, for plans.
const LEVELS: usize = 8;

/// What an operation on a range of the table `T` would do.
#[derive(Copy, Clone)]
pub struct Plan<T: Visible> {
    tables: usize,
    freed: usize,
    /// By the number of the level.
    leaves: [u64; LEVELS],
    splits: [u64; LEVELS],
    spans: u64,
    touched: Option<AddressRange<T::Space>>,
}

impl<T: Visible> Plan<T> {
    const fn new() -> Self {
        const { assert!(T::Levels::ALL.len() <= LEVELS, "a plan has room for eight levels") };
        Self { tables: 0, freed: 0, leaves: [0; LEVELS], splits: [0; LEVELS], spans: 0, touched: None }
    }

    /// Tables that it takes from the allocator.
    #[must_use]
    pub const fn tables(&self) -> usize {
        self.tables
    }

    /// Tables that go back to the allocator at the flush.
    #[must_use]
    pub const fn tables_freed(&self) -> usize {
        self.freed
    }

    /// Leaves of this level that it maps, removes or changes.
    #[must_use]
    pub fn leaves(&self, level: T::Levels) -> u64 {
        self.leaves[usize::from(level.number())]
    }

    /// Leaves of this level that it splits.
    #[must_use]
    pub fn splits(&self, level: T::Levels) -> u64 {
        self.splits[usize::from(level.number())]
    }

    /// [Spans](crate::span) that it breaks.
    #[must_use]
    pub const fn spans(&self) -> u64 {
        self.spans
    }

    /// How often CPUs are flushed on the way: once a span, and once a split, if the table is to break before make.
    #[must_use]
    pub fn flushes_on_the_way(&self) -> u64 {
        let splits = match T::LIVE_RULE {
            LiveRule::InPlace => 0,
            LiveRule::BreakBeforeMake => self.splits.iter().sum(),
        };
        self.spans + splits
    }

    /// What is stale in the end, and has to be flushed.
    #[must_use]
    pub const fn scope(&self) -> Scope<T::Space> {
        match self.touched {
            None => Scope::Nothing,
            Some(range) if self.freed == 0 => Scope::Leaves(range),
            Some(range) => Scope::Tables(range),
        }
    }

    /// Takes the tables from the allocator, for a cursor that does what is planned.
    ///
    /// # Errors
    /// [`OutOfTables`] if the allocator has too few, or if more than `N` are planned. Nothing stays taken then.
    pub fn reserve<'a, A: TableAllocator, const N: usize>(
        &self,
        allocator: &'a A,
    ) -> Result<Reserve<'a, A, N>, OutOfTables> {
        // All tables but the root are as large as the granule.
        let order = match T::Levels::ALL {
            [last, above, ..] => table_order(above.shift() - last.shift()),
            _ => 0,
        };
        Reserve::take_blocks(allocator, order, self.tables)
    }

    fn add_leaves<L: LevelOf<T>>(&mut self, count: u64) {
        self.leaves[usize::from(L::NUMBER)] += count;
    }

    fn touch(&mut self, range: AddressRange<T::Space>) {
        self.touched = Some(self.touched.map_or(range, |touched| touched.hull(range)));
    }
}

impl<T: Visible> PartialEq for Plan<T> {
    fn eq(&self, other: &Self) -> bool {
        let Self { tables, freed, leaves, splits, spans, touched } = self;
        (tables, freed, leaves, splits, spans, touched)
            == (&other.tables, &other.freed, &other.leaves, &other.splits, &other.spans, &other.touched)
    }
}
impl<T: Visible> Eq for Plan<T> {}

impl<T: Visible> fmt::Debug for Plan<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl<T: Visible> fmt::Display for Plan<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: takes {} table(s), frees {}", T::NAME, self.tables, self.freed)?;
        for level in T::Levels::ALL {
            for (count, what) in [(self.leaves(*level), "leaves"), (self.splits(*level), "splits")] {
                if count > 0 {
                    write!(f, ", {count} {what} at {}", level.name())?;
                }
            }
        }
        if self.spans > 0 {
            write!(f, ", breaks {} span(s)", self.spans)?;
        }
        write!(f, ", flush: {:?}", self.scope())
    }
}
