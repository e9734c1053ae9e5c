//! The place that a cursor holds: the table it worked on last.

use super::Cursor;
use super::place::Place;
use super::settled::Settled;
use super::source::TableSource;
use super::walk::Missing;
use crate::access::Access;
use crate::address::{Address, Hpa};
use crate::error::ObstacleOf;
use crate::level::LevelOf;
use crate::memory::{Memory, TableAt};
use crate::table::Visible;
use crate::tree::TableOf;

/// The table that a cursor worked on last.
pub(super) struct Held {
    pub(super) place: Place,
    /// Its frame.
    pub(super) frame: Hpa,
    /// How many of its entries are in use beside one, while its record says that it is not counted. Below zero if none
    /// is, or if it is not known: then the sign of what is left tells who takes one away that the table may be empty,
    /// which is three instructions less than a comparison.
    pub(super) others: i64,
    /// What its leaves say, as far as is known.
    pub(super) settled: Settled,
}

impl Held {
    /// No table. `root` stands for one, and is not used.
    #[inline(always)]
    pub(super) const fn nothing(root: Hpa) -> Self {
        Self { place: Place::NOWHERE, frame: root, others: -1, settled: Settled::UNKNOWN }
    }

    /// Notes that an entry is not in use any more. Returns whether the table may be empty.
    #[inline(always)]
    pub(super) fn count_one_less(&mut self) -> bool {
        self.others -= 1;
        self.others < 0
    }
}

/// An entry of the table that is held: in two pieces, which one instruction adds when it loads or stores.
pub(super) struct Slot {
    table: TableAt,
    index: usize,
}

impl Slot {
    /// The entry for `at`, if `place` is that of the table of level `L` which translates it.
    #[inline(always)]
    pub(super) fn at<T: Visible, L: LevelOf<T>>(place: Place, at: Address<T::Space>) -> Option<Self> {
        let slot = place.slot::<T, L>(at, L::SHIFT + L::INDEX_BITS, L::SHIFT);
        slot.map(|(table, index)| Self { table, index })
    }

    /// The word in memory.
    #[inline(always)]
    pub(super) fn word<M: Memory>(self, memory: &M) -> &M::Word {
        memory.word_in(self.table, self.index)
    }
}

impl<T: Visible, M: Memory, S: TableSource, X: Access> Cursor<'_, T, M, S, X> {
    /// The entry for `at` in a table of level `L`: that which is held, or else that which a walk finds, and which
    /// is held from then on.
    #[inline(always)]
    pub(super) fn seek<L: LevelOf<T>, N: Missing>(&mut self, at: Address<T::Space>) -> Result<Slot, ObstacleOf<T>> {
        match self.held_slot::<L>(at) {
            Some(slot) => Ok(slot),
            None => self.walk_and_hold::<L, N>(at),
        }
    }

    /// The entry for `at`, if the table that is held is that of level `L` which translates it.
    #[inline(always)]
    pub(super) fn held_slot<L: LevelOf<T>>(&self, at: Address<T::Space>) -> Option<Slot> {
        Slot::at::<T, L>(self.held.place, at)
    }

    /// Lets go of the table that is held, and holds the one of level `L` for `at`.
    #[cold]
    fn walk_and_hold<L: LevelOf<T>, N: Missing>(&mut self, at: Address<T::Space>) -> Result<Slot, ObstacleOf<T>> {
        // First, since the walk may count in the record of the table that is held.
        self.let_go();
        // What looks for a table remembers the one above. The walk makes what is missing, and says what is wrong.
        let found =
            if N::MAKE { None } else { self.find_from_above::<L>(at).or_else(|| self.find_from_root::<L>(at).ok()) };
        let table = found.map_or_else(|| self.walk::<L, N>(at), Ok)?;
        self.hold(table, at);
        Ok(Slot { table: self.memory.table(table.frame()), index: L::index(at.as_u64()) })
    }

    /// Lets go of the table that is held, and holds `table`, which translates `at`.
    #[cold]
    #[inline(never)]
    pub(super) fn hold<L: LevelOf<T>>(&mut self, table: TableOf<T, L>, at: Address<T::Space>) {
        self.let_go();
        let frame = table.frame();
        let place = Place::of::<T, L>(at, L::SHIFT + L::INDEX_BITS, self.memory.table(frame), frame == self.root);
        self.held = Held { place, frame, others: self.open_count(frame) - 1, settled: Settled::UNKNOWN };
    }

    /// Lets go of the table that is held.
    #[inline(always)]
    fn let_go(&mut self) {
        if self.held.place.is_somewhere() {
            self.close_count(self.held.frame, self.held.others + 1);
            self.held.place = Place::NOWHERE;
            self.held.settled = Settled::UNKNOWN;
        }
    }

    /// Lets go of every table: before tables may be unlinked, and to find out whether one was.
    #[inline(always)]
    pub(super) fn leave(&mut self) {
        self.let_go();
        self.above = Place::NOWHERE;
    }
}
