//! The fast path: from an input address to the byte behind it.
//!
//! The recursion over the levels is resolved when it is compiled: for each geometry it is one load, one test of
//! presence and one extraction a level, without a loop, a call or a panic. Where the declaration allows it, the extraction
//! of a table's frame is the test: see [`LevelOf::decode_own`].

use super::Reader;
use crate::address::{Address, Hpa};
use crate::entry::Entry;
use crate::format::EntryFormat;
use crate::geometry::Geometry;
use crate::level::LevelOf;
use crate::memory::{Memory, TableAt, Word};
use crate::reach::Position;
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
    // Always inlined: a call would first copy the reader, field by field.
    #[inline(always)]
    #[must_use]
    pub fn translate<A: AddressOf<T>>(self, address: A) -> Option<Translation<T::Levels>> {
        let address = address.address();
        let Some(position) = self.reach.position::<T>(address) else {
            cold_path();
            return None;
        };
        let Self { memory, origin, place, .. } = self;
        let end = T::at_root(self.geometry, Walk { memory, origin, root: place, address, position });
        match end {
            End::Vacant => None,
            End::Page(found) => Some(found),
            End::Block { frame, within, level } => {
                let address = Hpa::new(frame & !within | address.as_u64() & within);
                Some(Translation { address, level })
            }
        }
    }
}

struct Walk<'a, T: Visible, M> {
    memory: &'a M,
    origin: u64,
    root: TableAt,
    address: Address<T::Space>,
    position: Position,
}

/// Where a walk ends.
enum End<L> {
    Vacant,
    /// The smallest pages have a way of their own: nothing but constants.
    Page(Translation<L>),
    /// Larger ones have an end in common, to which they come with their size as data: 18 bytes less in a translation with
    /// two sizes.
    Block {
        /// The frame, with any bits below its size.
        frame: u64,
        /// The bits of an address within the block.
        within: u64,
        level: L,
    },
}

impl<T: Visible, M: Memory> RootVisitor<T> for Walk<'_, T, M> {
    type Output = End<T::Levels>;

    #[inline(always)]
    fn visit<L: LevelOf<T>>(self) -> Self::Output {
        self.entry::<L>(self.memory.word_in(self.root, self.position.root_index::<T, L>()).load())
    }
}

impl<T: Visible, M: Memory> Walk<'_, T, M> {
    #[inline(always)]
    fn entry<L: LevelOf<T>>(&self, raw: u64) -> End<T::Levels> {
        let entry = if M::WRITTEN_BY_OTHERS { L::decode(raw) } else { L::decode_own(raw) };
        match entry {
            Entry::Subtable(entry) => {
                let table = TableOf::<T, L::Below>::at(entry.frame());
                self.entry::<L::Below>(table.word_from(self.memory, self.origin, self.address).load())
            }
            Entry::Leaf(leaf) => self.leaf::<L>(leaf),
            Entry::Absent(_) | Entry::Frozen => {
                cold_path();
                End::Vacant
            }
        }
    }

    #[inline(always)]
    fn leaf<L: LevelOf<T>>(&self, leaf: L::Leaf) -> End<T::Levels> {
        let (frame, level) = (leaf.frame_at(self.address.as_u64()), L::LEVEL);
        if !L::TABLES {
            let address = Hpa::new(frame.as_u64() | self.address.offset(L::SHIFT));
            return End::Page(Translation { address, level });
        }
        let within = (1 << L::SHIFT) - 1;
        // The bits between the sizes are let through, so that the frames of all sizes are extracted by one mask.
        let larger = within & !((1 << T::Geometry::PAGE_SHIFT) - 1);
        End::Block { frame: frame.as_u64() | leaf.bits() & larger, within, level }
    }
}
