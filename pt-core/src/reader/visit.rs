//! Visiting everything in a range: one loop over the entries of each table, a table of the level below inside the
//! loop of the one above. This is the fast way to read many entries; the iterators are for convenience.

use super::cover::Cover;
use super::leaf::Item;
use super::{Dump, Entries, EntryAt, Leaf, Leaves, Merge, Reader, Run, Runs};
use crate::address::{Address, AddressRange, Hpa};
use crate::entry::Entry;
use crate::format::{Access, EntryFormat};
use crate::level::LevelOf;
use crate::memory::{Memory, Word};
use crate::scan::{GROUP, each_in_use};
use crate::table::{RootVisitor, Visible};
use core::fmt;
use core::marker::PhantomData;
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
    pub fn for_each_leaf<B>(self, visit: impl FnMut(Leaf<T>) -> ControlFlow<B>) -> ControlFlow<B> {
        self.for_each_leaf_from(0, visit)
    }

    /// Calls `visit` for every leaf behind a position that is not below `from`.
    pub(super) fn for_each_leaf_from<B>(
        self,
        from: u64,
        visit: impl FnMut(Leaf<T>) -> ControlFlow<B>,
    ) -> ControlFlow<B> {
        T::at_root(self.reader.geometry, Visit { window: self, from, report: visit, item: PhantomData })
    }

    /// Calls `visit` for every entry of every table, absent ones included, until it breaks. The order is that of
    /// addresses; an entry that points to a table comes before those in the table.
    pub fn for_each_entry<B>(self, visit: impl FnMut(EntryAt<T>) -> ControlFlow<B>) -> ControlFlow<B> {
        T::at_root(self.reader.geometry, Visit { window: self, from: 0, report: visit, item: PhantomData })
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

struct Visit<'a, T: Visible, M: Memory, I, F> {
    window: Window<'a, T, M>,
    /// What lies before this position is left out.
    from: u64,
    report: F,
    item: PhantomData<fn(I)>,
}

impl<T: Visible, M: Memory, I: Item<T>, B, F: FnMut(I) -> ControlFlow<B>> RootVisitor<T> for Visit<'_, T, M, I, F> {
    type Output = ControlFlow<B>;

    fn visit<L: LevelOf<T>>(mut self) -> ControlFlow<B> {
        let cover = Cover::of::<L>();
        let Some((first, last)) = self.window.bounds(cover) else { return ControlFlow::Continue(()) };
        let reader = self.window.reader;
        for (first, last) in cover.halves(first.max(self.from), last) {
            let extension = cover.address(first).as_u64() - first;
            let mut walk =
                Walk { extension, first, last, report: &mut self.report, table: PhantomData, item: self.item };
            walk.table::<L, M, B>(reader.memory, reader.root, 0, Access::ALL)?;
        }
        ControlFlow::Continue(())
    }
}

struct Walk<'f, T: Visible, I, F> {
    /// What is added to a position for its address: the same for all of one half.
    extension: u64,
    first: u64,
    last: u64,
    report: &'f mut F,
    table: PhantomData<fn() -> T>,
    item: PhantomData<fn(I)>,
}

impl<T: Visible, I: Item<T>, F> Walk<'_, T, I, F> {
    /// Visits the table in `frame`, behind which the addresses from `position` lie.
    ///
    /// Not inlined into the level above, so that the loop over the leaves has all registers: 44.8 instructions
    /// a leaf of a sparse tree instead of 46.2.
    #[inline(never)]
    fn table<L: LevelOf<T>, M: Memory, B>(
        &mut self,
        memory: &M, // apart from `self`, so that a direct map stays in registers
        frame: Hpa,
        position: u64,
        walk: Access,
    ) -> ControlFlow<B>
    where
        F: FnMut(I) -> ControlFlow<B>,
    {
        let address = position + self.extension;
        let first = (self.first.saturating_sub(position) >> L::SHIFT) as usize;
        // An exclusive end: an inclusive range costs five instructions more an entry.
        let end = L::ENTRIES.min(((self.last - position) >> L::SHIFT) as usize + 1);
        let visit = |index| {
            let entry = L::decode(memory.word(frame, index).load());
            let behind = (index as u64) << L::SHIFT;
            if let Some(item) = I::of::<L>(entry, Address::new(address + behind), frame, walk) {
                (self.report)(item)?;
            }
            if let Entry::Subtable(linked) = entry {
                self.table::<L::Below, M, B>(memory, linked.frame(), position + behind, walk & linked.access())?;
            }
            ControlFlow::Continue(())
        };
        if I::ABSENT || !L::ENTRIES.is_multiple_of(GROUP) {
            (first..end).try_for_each(visit)
        } else {
            each_in_use(memory, frame, first, end, T::ABSENT, visit)
        }
    }
}
