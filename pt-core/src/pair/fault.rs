//! Resolving a fault: route it, walk the one table it belongs to, map a page.
//!
//! The page source says first which kind of memory the guest frame is for the host; an access of the other kind
//! changes no table. A private fault never looks at the shared tree, nor at the protected table: what the private
//! table says is what the monitor has. What a VMM would emulate, an access that is denied or that finds a device, has
//! a shared address in its type: a private fault never ends there.
//!
//! Losing a race, meeting a frozen or blocked entry, and a busy monitor are ordinary outcomes. The vCPU goes back
//! to the guest, and faults again if the page is still missing.

use super::Vm;
use super::error::{Cause, EntryError};
use super::install::{Ending, Installed, install};
use super::pages::{Backing, LevelsOf, PageSource, allows};
use super::phase::{Phase, Running};
use crate::access::Parallel;
use crate::address::{Gfn, Gpa, Hpa, RawGpa, Route};
use crate::allocator::TableAllocator;
use crate::error::Obstacle;
use crate::format::Access;
use crate::geometry::{NotAnInput, Split};
use crate::hook::{Answer, Frozen, Link, Map, Refusal};
use crate::level::{LevelOf, Levels};
use crate::memory::Memory;
use crate::page::Page;
use crate::space::{Private, Shared};
use crate::table::Pair;
use core::fmt;

/// One of the two halves of guest memory, as a value.
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug)]
pub enum Side {
    /// Memory that the host can read.
    Shared,
    /// Memory that belongs to the guest alone.
    Private,
}

/// How a fault was resolved.
#[must_use = "the outcome says whether the vCPU can go on"]
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum FaultOutcome<L: Levels> {
    /// A page was mapped.
    Mapped {
        /// The half that the address lies in.
        side: Side,
        /// The level of the leaf.
        level: L,
    },
    /// The page was mapped already, and the mapping lets the access through.
    Spurious {
        /// The half that the address lies in.
        side: Side,
        /// The level of the leaf.
        level: L,
    },
    /// The page is mapped, and the mapping does not let the access through: it is write-protected, say. Only
    /// shared memory has permissions.
    Denied {
        /// What the guest accessed.
        at: Gpa<Shared>,
        /// The level of the leaf.
        level: L,
        /// What it lets through.
        allowed: Access,
    },
    /// Nothing was mapped this time, for a reason that passes. The vCPU goes back to the guest.
    Retry(Obstruction<L>),
    /// For the host the frame is memory of the other kind. The VMM decides; no table changed.
    WrongSide {
        /// The half that the guest accessed.
        accessed: Side,
        /// The guest frame.
        frame: Gfn,
    },
    /// The host has no memory at this shared address: a device that the VMM emulates, or a mistake of the guest.
    Device {
        /// What the guest accessed.
        at: Gpa<Shared>,
    },
    /// The host has no memory at this private address. There is nothing to emulate: devices are in the shared half,
    /// and the VMM sees no instruction of a guest's own memory.
    NoMemory {
        /// What the guest accessed.
        at: Gpa<Private>,
    },
}

/// What stood in the way of a fault, in either half.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Obstruction<L: Levels> {
    /// In the shared tree.
    Shared(Obstacle<Shared, L>),
    /// In the private tree.
    Private(EntryError<L>),
}

/// Why a fault cannot be resolved, now or later.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum FaultError<L: Levels> {
    /// The address is not one of the geometry's.
    NotAnInput(NotAnInput),
    /// An entry could not be changed.
    Obstructed(Obstruction<L>),
}

impl<L: Levels> FaultError<L> {
    pub(super) const fn private(error: EntryError<L>) -> Self {
        Self::Obstructed(Obstruction::Private(error))
    }

    pub(super) const fn shared(obstacle: Obstacle<Shared, L>) -> Self {
        Self::Obstructed(Obstruction::Shared(obstacle))
    }
}

/// The result of [`Vm::fault`].
pub type FaultResult<P> = Result<FaultOutcome<LevelsOf<P>>, FaultError<LevelsOf<P>>>;

impl<P: Pair, Ph: Phase, M: Memory, A: TableAllocator, H> Vm<P, Ph, M, A, H> {
    /// Resolves a guest's fault at `raw`. `access` is what the guest tried; it matters in the shared half only.
    /// Runs in parallel with other faults.
    ///
    /// # Errors
    /// [`FaultError`]: coming back later will not help. The tables are as they were, except that tables on the way
    /// to the page may have been linked.
    pub fn fault<S: PageSource<P>>(&self, raw: RawGpa, access: Access, source: &mut S) -> FaultResult<P>
    where
        Ph: Running,
        P::Private: Link<H> + Map<H>,
    {
        match self.geometry().route(raw).map_err(FaultError::NotAnInput)? {
            Route::Private(address) => self.private_fault(address, source),
            Route::Shared(address) => self.shared_fault(address, access, source),
        }
    }

    fn private_fault<S: PageSource<P>>(&self, address: Gpa<Private>, source: &mut S) -> FaultResult<P>
    where
        P::Private: Link<H> + Map<H>,
    {
        let (side, frame) = (Side::Private, self.geometry().gfn(address));
        let largest = match source.backing(frame) {
            Backing::Private { largest } => largest,
            Backing::Shared { .. } => return Ok(FaultOutcome::WrongSide { accessed: side, frame }),
            Backing::None => return Ok(FaultOutcome::NoMemory { at: address }),
        };
        let mut ending = Demand::<P, S> { geometry: self.geometry(), source, largest };
        match install(&self.private, &self.allocator, &self.hooks, address, &mut ending) {
            Ok(Installed::Mapped(level)) => Ok(FaultOutcome::Mapped { side, level }),
            Ok(Installed::Present { level, .. }) => Ok(FaultOutcome::Spurious { side, level }),
            Ok(Installed::NoPage) => Ok(FaultOutcome::NoMemory { at: address }),
            Err(error) if passes(&error) => Ok(FaultOutcome::Retry(Obstruction::Private(error))),
            Err(error) => Err(FaultError::private(error)),
        }
    }
}

/// Whether the fault can be resolved when it comes again.
fn passes<L>(error: &EntryError<L>) -> bool {
    matches!(error.cause, Cause::Refused(Refusal::Busy(_)) | Cause::LostRace | Cause::Frozen | Cause::Blocked)
}

/// A page on demand, of the largest size that the map hook and the source allow.
struct Demand<'a, P: Pair, S> {
    geometry: P::Geometry,
    source: &'a mut S,
    largest: LevelsOf<P>,
}

impl<P: Pair, S: PageSource<P>, H> Ending<P::Private, H> for Demand<'_, P, S>
where
    P::Private: Map<H>,
{
    type Access = Parallel;

    #[inline(always)]
    fn ends_at(&self, level: LevelsOf<P>) -> bool {
        allows(<P::Private as Map<H>>::LEVELS, self.largest, level)
    }

    #[inline(always)]
    fn descends_at(&self, _level: LevelsOf<P>) -> bool {
        true
    }

    fn page<L: LevelOf<P::Private>>(&mut self, block: Gpa<Private>) -> Option<Hpa> {
        self.source.private_page::<L>(self.geometry.gfn(block)).map(Page::into_frame)
    }

    fn give_back<L: LevelOf<P::Private>>(&mut self, block: Gpa<Private>, page: Hpa) {
        self.source.give_back::<L>(self.geometry.gfn(block), Page::at(page));
    }

    fn propagate(&self, hooks: &H, at: &Frozen<P::Private>, page: Hpa) -> Answer<P::Private> {
        P::Private::map(hooks, at, page)
    }
}

impl<L: Levels> fmt::Display for Obstruction<L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Shared(obstacle) => obstacle.fmt(f),
            Self::Private(error) => error.fmt(f),
        }
    }
}

impl<L: Levels> fmt::Display for FaultError<L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotAnInput(error) => error.fmt(f),
            Self::Obstructed(obstruction) => obstruction.fmt(f),
        }
    }
}

impl<L: Levels> core::error::Error for FaultError<L> {}
