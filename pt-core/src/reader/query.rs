//! What maps an address, and what the walk to it allows; or where the walk stopped.

use super::{Leaf, Reader};
use crate::address::{Address, Hpa};
use crate::entry::{Absent, Entry};
use crate::format::{Access, EntryFormat};
use crate::level::{LevelOf, Levels};
use crate::memory::{Memory, Word};
use crate::table::{AddressOf, RootVisitor, Visible};
use crate::tree::TableOf;
use core::fmt;

/// Nothing is mapped at an address: where the walk stopped, and what it found there.
#[derive(Copy, Clone, Debug)]
pub struct Unmapped<T: Visible> {
    /// The address that was looked up.
    pub address: Address<T::Space>,
    /// The level of the table where the walk stopped. All of what one entry of that level maps is unmapped.
    pub level: T::Levels,
    /// What it found.
    pub found: Found,
}

/// What a walk stopped at.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Found {
    /// An absent entry; its payload is in it.
    Absent(Absent),
    /// An entry that another thread is changing. Looking again may find it mapped.
    Frozen,
    /// The end of the root table: the tree is narrower than the geometry that the address was made by.
    Beyond,
}

impl<T: Visible> PartialEq for Unmapped<T> {
    fn eq(&self, other: &Self) -> bool {
        (self.address, self.level, self.found) == (other.address, other.level, other.found)
    }
}
impl<T: Visible> Eq for Unmapped<T> {}

impl<T: Visible> fmt::Display for Unmapped<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} is not mapped: ", self.address)?;
        match self.found {
            Found::Absent(absent) => write!(f, "absent entry {:#x} at level {}", absent.bits(), self.level.name()),
            Found::Frozen => write!(f, "frozen entry at level {}", self.level.name()),
            Found::Beyond => write!(f, "it lies beyond the root table at level {}", self.level.name()),
        }
    }
}
impl<T: Visible> core::error::Error for Unmapped<T> {}

impl<T: Visible, M: Memory> Reader<'_, T, M> {
    /// The leaf that maps `address`, with what the whole walk allows.
    ///
    /// # Errors
    /// [`Unmapped`] says where the walk stopped, and at what.
    pub fn query<A: AddressOf<T>>(self, address: A) -> Result<Leaf<T>, Unmapped<T>> {
        T::at_root(self.geometry, Query { memory: self.memory, root: self.root, address: address.address() })
    }
}

struct Query<'a, T: Visible, M> {
    memory: &'a M,
    root: Hpa,
    address: Address<T::Space>,
}

impl<T: Visible, M: Memory> RootVisitor<T> for Query<'_, T, M> {
    type Output = Result<Leaf<T>, Unmapped<T>>;

    fn visit<L: LevelOf<T>>(self) -> Self::Output {
        let Some(index) = TableOf::<T, L>::root_index(self.address) else {
            return Err(self.stopped::<L>(Found::Beyond));
        };
        self.entry::<L>(self.memory.word(self.root, index).load(), Access::ALL)
    }
}

impl<T: Visible, M: Memory> Query<'_, T, M> {
    #[inline(always)]
    fn entry<L: LevelOf<T>>(&self, raw: u64, walk: Access) -> Result<Leaf<T>, Unmapped<T>> {
        match L::decode(raw) {
            Entry::Leaf(leaf) => Ok(Leaf::new::<L>(self.address, leaf, walk)),
            Entry::Subtable(entry) => {
                let table = TableOf::<T, L::Below>::at(entry.frame());
                let raw = table.word(self.memory, self.address).load();
                self.entry::<L::Below>(raw, walk & entry.access())
            }
            Entry::Absent(absent) => Err(self.stopped::<L>(Found::Absent(absent))),
            Entry::Frozen => Err(self.stopped::<L>(Found::Frozen)),
        }
    }

    fn stopped<L: LevelOf<T>>(&self, found: Found) -> Unmapped<T> {
        Unmapped { address: self.address, level: L::LEVEL, found }
    }
}
