//! What readers report: leaves, table entries, and where they stand.

use crate::address::{Address, AddressRange, Hpa};
use crate::entry::Entry;
use crate::format::{Access, EntryFormat, FieldInfo};
use crate::level::{Level, LevelOf, Levels};
use crate::span::Span;
use crate::table::Visible;
use core::fmt;

/// A mapped page, of any size.
#[derive(Copy, Clone)]
pub struct Leaf<T: Visible> {
    /// The first input address that it maps.
    pub address: Address<T::Space>,
    /// The level of the table that it stands in, which says how much it maps.
    pub level: T::Levels,
    /// The first byte of what it maps to.
    pub frame: Hpa,
    /// The entry.
    pub raw: u64,
    /// What the entry says beside the frame.
    pub attributes: T::Attributes,
    /// What the whole walk allows: what every entry on the way, and this one, lets through.
    pub access: Access,
    /// The entry without its frame and without what the CPU writes: leaves that say the same have the same.
    pub(super) says: u64,
    /// What its format says of all its leaves.
    pub(super) format: &'static Described,
}

/// What a format says of all its leaves at one level.
pub(super) struct Described {
    pub(super) fields: &'static [FieldInfo],
    span: Option<Span>,
}

impl Described {
    /// Of the format `F`. A leaf refers to it: one word, however much there is.
    const fn of<F: EntryFormat>() -> &'static Self {
        const { &Self { fields: F::FIELDS, span: F::SPAN } }
    }
}

impl<T: Visible> Leaf<T> {
    #[inline(always)]
    pub(super) fn new<L: LevelOf<T>>(address: Address<T::Space>, leaf: L::Leaf, walk: Access) -> Self {
        Self {
            address: address.align_down(L::SHIFT),
            level: L::LEVEL,
            frame: leaf.frame_at(address.as_u64()),
            raw: leaf.bits(),
            attributes: L::attributes(leaf),
            access: walk & leaf.access(),
            says: leaf.bits() & !(L::Leaf::FRAME | L::Leaf::HARDWARE),
            format: Described::of::<L::Leaf>(),
        }
    }

    /// How many bytes it maps.
    #[inline]
    #[must_use]
    pub fn bytes(&self) -> u64 {
        1 << self.level.shift()
    }

    /// The [span](crate::span) that it is one of the leaves of.
    #[must_use]
    pub fn span(&self) -> Option<Span> {
        self.format.span.filter(|span| span.has(self.raw))
    }

    /// The input addresses that it maps.
    #[inline]
    #[must_use]
    pub fn range(&self) -> AddressRange<T::Space> {
        AddressRange::new(self.address, self.bytes())
    }
}

impl<T: Visible> PartialEq for Leaf<T> {
    fn eq(&self, other: &Self) -> bool {
        (self.address, self.level, self.raw, self.access) == (other.address, other.level, other.raw, other.access)
    }
}
impl<T: Visible> Eq for Leaf<T> {}

impl<T: Visible> fmt::Debug for Leaf<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Leaf")
            .field("address", &self.address)
            .field("level", &self.level)
            .field("frame", &self.frame)
            .field("raw", &format_args!("{:#x}", self.raw))
            .field("attributes", &self.attributes)
            .field("access", &self.access)
            .finish_non_exhaustive()
    }
}

/// An entry that points to a table.
#[derive(Copy, Clone, PartialEq, Eq)]
pub struct Linked {
    /// The table.
    pub frame: Hpa,
    /// The entry.
    pub raw: u64,
    /// What the walk allows as far as this entry, itself included.
    pub access: Access,
}

impl Linked {
    #[inline(always)]
    pub(super) fn new<F: EntryFormat>(entry: F, walk: Access) -> Self {
        Self { frame: entry.frame(), raw: entry.bits(), access: walk & entry.access() }
    }
}

impl fmt::Debug for Linked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Linked({:#x})", self.raw)
    }
}

/// One entry of any shape, and where it stands.
#[derive(Copy, Clone, Debug)]
pub struct EntryAt<T: Visible> {
    /// The first input address behind the entry.
    pub address: Address<T::Space>,
    /// The level of the table that it stands in.
    pub level: T::Levels,
    /// The frame of that table.
    pub table: Hpa,
    /// The entry.
    pub entry: Entry<Leaf<T>, Linked>,
}

impl<T: Visible> PartialEq for EntryAt<T> {
    fn eq(&self, other: &Self) -> bool {
        (self.address, self.level, self.table, self.entry) == (other.address, other.level, other.table, other.entry)
    }
}
impl<T: Visible> Eq for EntryAt<T> {}

/// What a walk reports: every entry, or the leaves only.
pub(super) trait Item<T: Visible>: Sized {
    /// Whether absent entries are reported.
    const ABSENT: bool;
    /// The item for an entry of the table in `table`, behind which `address` lies. `walk` is what the walk to the
    /// table allows.
    fn of<L: LevelOf<T>>(
        entry: Entry<L::Leaf, L::Subtable>,
        address: Address<T::Space>,
        table: Hpa,
        walk: Access,
    ) -> Option<Self>;
}

impl<T: Visible> Item<T> for Leaf<T> {
    const ABSENT: bool = false;

    #[inline(always)]
    fn of<L: LevelOf<T>>(
        entry: Entry<L::Leaf, L::Subtable>,
        address: Address<T::Space>,
        _table: Hpa,
        walk: Access,
    ) -> Option<Self> {
        match entry {
            Entry::Leaf(leaf) => Some(Self::new::<L>(address, leaf, walk)),
            Entry::Absent(_) | Entry::Subtable(_) | Entry::Frozen => None,
        }
    }
}

impl<T: Visible> Item<T> for EntryAt<T> {
    const ABSENT: bool = true;

    #[inline(always)]
    fn of<L: LevelOf<T>>(
        entry: Entry<L::Leaf, L::Subtable>,
        address: Address<T::Space>,
        table: Hpa,
        walk: Access,
    ) -> Option<Self> {
        let entry = match entry {
            Entry::Leaf(leaf) => Entry::Leaf(Leaf::new::<L>(address, leaf, walk)),
            Entry::Subtable(entry) => Entry::Subtable(Linked::new(entry, walk)),
            Entry::Absent(absent) => Entry::Absent(absent),
            Entry::Frozen => Entry::Frozen,
        };
        Some(Self { address: address.align_down(<L as Level>::SHIFT), level: L::LEVEL, table, entry })
    }
}
