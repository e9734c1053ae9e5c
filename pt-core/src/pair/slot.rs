//! One entry of a private table: where it is, and what it is.
//!
//! The words of a private table are the engine's own: no CPU reads them. An entry says its shape and its frame
//! and nothing else, so that each of its forms can be made again from these two. The other forms are markers that
//! are not present: frozen, while one thread asks the monitor; blocked, from the block hook until the monitor has
//! let go of what is behind the entry.

use super::error::{Cause, EntryError};
use crate::access::{Access, Exclusive};
use crate::address::{AddressRange, Gpa, Hpa};
use crate::entry::Entry;
use crate::format::EntryFormat;
use crate::level::LevelOf;
use crate::memory::{Memory, Word};
use crate::space::Private;
use crate::table::Propagating;
use crate::tree::TableOf;

/// What an entry of a private table is.
pub(super) enum Slot<T: Propagating, L: LevelOf<T>> {
    /// Nothing is mapped here.
    Absent,
    /// A page is mapped here.
    Leaf(Hpa),
    /// A table of the level below hangs here.
    Table(TableOf<T, L::Below>),
    /// A thread has taken the entry for itself.
    Frozen,
    /// A page that is being taken away.
    BlockedLeaf(Hpa),
    /// A table that is being taken away.
    BlockedTable(TableOf<T, L::Below>),
}

impl<T: Propagating, L: LevelOf<T>> Slot<T, L> {
    #[inline(always)]
    pub(super) fn decode(raw: u64) -> Self {
        if let Some(table) = linked::<T, L>(raw) {
            return Self::Table(table);
        }
        match L::decode(raw) {
            Entry::Leaf(leaf) => Self::Leaf(leaf.frame()),
            Entry::Absent(absent) if absent.bits() == T::ABSENT => Self::Absent,
            Entry::Absent(absent) => Self::blocked(absent.bits()),
            Entry::Frozen | Entry::Subtable(_) => Self::Frozen,
        }
    }

    /// A marker that is none of ours is left alone, as if somebody held it; so is a link that says more than ours.
    fn blocked(raw: u64) -> Self {
        if L::LEAVES && raw & !L::Leaf::FRAME == T::BLOCKED_LEAF {
            Self::BlockedLeaf(L::Leaf::from_bits(raw).frame())
        } else if L::TABLES && raw & !L::Subtable::FRAME == T::BLOCKED_TABLE {
            Self::BlockedTable(TableOf::at(L::Subtable::from_bits(raw).frame()))
        } else {
            Self::Frozen
        }
    }
}

/// One entry of a private table.
///
/// Its word is looked up once: after an acquire load or a hook the compiler would load where memory begins again, and
/// add it again, for each use (4 instructions for each private map).
pub(super) struct Place<'a, T: Propagating, L: LevelOf<T>, M: Memory> {
    memory: &'a M,
    word: &'a M::Word,
    table: TableOf<T, L>,
    address: Gpa<Private>,
}

impl<T: Propagating, L: LevelOf<T>, M: Memory> Clone for Place<'_, T, L, M> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<T: Propagating, L: LevelOf<T>, M: Memory> Copy for Place<'_, T, L, M> {}

impl<'a, T: Propagating, L: LevelOf<T>, M: Memory> Place<'a, T, L, M> {
    /// The entry of `table` for `address`.
    #[inline(always)]
    pub(super) fn new(memory: &'a M, table: TableOf<T, L>, address: Gpa<Private>) -> Self {
        let word = table.word(memory, address);
        Self { memory, word, table, address: address.align_down(L::SHIFT) }
    }

    /// The same entry as one of a table of the level `To`, which has the same number.
    #[inline(always)]
    pub(super) fn part<To: LevelOf<T>>(self) -> Place<'a, T, To, M> {
        Place { memory: self.memory, word: self.word, table: self.table.part(self.address), address: self.address }
    }

    /// The first address behind the entry.
    #[inline(always)]
    pub(super) const fn address(&self) -> Gpa<Private> {
        self.address
    }

    /// The range behind the entry.
    #[inline(always)]
    pub(super) fn range(&self) -> AddressRange<Private> {
        AddressRange::new(self.address, 1 << L::SHIFT)
    }

    #[inline(always)]
    pub(super) const fn memory(&self) -> &'a M {
        self.memory
    }

    /// What stood in the way at this entry, which was `found`.
    #[inline]
    pub(super) const fn error(&self, found: u64, cause: Cause<T::Levels>) -> EntryError<T::Levels> {
        EntryError::new(self.address, L::LEVEL, found, cause)
    }

    #[inline(always)]
    pub(super) const fn word(&self) -> &'a M::Word {
        self.word
    }

    /// How many entries there are from this one to the end of its table.
    #[inline(always)]
    pub(super) fn row(&self) -> usize {
        L::ENTRIES - L::index(self.address.as_u64())
    }

    /// The entry that is so many behind this one, in the same [row](Self::row).
    #[inline(always)]
    pub(super) fn beside(&self, number: usize) -> &'a M::Word {
        self.memory.word(self.table.frame(), L::index(self.address.as_u64()) + number)
    }

    /// Reads the entry once.
    #[inline(always)]
    pub(super) fn load(&self) -> (u64, Slot<T, L>) {
        let raw = self.word().load();
        (raw, Slot::decode(raw))
    }

    /// Notes, after the commit, that an absent entry of this table is one no more.
    #[inline]
    pub(super) fn count_one_more<A: Access>(&self) {
        self.memory.record(self.table.frame()).count_one_more::<A>();
    }

    /// Notes, before an absent entry of this table is taken, that nobody counts what becomes of it.
    #[inline(always)]
    pub(super) fn stop_counting(&self) {
        self.memory.record(self.table.frame()).stop_counting();
    }

    /// Notes, after the commit, that an entry of this table is absent again. The caller holds the tree exclusively.
    #[inline]
    pub(super) fn count_one_less(&self) {
        self.memory.record(self.table.frame()).count_one_less::<Exclusive>();
    }
}

/// The entry that maps `frame`, which the format [takes](EntryFormat::takes_frame).
#[inline(always)]
pub(super) fn leaf<T: Propagating, L: LevelOf<T>>(frame: Hpa) -> u64 {
    L::leaf_template(&T::Attributes::default()) | L::Leaf::frame_bits(frame)
}

/// The entry that links the table in `frame`, which the format [takes](EntryFormat::takes_frame).
#[inline(always)]
pub(super) fn link<T: Propagating, L: LevelOf<T>>(frame: Hpa) -> u64 {
    L::LINK | L::Subtable::frame_bits(frame)
}

/// The same entry as [`leaf`], blocked.
#[inline(always)]
pub(super) fn blocked_leaf<T: Propagating, L: LevelOf<T>>(frame: Hpa) -> u64 {
    T::BLOCKED_LEAF | L::Leaf::frame_bits(frame)
}

/// The same entry as [`link`], blocked.
#[inline(always)]
pub(super) fn blocked_table<T: Propagating, L: LevelOf<T>>(frame: Hpa) -> u64 {
    T::BLOCKED_TABLE | L::Subtable::frame_bits(frame)
}

/// The table that the entry links, if it is what [`link`] makes and nothing else.
///
/// What is left of it without the link's own bits is the frame. One test tells that nothing else is left, and no mask is
/// needed after it: 4 instructions less for each private map in a loop, 5 out of line. By a difference, as the compiler
/// makes a mask and a comparison again of an exclusive or: 6 more.
#[inline(always)]
pub(super) fn linked<T: Propagating, L: LevelOf<T>>(raw: u64) -> Option<TableOf<T, L::Below>> {
    let frame = raw.wrapping_sub(L::LINK);
    (L::TABLES && frame & !L::Subtable::FRAME == 0).then(|| TableOf::at(L::Subtable::from_bits(frame).frame()))
}
