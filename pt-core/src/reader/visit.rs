//! Visiting everything in a range: one loop over the entries of each table, a table of the level below inside the
//! loop of the one above. This is the fast way to read many entries; the iterators are for convenience.

use super::cover::Cover;
use super::{Dump, Entries, EntryAt, Leaf, Leaves, Linked, Merge, Reader, Run, Runs};
use crate::address::{AddressRange, Hpa};
use crate::entry::Entry;
use crate::format::Access;
use crate::level::LevelOf;
use crate::memory::{Memory, Word};
use crate::table::{RootVisitor, Visible};
use core::fmt;
use core::ops::ControlFlow;

/// The part of a tree that is read: a range of input addresses, or all of them.
///
/// An entry belongs to the window if any address behind it does; it is reported whole.
pub struct Window<'a, T: Visible, M: Memory> {
    pub(super) reader: Reader<'a, T, M>,
    range: Option<AddressRange<T::Space>>,
}

impl<'a, T: Visible, M: Memory> Window<'a, T, M> {
    pub(super) const fn new(reader: Reader<'a, T, M>, range: Option<AddressRange<T::Space>>) -> Self {
        Self { reader, range }
    }

    /// Calls `visit` for every leaf, in the order of addresses, until it breaks.
    ///
    /// What `visit` does not look at is not computed.
    pub fn for_each_leaf<B>(self, mut visit: impl FnMut(Leaf<T>) -> ControlFlow<B>) -> ControlFlow<B> {
        self.for_each_entry(|at| match at.entry {
            Entry::Leaf(leaf) => visit(leaf),
            _ => ControlFlow::Continue(()),
        })
    }

    /// Calls `visit` for every entry of every table, absent ones included, until it breaks. The order is that of
    /// addresses; an entry that points to a table comes before those in the table.
    pub fn for_each_entry<B>(self, visit: impl FnMut(EntryAt<T>) -> ControlFlow<B>) -> ControlFlow<B> {
        T::at_root(self.reader.geometry, Visit { window: self, visit })
    }

    /// The leaves, in the order of addresses.
    #[must_use]
    pub fn leaves(self) -> Leaves<'a, T, M> {
        Leaves::new(self)
    }

    /// Every entry, in the order of [`for_each_entry`](Self::for_each_entry).
    #[must_use]
    pub fn entries(self) -> Entries<'a, T, M> {
        Entries::new(self)
    }

    /// The leaves, merged into runs of pages that say the same.
    #[must_use]
    pub fn runs(self, merge: Merge) -> Runs<'a, T, M> {
        Runs::new(self.leaves(), merge)
    }

    /// Calls `visit` for every run, in the order of addresses, until it breaks.
    pub fn for_each_run<B>(self, merge: Merge, mut visit: impl FnMut(Run<T>) -> ControlFlow<B>) -> ControlFlow<B> {
        let mut growing: Option<Run<T>> = None;
        self.for_each_leaf(|leaf| Run::grow(&mut growing, leaf, merge).map_or(ControlFlow::Continue(()), &mut visit))?;
        growing.map_or(ControlFlow::Continue(()), visit)
    }

    /// A text for people: one line for each run, and one for each entry that is neither a leaf nor plainly absent.
    #[must_use]
    pub const fn dump(self, merge: Merge) -> Dump<'a, T, M> {
        Dump::new(self, merge)
    }

    /// The first and the last position to read.
    pub(super) fn bounds(self, cover: Cover<T>) -> Option<(u64, u64)> {
        match self.range {
            Some(range) => cover.clip(range),
            None => Some((0, cover.last())),
        }
    }
}

impl<T: Visible, M: Memory> Clone for Window<'_, T, M> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<T: Visible, M: Memory> Copy for Window<'_, T, M> {}

impl<T: Visible, M: Memory> fmt::Debug for Window<'_, T, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.range {
            Some(range) => write!(f, "{range:?} of {:?}", self.reader),
            None => write!(f, "all of {:?}", self.reader),
        }
    }
}

struct Visit<'a, T: Visible, M: Memory, F> {
    window: Window<'a, T, M>,
    visit: F,
}

impl<T: Visible, M: Memory, B, F: FnMut(EntryAt<T>) -> ControlFlow<B>> RootVisitor<T> for Visit<'_, T, M, F> {
    type Output = ControlFlow<B>;

    fn visit<L: LevelOf<T>>(self) -> ControlFlow<B> {
        let cover = Cover::of::<L>();
        let Some((first, last)) = self.window.bounds(cover) else { return ControlFlow::Continue(()) };
        let reader = self.window.reader;
        let mut walk = Walk { memory: reader.memory, cover, first, last, visit: self.visit };
        walk.table::<L, B>(reader.root, 0, Access::ALL)
    }
}

struct Walk<'a, T: Visible, M: Memory, F> {
    memory: &'a M,
    cover: Cover<T>,
    first: u64,
    last: u64,
    visit: F,
}

impl<T: Visible, M: Memory, F> Walk<'_, T, M, F> {
    /// Visits the table in `frame`, behind which the addresses from `position` lie.
    fn table<L: LevelOf<T>, B>(&mut self, frame: Hpa, position: u64, access: Access) -> ControlFlow<B>
    where
        F: FnMut(EntryAt<T>) -> ControlFlow<B>,
    {
        let from = (self.first.saturating_sub(position) >> L::SHIFT) as usize;
        let to = (((self.last - position) >> L::SHIFT) as usize).min(L::ENTRIES - 1);
        for index in from..=to {
            let raw = self.memory.word(frame, index).load();
            let behind = position | (index as u64) << L::SHIFT;
            let at = EntryAt::new::<L>(self.cover.address(behind), frame, raw, access);
            let linked = match at.entry {
                Entry::Subtable(linked) => Some(linked),
                _ => None,
            };
            (self.visit)(at)?;
            if let Some(Linked { frame, access, .. }) = linked {
                self.table::<L::Below, B>(frame, behind, access)?;
            }
        }
        ControlFlow::Continue(())
    }
}
