//! The fast path: from an input address to the byte behind it.
//!
//! The recursion over the levels is resolved when it is compiled: for each geometry it is one load, one test of
//! presence and one extraction a level, without a loop, a call or a panic. Where the declaration allows it, the extraction
//! of a table's frame is the test: see [`LevelOf::decode_own`].

use super::Reader;
use crate::address::{Address, Hpa};
use crate::entry::Entry;
use crate::format::EntryFormat;
use crate::level::LevelOf;
use crate::memory::{Memory, Word};
use crate::table::{AddressOf, RootVisitor, Visible};
use crate::tree::TableOf;
use core::hint::cold_path;

/// Where an address leads.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct Translation<L> {
    /// The byte behind the address.
    pub address: Hpa,
    /// The level of the leaf, which says how large the page is.
    pub level: L,
}

impl<T: Visible, M: Memory> Reader<'_, T, M> {
    /// The byte of host memory behind `address`, or `None` if nothing is mapped there. For what the walk allows,
    /// or why nothing is mapped, see [`query`](Self::query).
    #[inline]
    #[must_use]
    pub fn translate<A: AddressOf<T>>(self, address: A) -> Option<Translation<T::Levels>> {
        T::at_root(self.geometry, Walk { memory: self.memory, root: self.root, address: address.address() })
    }
}

struct Walk<'a, T: Visible, M> {
    memory: &'a M,
    root: Hpa,
    address: Address<T::Space>,
}

impl<T: Visible, M: Memory> RootVisitor<T> for Walk<'_, T, M> {
    type Output = Option<Translation<T::Levels>>;

    #[inline(always)]
    fn visit<L: LevelOf<T>>(self) -> Self::Output {
        let root = TableOf::<T, L>::at(self.root);
        let index = TableOf::<T, L>::root_index(self.address)?;
        self.entry::<L>(self.memory.word(root.frame(), index).load())
    }
}

impl<T: Visible, M: Memory> Walk<'_, T, M> {
    #[inline(always)]
    fn entry<L: LevelOf<T>>(&self, raw: u64) -> Option<Translation<T::Levels>> {
        let entry = if M::WRITTEN_BY_OTHERS { L::decode(raw) } else { L::decode_own(raw) };
        if let Entry::Subtable(entry) = entry {
            let table = TableOf::<T, L::Below>::at(entry.frame());
            return self.entry::<L::Below>(table.word(self.memory, self.address).load());
        }
        let Entry::Leaf(leaf) = entry else {
            cold_path();
            return None;
        };
        let address = Hpa::new(leaf.frame_at(self.address.as_u64()).as_u64() | self.address.offset(L::SHIFT));
        Some(Translation { address, level: L::LEVEL })
    }
}
