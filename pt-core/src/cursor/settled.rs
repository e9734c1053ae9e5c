//! Settled leaves: what a leaf of the table that is held says, so that the next one need not be taken apart.
//!
//! Neighbours in a table mostly differ in nothing but their frames. A cursor keeps what the last leaf said that it took
//! apart. What is left of the next one after an exclusive or with that is its frame, if it says the same: then it is
//! present, a leaf, no part of a span, and the CPU cannot be setting a bit of it, since all that it sets are set. One
//! instruction and a test answer what takes eight otherwise, and leave the frame in a register. A leaf that says
//! something else is taken apart out of line.

use super::Cursor;
use super::held::Slot;
use super::place::Place;
use super::source::TableSource;
use crate::access::Access;
use crate::address::Address;
use crate::format::EntryFormat;
use crate::level::LevelOf;
use crate::memory::{Memory, Word};
use crate::table::Visible;

/// What a leaf of the table that is held says.
pub(super) struct Settled {
    /// The table, or none while nothing is known.
    place: Place,
    /// A leaf of the table's level without its frame. Under exclusive access its hardware bits are all set.
    says: u64,
}

impl Settled {
    pub(super) const UNKNOWN: Self = Self { place: Place::NOWHERE, says: 0 };
}

/// A leaf that says what the settled one said.
pub(super) struct Alike<'m, W> {
    pub(super) word: &'m W,
    pub(super) raw: u64,
    /// Its frame bits, in place.
    pub(super) frame: u64,
    /// The same word as `raw`, of which the compiler knows that the hardware bits are set.
    pub(super) leaf: u64,
}

impl<'t, T: Visible, M: Memory, S: TableSource, X: Access> Cursor<'t, T, M, S, X> {
    /// The leaf for `at`, if its table is held, and it says what the settled one said.
    #[inline(always)]
    pub(super) fn settled_leaf<L: LevelOf<T>>(&self, at: Address<T::Space>) -> Option<Alike<'t, M::Word>> {
        let Settled { place, says } = self.held.settled;
        let word = Slot::at::<T, L>(place, at)?.word(self.memory);
        let raw = word.load();
        let frame = raw ^ says;
        let set = if X::PARALLEL { 0 } else { L::Leaf::HARDWARE };
        let leaf = frame | says & !L::Leaf::FRAME | set;
        (frame & !L::Leaf::FRAME == 0).then_some(Alike { word, raw, frame, leaf })
    }

    /// Notes what a leaf of the table that is held says, which is no part of a span.
    #[inline(always)]
    pub(super) fn settle<L: LevelOf<T>>(&mut self, leaf: L::Leaf) {
        if X::PARALLEL || leaf.bits() & L::Leaf::HARDWARE == L::Leaf::HARDWARE {
            self.held.settled = Settled { place: self.held.place, says: leaf.bits() & !L::Leaf::FRAME };
        }
    }
}
