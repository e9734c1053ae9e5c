//! Levels, as types and as values.
//!
//! A declaration's level enum gives both: the enum itself ([`Levels`], for messages, hooks and plans) and one
//! uninhabited marker a variant ([`Level`], for everything whose level is known when it is compiled). The
//! markers of one table form a ladder, [`LevelOf`]: the recursion of a walk goes from a level to its
//! [`Below`](LevelOf::Below) and ends at [`Bottom`], so that it compiles to straight-line code.

use crate::entry::Entry;
use crate::format::{EntryFormat, NoEntry};
use crate::layout::{HasLayout, LeafFormat};
use crate::table::Visible;
use core::fmt::Debug;
use core::hash::Hash;

/// How many bits index the 512 words of 64 bits that a page of 4 KiB holds.
pub(crate) const PAGE_INDEX_BITS: u32 = 9;

/// The size of a table that so many bits index, as a power of two of 4 KiB pages.
pub(crate) const fn table_order(index_bits: u32) -> u32 {
    index_bits.saturating_sub(PAGE_INDEX_BITS)
}

/// One level of a declaration, known at compile time.
pub trait Level: Copy + Eq + Debug + 'static {
    /// The name in the declaration.
    const NAME: &'static str;
    /// The position, counted from the level of the smallest leaves, which is 0.
    const NUMBER: u8;
    /// The lowest bit of the index: `1 << SHIFT` bytes lie behind one entry.
    const SHIFT: u32;
    /// How many address bits index a table of this level.
    const INDEX_BITS: u32;
    /// Entries in a table of this level.
    const ENTRIES: usize = 1 << Self::INDEX_BITS;
    /// The size of a table page of this level, as a power of two of 4 KiB pages.
    const TABLE_ORDER: u32 = table_order(Self::INDEX_BITS);
    /// How many tables side by side are indexed as one, as a power of two: see
    /// [`Concatenated`](crate::root::Concatenated).
    const CONCATENATED: u32 = 0;

    /// The index of `address` in a table of this level.
    #[inline(always)]
    #[must_use]
    fn index(address: u64) -> usize {
        (address >> Self::SHIFT) as usize & (Self::ENTRIES - 1)
    }
}

/// The level enum of a declaration: a level as a value.
pub trait Levels: Copy + Eq + Ord + Hash + Debug + Send + Sync + 'static {
    /// Every level, the one with the smallest leaves first.
    const ALL: &'static [Self];

    /// The position, counted from the level of the smallest leaves, which is 0.
    fn number(self) -> u8;
    /// The lowest index bit: `1 << shift` bytes lie behind one entry.
    fn shift(self) -> u32;
    /// The name in the declaration.
    fn name(self) -> &'static str;

    /// The level with this number.
    #[must_use]
    fn from_number(number: u8) -> Option<Self> {
        Self::ALL.get(usize::from(number)).copied()
    }
}

/// A level of the table `T`: what its entries may be, and which level lies below.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a level of `{T}`",
    label = "this level belongs to another declaration"
)]
pub trait LevelOf<T: Visible>: Level {
    /// The level that a table entry of this level points to; [`Bottom`] at the last one.
    type Below: LevelOf<T>;
    /// The level whose table entries point to tables of this one; [`Bottom`] at the first one.
    type Above: LevelOf<T>;
    /// The shape of a leaf here, or [`NoEntry`].
    type Leaf: LeafFormat<T::Attributes>;
    /// The shape of an entry that points to a table, or [`NoEntry`].
    type Subtable: EntryFormat;

    /// This level as a value.
    const LEVEL: T::Levels;
    /// Whether a leaf may be here.
    const LEAVES: bool = <Self::Leaf as EntryFormat>::EXISTS;
    /// Whether an entry here may point to a table.
    const TABLES: bool = <Self::Subtable as EntryFormat>::EXISTS;
    /// Whether leaves here or below may be part of a [span](crate::span).
    const SPANS: bool = Self::Leaf::SPAN.is_some() || <Self::Below as LevelOf<T>>::SPANS;
    /// The entry that links a new table here, its frame bits zero. It may differ by level: PAE's topmost entries have
    /// no permissions.
    const LINK: u64 = <Self::Subtable as HasLayout>::LAYOUT.template;

    /// Reads an entry once, into what it is.
    fn decode(raw: u64) -> Entry<Self::Leaf, Self::Subtable>;

    /// Reads an entry that the engine has written. Where the declaration proves that an absent one has no frame of a
    /// table, to have one is the whole test of an entry that points to a table: the frame is extracted anyway, so that
    /// presence costs nothing. The proof needs tables in other frames than 0, and no payload that
    /// [`annotate`](crate::Cursor::annotate) refuses.
    #[inline(always)]
    #[must_use]
    fn decode_own(raw: u64) -> Entry<Self::Leaf, Self::Subtable> {
        Self::decode(raw)
    }

    /// The entry of a leaf with these attributes, its frame bits zero. Zero at a level without leaves.
    #[inline(always)]
    #[must_use]
    fn leaf_template(attributes: &T::Attributes) -> u64 {
        Self::Leaf::template(attributes)
    }

    /// The attributes of a leaf of this level.
    #[inline(always)]
    #[must_use]
    fn attributes(leaf: Self::Leaf) -> T::Attributes {
        leaf.attributes()
    }
}

/// A level at which the table `T` may have leaves.
#[diagnostic::on_unimplemented(
    message = "`{T}` has no leaves at level `{Self}`",
    label = "no page of this size can be mapped in `{T}`",
    note = "the declaration says which levels may hold leaves: `#[level(…, leaf)]`"
)]
pub trait LeafLevelOf<T: Visible>: LevelOf<T> {}

/// A level at which the table `T` may have entries that point to tables.
#[diagnostic::on_unimplemented(
    message = "`{T}` has no tables below level `{Self}`",
    label = "no table can be linked at this level of `{T}`",
    note = "the declaration says which levels may hold tables: `#[level(…, table)]`"
)]
pub trait TableLevelOf<T: Visible>: LevelOf<T> {}

/// Below the last level: where the recursion of a walk ends. It has neither leaves nor tables.
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug)]
pub enum Bottom {}

impl Level for Bottom {
    const NAME: &'static str = "bottom";
    const NUMBER: u8 = u8::MAX;
    const SHIFT: u32 = 0;
    const INDEX_BITS: u32 = 0;
}

impl<T: Visible> LevelOf<T> for Bottom {
    type Below = Bottom;
    type Above = Bottom;
    type Leaf = NoEntry;
    type Subtable = NoEntry;
    const LEVEL: T::Levels = T::Levels::ALL[0];
    const SPANS: bool = false;

    #[inline]
    fn decode(raw: u64) -> Entry<NoEntry, NoEntry> {
        Entry::Absent(crate::entry::Absent::new(raw))
    }
}
