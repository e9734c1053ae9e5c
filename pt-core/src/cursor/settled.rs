//! Settled leaves: what a leaf says, so that the next one need not be taken apart.
//!
//! Neighbours mostly differ in nothing but their frames. A cursor keeps what the first leaf said that it took apart in the
//! table that it holds. What is left of another one of the same level after an exclusive or with that is its frame, if it
//! says the same: then it is present, a leaf, no part of a span, and the CPU cannot be setting a bit of it, since all that
//! it sets are set. One instruction and a test answer what takes eight otherwise, and leave the frame in a register.
//!
//! Leaves of that level are those of the table that is held, and those of all tables that the table above leads to.
//!
//! A leaf that says something else is taken apart, and what is kept stays as it is: of pages that take turns every other
//! one is found to be alike.

use super::Cursor;
use super::place::Place;
use super::source::TableSource;
use crate::access::Access;
use crate::address::Address;
use crate::format::EntryFormat;
use crate::level::LevelOf;
use crate::memory::Memory;
use crate::table::Visible;

/// What a leaf of the table that is held says, and where else there are leaves of that level.
pub(super) struct Settled {
    /// The table, or none while nothing is known.
    pub(super) place: Place,
    /// The table above it, or none.
    pub(super) above: Place,
    /// A leaf of the table's level without its frame. Under exclusive access its hardware bits are all set, whether or not
    /// they were in the leaf that it was taken from.
    says: u64,
}

/// A leaf that says what the settled one said.
pub(super) struct Alike {
    /// Its frame bits, in place.
    pub(super) frame: u64,
    /// The same word, of which the compiler knows that the hardware bits are set.
    pub(super) leaf: u64,
}

impl Settled {
    pub(super) const UNKNOWN: Self = Self { place: Place::NOWHERE, above: Place::NOWHERE, says: 0 };

    /// What `raw` is, in the table of level `L`, if it says what the settled leaf said.
    #[inline(always)]
    pub(super) fn alike<T: Visible, L: LevelOf<T>, X: Access>(&self, raw: u64) -> Option<Alike> {
        let frame = raw ^ self.says;
        let set = if X::PARALLEL { 0 } else { L::Leaf::HARDWARE };
        let leaf = frame | self.says & !L::Leaf::FRAME | set;
        (frame & !L::Leaf::FRAME == 0).then_some(Alike { frame, leaf })
    }
}

impl<T: Visible, M: Memory, S: TableSource, X: Access> Cursor<'_, T, M, S, X> {
    /// Notes what a leaf of the table that is held says, which is no part of a span.
    #[inline(always)]
    pub(super) fn settle<L: LevelOf<T>>(&mut self, at: Address<T::Space>, leaf: L::Leaf) {
        let set = if X::PARALLEL { 0 } else { L::Leaf::HARDWARE };
        // What is remembered as the table above may have been found on the way to leaves of another level.
        let above = if self.above.slot_above::<T, L>(at).is_some() { self.above } else { Place::NOWHERE };
        self.held.settled = Settled { place: self.held.place, above, says: leaf.bits() & !L::Leaf::FRAME | set };
    }
}
