//! Pages of guest memory, and pages that hold tables.
//!
//! Both are host frames, and neither is the other: a page table never becomes guest memory without going back
//! through its allocator, and a guest page never becomes a table. A private page is linear: it can be mapped
//! once, and comes back when it is removed.

use crate::address::Hpa;
use crate::level::Level;
use crate::space::{Shared, Space};
use crate::table::Table;
use core::fmt;
use core::marker::PhantomData;

/// A page of guest memory of the kind `K`, as large as what a leaf at level `L` maps.
///
/// Pages of the kind [`Shared`] can be mapped many times and are `Copy`. All others are linear.
#[must_use = "a page that is dropped is lost to the host: map it or give it back"]
pub struct Page<K: Space, L: Level> {
    frame: Hpa,
    marker: PhantomData<fn() -> (K, L)>,
}

impl<K: Space, L: Level> Page<K, L> {
    /// States that the frame is guest memory of this kind: this is where the host's memory management hands a
    /// frame over, and the one thing about a page that no type can check.
    ///
    /// # Errors
    /// [`Misaligned`] if the frame is not aligned to the size of the page.
    #[inline]
    pub const fn new(frame: Hpa) -> Result<Self, Misaligned> {
        if frame.is_aligned(L::SHIFT) {
            Ok(Self { frame, marker: PhantomData })
        } else {
            Err(Misaligned { frame, shift: L::SHIFT })
        }
    }

    /// The page in `frame`, which the caller took from a leaf of this level, or from such a page.
    #[inline]
    pub(crate) const fn at(frame: Hpa) -> Self {
        Self { frame, marker: PhantomData }
    }

    /// The frame, leaving the page where it is.
    #[inline]
    #[must_use]
    pub const fn frame(&self) -> Hpa {
        self.frame
    }

    /// Gives the frame back to the host's memory management.
    #[inline]
    #[must_use]
    pub const fn into_frame(self) -> Hpa {
        self.frame
    }
}

impl<L: Level> Clone for Page<Shared, L> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<L: Level> Copy for Page<Shared, L> {}

impl<K: Space, L: Level> fmt::Debug for Page<K, L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} page of {} at {}", K::NAME, L::NAME, self.frame)
    }
}

/// A page of guest memory of any kind and size.
pub trait Framed {
    /// The frame, leaving the page where it is.
    fn frame(&self) -> Hpa;
}

impl<K: Space, L: Level> Framed for Page<K, L> {
    #[inline(always)]
    fn frame(&self) -> Hpa {
        self.frame
    }
}

/// A page that a leaf of the table `T` at level `L` maps.
#[diagnostic::on_unimplemented(
    message = "`{T}` does not take this page: it is a `{Self}`",
    label = "`{T}` maps pages of its own kind here, each as large as the leaf",
    note = "convert the range first: it unmaps the pages on one side and maps fresh ones on the other"
)]
pub trait PageOf<T: Table, L: Level>: Framed {
    /// Gives up the page for its frame.
    fn into_frame(self) -> Hpa;
}

/// A page that holds, or will hold, a table of the kind `K`; [`Protected`](crate::space::Protected) for a page of
/// the monitor's table.
#[must_use = "a table page that is dropped is lost to its allocator"]
pub struct TablePage<K: Space> {
    frame: Hpa,
    kind: PhantomData<fn() -> K>,
}

impl<K: Space> TablePage<K> {
    #[inline]
    pub(crate) const fn new(frame: Hpa) -> Self {
        Self { frame, kind: PhantomData }
    }

    /// The frame, leaving the page where it is.
    #[inline]
    #[must_use]
    pub const fn frame(&self) -> Hpa {
        self.frame
    }

    #[inline]
    pub(crate) const fn into_frame(self) -> Hpa {
        self.frame
    }
}

impl<K: Space> fmt::Debug for TablePage<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} table page at {}", K::NAME, self.frame)
    }
}

/// A frame that is not aligned to the size of the page it should be.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct Misaligned {
    /// What was given.
    pub frame: Hpa,
    /// The low bits that should be zero.
    pub shift: u32,
}

impl fmt::Display for Misaligned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "frame {} is not aligned to {:#x} bytes", self.frame, 1_u64 << self.shift)
    }
}
impl core::error::Error for Misaligned {}
