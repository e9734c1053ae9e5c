//! Iterators over entries and leaves, without allocation.
//!
//! They remember the table of each level on the way, and the position to go on at. Each step enters the code of
//! its level by the ladder of [`LevelOf`], so that entries are decoded as everywhere else.

use super::cover::Cover;
use super::leaf::Item;
use super::{EntryAt, Leaf, Linked, Window};
use crate::address::Hpa;
use crate::entry::Entry;
use crate::format::Access;
use crate::level::{LevelOf, Levels};
use crate::memory::{Memory, Word};
use crate::scan::first_in_use;
use crate::table::{RootVisitor, Visible};
use core::convert::Infallible;
use core::fmt;
use core::iter::FusedIterator;
use core::marker::PhantomData;
use core::ops::ControlFlow;

/// No declaration has more levels.
const MAX_LEVELS: usize = 8;

/// Every entry of a [`Window`], in the order of addresses; one that points to a table before those in the table.
pub struct Entries<'a, T: Visible, M: Memory> {
    walk: Walk<'a, T, M>,
}

/// The leaves of a [`Window`], in the order of addresses.
pub struct Leaves<'a, T: Visible, M: Memory> {
    walk: Walk<'a, T, M>,
}

impl<'a, T: Visible, M: Memory> Entries<'a, T, M> {
    pub(super) fn new(window: Window<'a, T, M>) -> Self {
        Self { walk: Walk::new(window) }
    }
}

impl<'a, T: Visible, M: Memory> Leaves<'a, T, M> {
    pub(super) fn new(window: Window<'a, T, M>) -> Self {
        Self { walk: Walk::new(window) }
    }
}

impl<T: Visible, M: Memory> Clone for Entries<'_, T, M> {
    fn clone(&self) -> Self {
        Self { walk: self.walk.clone() }
    }
}

impl<T: Visible, M: Memory> Clone for Leaves<'_, T, M> {
    fn clone(&self) -> Self {
        Self { walk: self.walk.clone() }
    }
}

impl<T: Visible, M: Memory> Iterator for Entries<'_, T, M> {
    type Item = EntryAt<T>;
    fn next(&mut self) -> Option<EntryAt<T>> {
        self.walk.next()
    }
}
impl<T: Visible, M: Memory> FusedIterator for Entries<'_, T, M> {}

impl<T: Visible, M: Memory> Iterator for Leaves<'_, T, M> {
    type Item = Leaf<T>;
    fn next(&mut self) -> Option<Leaf<T>> {
        self.walk.next()
    }

    /// Visits the leaves that are left, in one walk from the root, as [`Window::for_each_leaf`] does.
    fn fold<B, F: FnMut(B, Leaf<T>) -> B>(self, initial: B, mut fold: F) -> B {
        let Some(from) = self.walk.position else { return initial };
        let mut folded = Some(initial);
        let visited: ControlFlow<Infallible> = self.walk.window.for_each_leaf_from(from, |leaf| {
            folded = folded.take().map(|so_far| fold(so_far, leaf));
            ControlFlow::Continue(())
        });
        let (ControlFlow::Continue(()), Some(folded)) = (visited, folded) else {
            unreachable!("it is put back each time")
        };
        folded
    }
}
impl<T: Visible, M: Memory> FusedIterator for Leaves<'_, T, M> {}

impl<T: Visible, M: Memory> fmt::Debug for Entries<'_, T, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "entries of {:?}", self.walk.window)
    }
}

impl<T: Visible, M: Memory> fmt::Debug for Leaves<'_, T, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "leaves of {:?}", self.walk.window)
    }
}

struct Walk<'a, T: Visible, M: Memory> {
    window: Window<'a, T, M>,
    /// By level number: the table on the way to `position`, and what the walk as far as it allows.
    tables: [(Hpa, Access); MAX_LEVELS],
    /// The number of the level of the entry that is read next, and of the root.
    level: u8,
    root: u8,
    /// Where that entry is; `None` at the end.
    position: Option<u64>,
    /// The last position of the window.
    last: u64,
}

impl<T: Visible, M: Memory> Clone for Walk<'_, T, M> {
    fn clone(&self) -> Self {
        Self { ..*self }
    }
}

impl<'a, T: Visible, M: Memory> Walk<'a, T, M> {
    fn new(window: Window<'a, T, M>) -> Self {
        const { assert!(T::Levels::ALL.len() <= MAX_LEVELS, "more levels than an iterator can remember") };
        let root = (window.reader.root, Access::ALL);
        let mut walk = Self { window, tables: [root; MAX_LEVELS], level: 0, root: 0, position: None, last: 0 };
        T::at_root(window.reader.geometry, Begin(&mut walk));
        walk
    }

    /// The next entry, or the next leaf.
    fn next<I: Item<T>>(&mut self) -> Option<I> {
        T::at_root(self.window.reader.geometry, Next { walk: self, item: PhantomData })
    }

    /// Goes down the ladder to the level of the entry that is read next, and reads on in its table.
    #[inline(always)]
    fn resume<L: LevelOf<T>, I: Item<T>>(&mut self, cover: Cover<T>) -> Option<I> {
        if L::TABLES && self.level < L::NUMBER {
            self.resume::<L::Below, I>(cover)
        } else {
            self.read_on::<L, I>(cover)
        }
    }

    /// Reads entries of one table until one is wanted; `None` if another table is next, or nothing.
    fn read_on<L: LevelOf<T>, I: Item<T>>(&mut self, cover: Cover<T>) -> Option<I> {
        let mut position = self.position?;
        let &(table, walk) = self.tables.get(usize::from(L::NUMBER))?;
        loop {
            let Some(raw) = self.advance::<L, I>(table, &mut position) else {
                self.go_on_at(position);
                return None;
            };
            let entry = L::decode(raw);
            let item = I::of::<L>(entry, cover.address(position), table, walk);
            if let Entry::Subtable(linked) = entry {
                self.position = Some(position);
                self.enter::<L::Below>(Linked::new(linked, walk));
                return item;
            }
            let next = ((position >> L::SHIFT) + 1) << L::SHIFT;
            let same_table = L::index(next) != 0 && next <= self.last;
            if same_table && item.is_none() {
                position = next;
                continue;
            }
            self.go_on_at(next);
            return item;
        }
    }

    /// Loads the entry at `position`. Where absent entries are not wanted, `position` moves on to the first one that is not,
    /// or, if there is none, behind the table or the window.
    #[inline(always)]
    fn advance<L: LevelOf<T>, I: Item<T>>(&self, table: Hpa, position: &mut u64) -> Option<u64> {
        let (memory, index) = (self.window.reader.memory, L::index(*position));
        if I::ABSENT {
            return Some(memory.word(table, index).load());
        }
        let wanted = (self.last >> L::SHIFT) - (*position >> L::SHIFT) + 1;
        let end = L::ENTRIES.min(index.saturating_add(wanted as usize));
        let found = first_in_use(memory, table, index, end, T::ABSENT);
        let passed = found.map_or(end, |(found, _)| found) - index;
        if passed > 0 {
            *position = ((*position >> L::SHIFT) + passed as u64) << L::SHIFT;
        }
        found.map(|(_, raw)| raw)
    }

    /// Goes on in the table below.
    fn enter<Below: LevelOf<T>>(&mut self, linked: Linked) {
        if let Some(table) = self.tables.get_mut(usize::from(Below::NUMBER)) {
            *table = (linked.frame, linked.access);
        }
        self.level = Below::NUMBER;
    }

    /// Goes on at `next`, where an entry of this level begins, in this table or, past its end, in one above.
    #[inline(always)]
    fn go_on_at(&mut self, next: u64) {
        self.position = (next <= self.last).then_some(next);
        // The entry belongs to the highest level that has one beginning there.
        while self.level < self.root
            && T::Levels::from_number(self.level + 1).is_some_and(|above| next.trailing_zeros() >= above.shift())
        {
            self.level += 1;
        }
    }
}

/// Sets a walk to the first entry of its window.
struct Begin<'w, 'a, T: Visible, M: Memory>(&'w mut Walk<'a, T, M>);

impl<T: Visible, M: Memory> RootVisitor<T> for Begin<'_, '_, T, M> {
    type Output = ();
    fn visit<L: LevelOf<T>>(self) {
        let walk = self.0;
        if let Some((first, last)) = walk.window.bounds(Cover::of::<L>()) {
            (walk.level, walk.root) = (L::NUMBER, L::NUMBER);
            (walk.position, walk.last) = (Some(first), last);
        }
    }
}

/// Runs a walk to the next item.
struct Next<'w, 'a, T: Visible, M: Memory, I> {
    walk: &'w mut Walk<'a, T, M>,
    item: PhantomData<fn() -> I>,
}

impl<T: Visible, M: Memory, I: Item<T>> RootVisitor<T> for Next<'_, '_, T, M, I> {
    type Output = Option<I>;
    fn visit<L: LevelOf<T>>(self) -> Option<I> {
        while self.walk.position.is_some() {
            let found = self.walk.resume::<L, I>(Cover::of::<L>());
            if found.is_some() {
                return found;
            }
        }
        None
    }
}
