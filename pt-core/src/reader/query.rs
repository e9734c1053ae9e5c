//! What maps an address, and what the walk to it allows; or where the walk stopped.

use super::{Leaf, Reader};
use crate::address::Address;
use crate::config::Config;
use crate::entry::{Absent, Entry};
use crate::format::{Access, EntryFormat};
use crate::level::{LevelOf, Levels};
use crate::memory::{Memory, Word};
use crate::rule::Rule;
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
    /// An entry that is present, and that a machine with the tree's [configuration](crate::config) does not take for what
    /// it says: it is malformed by this rule, or counts as absent. Such a machine [faults](Reader::access) here.
    Refused {
        /// The rule.
        rule: &'static Rule,
        /// The entry.
        raw: u64,
    },
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
            Found::Refused { rule, raw } => {
                write!(f, "entry {raw:#x} at level {} is refused ({rule})", self.level.name())
            }
            Found::Beyond => write!(f, "it lies beyond the root table at level {}", self.level.name()),
        }
    }
}
impl<T: Visible> core::error::Error for Unmapped<T> {}

impl<T: Visible, M: Memory> Reader<'_, T, M> {
    /// The leaf that maps `address`, with what the whole walk allows on a machine with the tree's
    /// [configuration](crate::config).
    ///
    /// # Errors
    /// [`Unmapped`] says where the walk stopped, and at what.
    pub fn query<A: AddressOf<T>>(self, address: A) -> Result<Leaf<T>, Unmapped<T>> {
        T::at_root(self.geometry, Query { reader: self, address: address.address() })
    }
}

struct Query<'a, T: Visible, M: Memory> {
    reader: Reader<'a, T, M>,
    address: Address<T::Space>,
}

impl<T: Visible, M: Memory> RootVisitor<T> for Query<'_, T, M> {
    type Output = Result<Leaf<T>, Unmapped<T>>;

    fn visit<L: LevelOf<T>>(self) -> Self::Output {
        let Some(index) = TableOf::<T, L>::root_index(self.address) else {
            return Err(self.stopped::<L>(Found::Beyond));
        };
        let Reader { memory, root, .. } = self.reader;
        self.entry::<L>(memory.word(root, index).load(), Access::ALL)
    }
}

impl<T: Visible, M: Memory> Query<'_, T, M> {
    #[inline(always)]
    fn entry<L: LevelOf<T>>(&self, raw: u64, walk: Access) -> Result<Leaf<T>, Unmapped<T>> {
        match L::decode(raw) {
            Entry::Leaf(leaf) => {
                let access = self.through::<L, _>(leaf, walk)?;
                Ok(Leaf { access, ..Leaf::new::<L>(self.address, leaf, walk) })
            }
            Entry::Subtable(entry) => {
                let access = self.through::<L, _>(entry, walk)?;
                let table = TableOf::<T, L::Below>::at(entry.frame());
                self.entry::<L::Below>(table.word(self.reader.memory, self.address).load(), access)
            }
            Entry::Absent(absent) => Err(self.stopped::<L>(Found::Absent(absent))),
            Entry::Frozen => Err(self.stopped::<L>(Found::Frozen)),
        }
    }

    /// What a walk allows that has come to this entry, if the machine takes the entry for what it says.
    fn through<L: LevelOf<T>, F: EntryFormat>(&self, entry: F, walk: Access) -> Result<Access, Unmapped<T>> {
        let config = self.reader.config;
        match Rule::against(entry, config) {
            Some(rule) => Err(self.stopped::<L>(Found::Refused { rule, raw: entry.bits() })),
            None => Ok(walk & entry.access_with(config.features())),
        }
    }

    fn stopped<L: LevelOf<T>>(&self, found: Found) -> Unmapped<T> {
        Unmapped { address: self.address, level: L::LEVEL, found }
    }
}
