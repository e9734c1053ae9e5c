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
    /// The number of the table's level.
    level: u8,
    /// A leaf of that level without its frame. Under exclusive access its hardware bits are all set, whether or not
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
    pub(super) const UNKNOWN: Self = Self { place: Place::NOWHERE, above: Place::NOWHERE, level: 0, says: 0 };

    /// Whether something is known of leaves of level `L`.
    #[inline(always)]
    pub(super) fn is_of<T: Visible, L: LevelOf<T>>(&self) -> bool {
        self.place.is_somewhere() && self.level == L::NUMBER
    }

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
        let says = leaf.bits() & !L::Leaf::FRAME | set;
        self.held.settled = Settled { place: self.held.place, above: Place::NOWHERE, level: L::NUMBER, says };
        self.settle_above::<L>(at);
    }

    /// Notes that there are leaves of the settled one's level, which is `L`, in the tables that the table above leads to, if
    /// that was found on the way to `at`, and not on one to leaves of another level.
    #[inline(always)]
    pub(super) fn settle_above<L: LevelOf<T>>(&mut self, at: Address<T::Space>) {
        if self.above.slot_above::<T, L>(at).is_some() {
            self.held.settled.above = self.above;
        }
    }
}
