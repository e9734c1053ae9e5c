//! A table that a cursor remembers, and the test whether it is the one for an address.

use crate::address::Address;
use crate::geometry::Extension;
use crate::level::{Level, LevelOf};
use crate::memory::TableAt;
use crate::table::Visible;

/// A table on the way to leaves of one level.
#[derive(Copy, Clone)]
pub(super) struct Place {
    /// The first address that the table translates, plus the level of the leaves times 2^60.
    ///
    /// No input address is wider than 59 bits, so that the difference of an address and this, both of one level,
    /// is below the length of the table exactly if the table translates the address; and for two different levels
    /// it never is. One subtraction thereby tells whether the table is the right one, and gives the index in it.
    key: u64,
    /// The table, as the memory finds its entries fastest: with a direct map two instructions less than by the frame.
    table: TableAt,
}

/// What a level adds to a key.
const LEVEL: u32 = 60;

/// The key of no table: that of a level that does not exist.
const NOTHING: u64 = 8 << LEVEL;

/// The key of a table that is never found again.
const HIDDEN: u64 = 9 << LEVEL;

impl Place {
    /// No table.
    pub(super) const NOWHERE: Self = Self { key: NOTHING, table: TableAt::NOWHERE };

    /// The table that translates `1 << bits` bytes, `at` among them, on the way to leaves of level `L`.
    ///
    /// A root whose addresses are sign-extended is not found again: half of the addresses that this would find it for
    /// are not canonical, and only the walk from the root refuses them.
    #[inline(always)]
    pub(super) fn of<T: Visible, L: LevelOf<T>>(
        at: Address<T::Space>,
        bits: u32,
        table: TableAt,
        is_root: bool,
    ) -> Self {
        let hidden = is_root && matches!(T::EXTENSION, Extension::Sign);
        Self { key: if hidden { HIDDEN } else { Self::key::<T, L>(at.align_down(bits)) }, table }
    }

    #[inline(always)]
    fn key<T: Visible, L: LevelOf<T>>(at: Address<T::Space>) -> u64 {
        // The bottom of a recursion has no number, and is never sought.
        const { assert!(!(L::LEAVES || L::TABLES) || L::NUMBER < 8, "the level has too large a number") };
        const { assert!(L::SHIFT + L::INDEX_BITS < LEVEL, "the level translates too many bits") };
        const { assert!(L::Above::SHIFT + L::Above::INDEX_BITS < LEVEL, "the level above translates too many bits") };
        at.as_u64().wrapping_add(u64::from(L::NUMBER) << LEVEL)
    }

    /// The entry for `at`, one of those that translate `1 << shift` bytes, if this is the table for it.
    #[inline(always)]
    pub(super) fn slot<T: Visible, L: LevelOf<T>>(
        self,
        at: Address<T::Space>,
        bits: u32,
        shift: u32,
    ) -> Option<(TableAt, usize)> {
        let offset = Self::key::<T, L>(at).wrapping_sub(self.key);
        (offset >> bits == 0).then(|| (self.table, (offset >> shift) as usize))
    }

    /// The entry for `at`, if this is the table above one of level `L` that translates it.
    #[inline(always)]
    pub(super) fn slot_above<T: Visible, L: LevelOf<T>>(self, at: Address<T::Space>) -> Option<(TableAt, usize)> {
        self.slot::<T, L>(at, L::Above::SHIFT + L::Above::INDEX_BITS, L::Above::SHIFT)
    }

    /// Whether there is a table.
    #[inline(always)]
    pub(super) const fn is_somewhere(&self) -> bool {
        self.key != NOTHING
    }
}
