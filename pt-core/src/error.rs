//! Why an operation on a tree did not happen: at which address and level, and what was found there.

use crate::address::{Address, AddressRange, Hpa};
use crate::allocator::OutOfTables;
use crate::entry::Entry;
use crate::format::EntryFormat;
use crate::level::{LevelOf, Levels};
use crate::rule::Rule;
use crate::space::Space;
use crate::table::{Table, Visible};
use core::fmt;

/// What stood in the way of an operation. Nothing was changed, unless the operation says how far it got.
///
/// Addresses are those of the entry: the first address that it translates.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum Obstacle<S: Space, L: Levels> {
    /// Nothing is mapped.
    Absent {
        /// The first address behind the entry.
        at: Address<S>,
        /// The level of the entry: above the level asked for, if there is no table to look in.
        level: L,
        /// The entry; it may carry a payload.
        raw: u64,
    },
    /// A page is mapped already.
    Leaf {
        /// The first address that the page is mapped at.
        at: Address<S>,
        /// Its level. If it is not the level asked for, the page is of another size.
        level: L,
        /// The frame that is mapped.
        frame: Hpa,
        /// The entry.
        raw: u64,
    },
    /// A table is there, of the level below.
    Table {
        /// The first address that the table translates.
        at: Address<S>,
        /// The level of the entry that links it.
        level: L,
        /// The frame of the table.
        frame: Hpa,
        /// The entry.
        raw: u64,
    },
    /// Another thread is changing the entry. Try again later.
    Retry {
        /// The first address behind the entry.
        at: Address<S>,
        /// The level of the entry.
        level: L,
    },
    /// The allocator had no page for a table.
    OutOfTables {
        /// The first address that the table would translate.
        at: Address<S>,
        /// The level of the table.
        level: L,
    },
    /// The entries of this level cannot hold the frame: it is too wide, or not aligned; or it is the frame 0 of a table.
    FrameDoesNotFit {
        /// The frame.
        frame: Hpa,
        /// The level.
        level: L,
    },
    /// With these attributes the entry is not present: they let nothing through.
    NotPresent {
        /// The level.
        level: L,
        /// The entry as it would be, its frame aside.
        raw: u64,
    },
    /// The machine that the tree is [configured](crate::Tree::configured) for would refuse the entry, or the format
    /// forbids it.
    NotAllowed {
        /// The first address behind the entry.
        at: Address<S>,
        /// The level of the entry.
        level: L,
        /// The entry: its attributes, or its frame bits.
        raw: u64,
        /// What forbids it.
        rule: &'static Rule,
    },
    /// The page is one of several that are mapped as one: [break](crate::Cursor::break_span) the span first.
    Spanned {
        /// The first address of the page.
        at: Address<S>,
        /// Its level.
        level: L,
        /// The frame of the page.
        frame: Hpa,
        /// The entry.
        raw: u64,
    },
    /// A page cannot be merged into a block, because it does not continue the one before.
    Mismatch {
        /// The first address of the page.
        at: Address<S>,
        /// Its level.
        level: L,
        /// The entry as it would have to be, accessed and dirty bits aside.
        expected: u64,
        /// The entry.
        raw: u64,
    },
    /// The range is not aligned to the pages of this level.
    Misaligned {
        /// The start or the last address of the range.
        at: Address<S>,
        /// The level.
        level: L,
    },
    /// The address is wider than the addresses of this tree: it was made by another geometry.
    OutsideTree {
        /// The address.
        at: Address<S>,
    },
    /// Under its geometry the tree has no table of this level.
    NoSuchLevel {
        /// The level.
        level: L,
    },
}

/// The [`Obstacle`] of an operation on the table `T`.
pub type ObstacleOf<T> = Obstacle<<T as Table>::Space, <T as Table>::Levels>;

impl<S: Space, L: Levels> Obstacle<S, L> {
    /// The entry of the table `T` at `at`, as what is in the way.
    pub(crate) fn entry<T, At>(at: Address<S>, entry: Entry<At::Leaf, At::Subtable>) -> Self
    where
        T: Visible<Space = S, Levels = L>,
        At: LevelOf<T>,
    {
        let (at, level) = (at.align_down(At::SHIFT), At::LEVEL);
        match entry {
            Entry::Absent(absent) => Self::Absent { at, level, raw: absent.bits() },
            Entry::Leaf(leaf) => Self::Leaf { at, level, frame: leaf.frame_at(at.as_u64()), raw: leaf.bits() },
            Entry::Subtable(table) => Self::Table { at, level, frame: table.frame(), raw: table.bits() },
            Entry::Frozen => Self::Retry { at, level },
        }
    }

    /// The leaf of the table `T` at `at`, as one of a span.
    #[cold]
    pub(crate) fn spanned<T, At>(at: Address<S>, leaf: At::Leaf) -> Self
    where
        T: Visible<Space = S, Levels = L>,
        At: LevelOf<T>,
    {
        let at = at.align_down(At::SHIFT);
        Self::Spanned { at, level: At::LEVEL, frame: leaf.frame_at(at.as_u64()), raw: leaf.bits() }
    }

    /// Whether trying again may succeed without anything else being done.
    #[inline]
    #[must_use]
    pub const fn is_retry(&self) -> bool {
        matches!(self, Self::Retry { .. })
    }
}

impl<S: Space, L: Levels> fmt::Display for Obstacle<S, L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Absent { at, level, .. } => write!(f, "nothing is mapped at {at} (level {})", level.name()),
            Self::Leaf { at, level, frame, .. } => {
                write!(f, "{at} is mapped to frame {frame} by a leaf of level {}", level.name())
            }
            Self::Table { at, level, frame, .. } => {
                write!(f, "the entry of level {} for {at} points to the table {frame}", level.name())
            }
            Self::Retry { at, level } => {
                write!(f, "another thread is changing the entry of level {} for {at}", level.name())
            }
            Self::OutOfTables { at, level } => {
                write!(f, "no memory for the table of level {} for {at}", level.name())
            }
            Self::FrameDoesNotFit { frame, level } => {
                write!(f, "entries of level {} cannot hold the frame {frame}", level.name())
            }
            Self::NotPresent { level, raw } => {
                write!(f, "an entry {raw:#x} of level {} with these attributes is not present", level.name())
            }
            Self::NotAllowed { at, level, raw, rule } => {
                write!(f, "the entry {raw:#x} of level {} for {at} is not allowed: {rule}", level.name())
            }
            Self::Spanned { at, level, .. } => {
                write!(f, "the leaf of level {} for {at} is part of a span", level.name())
            }
            Self::Mismatch { at, level, expected, raw } => {
                write!(f, "the entry of level {} for {at} is {raw:#x}, not {expected:#x}", level.name())
            }
            Self::Misaligned { at, level } => {
                write!(f, "{at} is not the boundary of a page of level {}", level.name())
            }
            Self::OutsideTree { at } => write!(f, "{at} is wider than the addresses of this tree"),
            Self::NoSuchLevel { level } => write!(f, "the tree has no table of level {}", level.name()),
        }
    }
}
impl<S: Space, L: Levels> core::error::Error for Obstacle<S, L> {}

/// A page that could not be mapped, and why. It was not used: map it elsewhere, or give it back to the host.
#[must_use = "the page that was not mapped is in here"]
#[derive(Debug)]
pub struct MapError<T: Table, P> {
    /// The page.
    pub page: P,
    /// What stood in the way. For a page that is mapped already, this has the frame that *is* mapped.
    pub obstacle: ObstacleOf<T>,
}

impl<T: Table, P> fmt::Display for MapError<T, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the page was not mapped: {}", self.obstacle)
    }
}
impl<T: Table, P: fmt::Debug> core::error::Error for MapError<T, P> {}

/// A range that could not be mapped to its end, how far the mapping got, and why it stopped there.
#[must_use = "a part of the range may be mapped"]
#[derive(Debug)]
pub struct MapRangeError<T: Table, P> {
    /// The first of the contiguous pages: those behind `done` were mapped, the others were not used.
    pub first: P,
    /// What was mapped; it begins with the range. `None` if nothing was changed.
    pub done: Option<AddressRange<T::Space>>,
    /// What stood in the way at the end of `done`.
    pub obstacle: ObstacleOf<T>,
}

impl<T: Table, P> fmt::Display for MapRangeError<T, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.done {
            None => write!(f, "nothing was mapped: {}", self.obstacle),
            Some(done) => write!(f, "only {done:?} was mapped: {}", self.obstacle),
        }
    }
}
impl<T: Table, P: fmt::Debug> core::error::Error for MapRangeError<T, P> {}

/// Why there is no new tree.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum TreeError {
    /// There is no page for the root.
    OutOfTables(OutOfTables),
    /// The root of an upper end has the last entries of a table. Of one this narrow there are so few that they begin
    /// where no register can point to.
    Unaligned {
        /// Bits of an input address.
        width: u32,
        /// What the address of a root has to be a multiple of, in bytes.
        alignment: u64,
    },
}

impl From<OutOfTables> for TreeError {
    fn from(out: OutOfTables) -> Self {
        Self::OutOfTables(out)
    }
}

impl fmt::Display for TreeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OutOfTables(out) => out.fmt(f),
            Self::Unaligned { width, alignment } => write!(
                f,
                "the root for addresses of {width} bits in the upper end is not a multiple of {alignment} bytes"
            ),
        }
    }
}
impl core::error::Error for TreeError {}
