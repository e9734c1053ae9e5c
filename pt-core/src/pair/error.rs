//! Why an entry of the private table could not be changed.

use crate::address::{Gpa, Hpa};
use crate::allocator::OutOfTables;
use crate::hook::{Incomplete, Refusal};
use crate::level::{Level, Levels};
use crate::page::Page;
use crate::space::Private;
use core::fmt;

/// What stood in the way of an operation, and where. The entry is as it was, unless the cause says otherwise.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct EntryError<L> {
    /// The first address behind the entry.
    pub address: Gpa<Private>,
    /// The level of the table that the entry is in.
    pub level: L,
    /// The entry that was found.
    pub found: u64,
    /// What was wrong.
    pub cause: Cause<L>,
}

impl<L> EntryError<L> {
    #[inline]
    pub(super) const fn new(address: Gpa<Private>, level: L, found: u64, cause: Cause<L>) -> Self {
        Self { address, level, found, cause }
    }

    /// Whether the monitor has begun an operation on this entry and not finished it.
    pub(super) const fn is_unfinished(&self) -> bool {
        matches!(self.cause, Cause::Unfinished(_))
    }
}

/// What stood in the way.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum Cause<L> {
    /// The monitor refused.
    Refused(Refusal<L>),
    /// The monitor was busy while no vCPU ran, and once before. An entry that was being taken away stays blocked.
    MonitorStuck,
    /// The monitor was interrupted, and did not finish the operation when it was resumed. The entry stays blocked.
    Unfinished(Incomplete),
    /// Another thread holds the entry, or has leaked its guard.
    Frozen,
    /// The entry is blocked: what is behind it is being taken away.
    Blocked,
    /// Another thread changed the entry first.
    LostRace,
    /// Something is mapped or linked there already.
    Occupied,
    /// Nothing is mapped there.
    NotMapped,
    /// No table of the wanted level hangs there.
    NoTable,
    /// The leaf is larger than the part of it that is to be taken away.
    PartlyCovered,
    /// The pages below are not one aligned run of leaves.
    NotMergeable,
    /// The declaration has no hook for this at this level.
    NoHook,
    /// There is no memory for tables.
    OutOfTables(OutOfTables),
    /// The entry cannot hold this frame: it is too wide, or not aligned.
    FrameDoesNotFit(Hpa),
    /// The address is wider than the tree.
    BeyondRoot,
    /// The address is not aligned to the size of the page.
    Misaligned,
}

impl<L: fmt::Debug> fmt::Display for Cause<L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Refused(refusal) => return refusal.fmt(f),
            Self::OutOfTables(out) => return out.fmt(f),
            Self::Unfinished(Incomplete { handle }) => {
                return write!(f, "the monitor was interrupted and has not finished operation {handle:#x}");
            }
            Self::FrameDoesNotFit(frame) => return write!(f, "the entry cannot hold the frame {frame}"),
            Self::MonitorStuck => "the monitor is busy although no vCPU runs",
            Self::Frozen => "the entry is frozen by another thread",
            Self::Blocked => "the entry is blocked",
            Self::LostRace => "another thread changed the entry first",
            Self::Occupied => "the entry is in use",
            Self::NotMapped => "nothing is mapped",
            Self::NoTable => "no table of this level is linked",
            Self::PartlyCovered => "the range covers only a part of the leaf",
            Self::NotMergeable => "the pages below are not one aligned run of leaves",
            Self::NoHook => "the declaration has no hook for this level",
            Self::BeyondRoot => "the address is wider than the tree",
            Self::Misaligned => "the address is not aligned to the page",
        })
    }
}

impl<L: Levels> fmt::Display for EntryError<L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at level {}: {} (entry {:#x})", self.address, self.level.name(), self.cause, self.found)
    }
}

impl<L: Levels> core::error::Error for EntryError<L> {}

/// A page that is not mapped, and why.
#[must_use = "the page that is not mapped is in here"]
#[derive(Debug)]
pub struct PageError<G: Level, L> {
    /// The page.
    pub page: Page<Private, G>,
    /// What stood in the way.
    pub error: EntryError<L>,
}

impl<G: Level, L: Levels> fmt::Display for PageError<G, L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} is not mapped: {}", self.page, self.error)
    }
}

impl<G: Level, L: Levels> core::error::Error for PageError<G, L> {}

/// What stood in the way of taking memory away.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum RemovalError<L> {
    /// An entry could not be changed.
    Entry(EntryError<L>),
    /// The monitor did not begin a new epoch, so that stale translations may be left.
    Track(Cause<L>),
}

impl<L> From<EntryError<L>> for RemovalError<L> {
    fn from(error: EntryError<L>) -> Self {
        Self::Entry(error)
    }
}

impl<L: Levels> fmt::Display for RemovalError<L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Entry(error) => error.fmt(f),
            Self::Track(cause) => write!(f, "stale translations are not tracked: {cause}"),
        }
    }
}

impl<L: Levels> core::error::Error for RemovalError<L> {}
