//! Where guest pages come from and where they go: the host's side of a VM's memory.

use crate::address::{Gfn, Gpa, Hpa};
use crate::level::{Level, Levels};
use crate::page::Page;
use crate::space::{Private, Shared};
use crate::table::{Pair, Table, Visible};
use core::fmt;

/// The levels of a pair, as values.
pub type LevelsOf<P> = <<P as Pair>::Private as Table>::Levels;

/// What the host has for a guest frame at this moment.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Backing<L, A> {
    /// No memory: a hole, or a device that is emulated.
    None,
    /// Memory that belongs to the guest alone.
    Private {
        /// The level of the largest leaf around the frame whose whole block is such memory.
        largest: L,
    },
    /// Memory that the host can read.
    Shared {
        /// The level of the largest leaf around the frame whose whole block is such memory.
        largest: L,
        /// What a leaf there says beside its frame.
        attributes: A,
    },
}

/// What the host has for a guest frame of the pair `P`.
pub type BackingOf<P> = Backing<LevelsOf<P>, <<P as Pair>::Shared as Visible>::Attributes>;

/// Gives pages to the fault path.
///
/// It is asked while the caller has shared access to the VM. What changes its answers (a conversion, a memory slot
/// that goes away) has to happen under exclusive access, or a fault could map what was just taken away.
pub trait PageSource<P: Pair> {
    /// Whether the frame is shared or private for the host, and how large a page could be.
    fn backing(&mut self, frame: Gfn) -> BackingOf<P>;

    /// A page for the block of level `L` that begins at `first`. It is mapped once, or
    /// [given back](Self::give_back).
    fn private_page<L: Level>(&mut self, first: Gfn) -> Option<Page<Private, L>>;

    /// A page that did not get mapped.
    fn give_back<L: Level>(&mut self, first: Gfn, page: Page<Private, L>);

    /// The page of the block of level `L` that begins at `first`. It may be mapped many times, or not at all.
    fn shared_page<L: Level>(&mut self, first: Gfn) -> Option<Page<Shared, L>>;
}

/// Takes the pages that come back from the monitor.
pub trait PageSink {
    /// The page that was mapped at `address`, by a leaf of level `L`.
    fn take<L: Level>(&mut self, address: Gpa<Private>, page: DirtyPage<L>);
}

/// A page that the monitor has let go of: caches may still hold lines of it under the guest's key, and its content
/// means nothing under another one.
#[must_use = "the host cannot use the page before it is cleaned, and has lost it when this is dropped"]
pub struct DirtyPage<L: Level> {
    page: Page<Private, L>,
}

impl<L: Level> DirtyPage<L> {
    #[inline]
    pub(super) const fn new(frame: Hpa) -> Self {
        Self { page: Page::at(frame) }
    }

    /// The frame, leaving the page where it is.
    #[inline]
    #[must_use]
    pub const fn frame(&self) -> Hpa {
        self.page.frame()
    }

    /// The length in bytes.
    #[inline]
    #[must_use]
    pub const fn bytes(&self) -> u64 {
        1 << L::SHIFT
    }

    /// Makes the page usable again: writes its lines back and overwrites it, however the machine wants it.
    ///
    /// # Errors
    /// The page and the cleaner's error. The page is as dirty as before.
    pub fn clean<C: Clean>(self, by: &mut C) -> Result<Page<Private, L>, (Self, C::Error)> {
        match by.clean(self.frame(), self.bytes()) {
            Ok(()) => Ok(self.page),
            Err(error) => Err((self, error)),
        }
    }
}

impl<L: Level> fmt::Debug for DirtyPage<L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}, to be cleaned", self.page)
    }
}

/// Makes a page usable by the host after a guest had it for itself: on TDX, TDH.PHYMEM.PAGE.WBINVD and MOVDIR64B.
pub trait Clean {
    /// Why it could not be done.
    type Error;
    /// Cleans `bytes` from `frame` on.
    ///
    /// # Errors
    /// The implementor's own. The page must not be used then.
    fn clean(&mut self, frame: Hpa, bytes: u64) -> Result<(), Self::Error>;
}

/// The largest of `levels` that is no larger than `largest`, as a test of one level.
#[inline(always)]
pub(super) fn allows<L: Levels>(levels: &[L], largest: L, level: L) -> bool {
    level.number() <= largest.number() && levels.contains(&level)
}
