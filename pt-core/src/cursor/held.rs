//! The place that a cursor holds: the table it worked on last.

use super::Cursor;
use super::source::TableSource;
use super::walk::Missing;
use crate::access::Access;
use crate::address::{Address, Hpa};
use crate::error::ObstacleOf;
use crate::level::LevelOf;
use crate::memory::Memory;
use crate::table::Visible;
use crate::tree::TableOf;

/// The table that a cursor worked on last.
pub(super) struct Held {
    /// The first address that the table translates, plus its level times 2^60.
    ///
    /// No input address is wider than 59 bits, so that the difference of an address and this, both of one level,
    /// is below the length of the table exactly if the table translates the address; and for two different levels
    /// it never is. One subtraction thereby tells whether the table is the right one, and gives the index in it.
    key: u64,
    /// Its frame.
    pub(super) frame: Hpa,
    /// The count of its live children, while its record says that it is not counted. Below zero if not known.
    pub(super) count: i64,
    /// The table that was passed last, one that was worked on and not held: an address in it, plus its level like in
    /// `key`.
    passed: u64,
}

/// What a level adds to a key.
const LEVEL: u32 = 60;

impl Held {
    /// No table. The key is that of a level that does not exist.
    pub(super) const NOTHING: Self = Self { key: 8 << LEVEL, frame: Hpa::new(0), count: 0, passed: 8 << LEVEL };

    #[inline(always)]
    fn key<T: Visible, L: LevelOf<T>>(at: Address<T::Space>) -> u64 {
        // The bottom of a recursion has no number, and is never sought.
        const { assert!(!(L::LEAVES || L::TABLES) || L::NUMBER < 8, "the level has too large a number") };
        const { assert!(L::SHIFT + L::INDEX_BITS < LEVEL, "the level translates too many bits") };
        at.as_u64().wrapping_add(u64::from(L::NUMBER) << LEVEL)
    }

    /// Notes that the table of level `L` for `at` is passed. Returns whether the one before was another.
    #[inline(always)]
    pub(super) fn passes<T: Visible, L: LevelOf<T>>(&mut self, at: Address<T::Space>) -> bool {
        let key = Self::key::<T, L>(at);
        (core::mem::replace(&mut self.passed, key) ^ key) >> (L::SHIFT + L::INDEX_BITS) != 0
    }
}

/// An entry of the table that is held.
pub(super) struct Slot {
    table: Hpa,
    index: usize,
}

impl Slot {
    /// The entry of `table` for `at`.
    #[inline(always)]
    pub(super) fn of<T: Visible, L: LevelOf<T>>(table: TableOf<T, L>, at: Address<T::Space>) -> Self {
        Self { table: table.frame(), index: L::index(at.as_u64()) }
    }

    /// The word in memory.
    #[inline(always)]
    pub(super) fn word<M: Memory>(self, memory: &M) -> &M::Word {
        memory.word(self.table, self.index)
    }
}

impl<T: Visible, M: Memory, S: TableSource, X: Access> Cursor<'_, T, M, S, X> {
    /// The entry for `at` in a table of level `L`: that which is held, or else that which a walk finds, and which
    /// is held from then on.
    #[inline(always)]
    pub(super) fn seek<L: LevelOf<T>, N: Missing>(&mut self, at: Address<T::Space>) -> Result<Slot, ObstacleOf<T>> {
        match self.held_slot::<L>(at) {
            Some(slot) => Ok(slot),
            None => self.hold::<L, N>(at),
        }
    }

    /// The entry for `at`, if the table that is held is that of level `L` which translates it.
    #[inline(always)]
    pub(super) fn held_slot<L: LevelOf<T>>(&self, at: Address<T::Space>) -> Option<Slot> {
        let offset = Held::key::<T, L>(at).wrapping_sub(self.held.key);
        let inside = offset >> (L::SHIFT + L::INDEX_BITS) == 0;
        inside.then(|| Slot { table: self.held.frame, index: (offset >> L::SHIFT) as usize })
    }

    /// Lets go of the table that is held, and holds the one of level `L` for `at`.
    #[cold]
    fn hold<L: LevelOf<T>, N: Missing>(&mut self, at: Address<T::Space>) -> Result<Slot, ObstacleOf<T>> {
        self.leave();
        let table = self.walk::<L, N>(at)?;
        let count = self.open_count(table.frame());
        let key = Held::key::<T, L>(at.align_down(L::SHIFT + L::INDEX_BITS));
        self.held = Held { key, frame: table.frame(), count, passed: key };
        Ok(Slot { table: table.frame(), index: L::index(at.as_u64()) })
    }

    /// Lets go of the table that is held.
    #[inline(always)]
    pub(super) fn leave(&mut self) {
        if self.held.key != Held::NOTHING.key {
            self.close_count(self.held.frame, self.held.count);
            self.held.key = Held::NOTHING.key;
        }
    }
}
