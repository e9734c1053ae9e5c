//! The place that a cursor holds: the table it worked on last.

use super::Cursor;
use super::source::TableSource;
use super::walk::Missing;
use crate::access::Access;
use crate::address::{Address, Hpa};
use crate::error::ObstacleOf;
use crate::level::LevelOf;
use crate::memory::{Memory, TableAt};
use crate::table::Visible;

/// The table that a cursor worked on last.
pub(super) struct Held {
    /// The first address that the table translates, plus its level times 2^60.
    ///
    /// No input address is wider than 59 bits, so that the difference of an address and this, both of one level,
    /// is below the length of the table exactly if the table translates the address; and for two different levels
    /// it never is. One subtraction thereby tells whether the table is the right one, and gives the index in it.
    key: u64,
    /// The table, as the memory finds its entries fastest: with a direct map two instructions less than by the frame.
    table: TableAt,
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

/// The key of no table: that of a level that does not exist.
const NOTHING: u64 = 8 << LEVEL;

impl Held {
    /// No table. `root` stands for one, and is not used.
    #[inline(always)]
    pub(super) fn nothing<M: Memory>(memory: &M, root: Hpa) -> Self {
        Self { key: NOTHING, table: memory.table(root), frame: root, count: 0, passed: NOTHING }
    }

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

/// An entry of the table that is held: in two pieces, which one instruction adds when it loads or stores.
pub(super) struct Slot {
    table: TableAt,
    index: usize,
}

impl Slot {
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
            None => self.hold::<L, N>(at),
        }
    }

    /// The entry for `at`, if the table that is held is that of level `L` which translates it.
    #[inline(always)]
    pub(super) fn held_slot<L: LevelOf<T>>(&self, at: Address<T::Space>) -> Option<Slot> {
        let offset = Held::key::<T, L>(at).wrapping_sub(self.held.key);
        let inside = offset >> (L::SHIFT + L::INDEX_BITS) == 0;
        inside.then(|| Slot { table: self.held.table, index: (offset >> L::SHIFT) as usize })
    }

    /// Lets go of the table that is held, and holds the one of level `L` for `at`.
    #[cold]
    fn hold<L: LevelOf<T>, N: Missing>(&mut self, at: Address<T::Space>) -> Result<Slot, ObstacleOf<T>> {
        self.leave();
        let frame = self.walk::<L, N>(at)?.frame();
        let (table, count) = (self.memory.table(frame), self.open_count(frame));
        let key = Held::key::<T, L>(at.align_down(L::SHIFT + L::INDEX_BITS));
        self.held = Held { key, table, frame, count, passed: key };
        Ok(Slot { table, index: L::index(at.as_u64()) })
    }

    /// Lets go of the table that is held.
    #[inline(always)]
    pub(super) fn leave(&mut self) {
        if self.held.key != NOTHING {
            self.close_count(self.held.frame, self.held.count);
            self.held.key = NOTHING;
        }
    }
}
