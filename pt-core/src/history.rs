//! Accessed and dirty bits: the age of pages, and a log of the pages that were written.
//!
//! The CPU sets these bits, and the VMM collects them: it looks, and clears what it saw, by one compare-exchange an
//! entry, which loses no bit that the CPU sets meanwhile. No translation changes, so that both operations run beside
//! faults, on a shared borrow of the tree.
//!
//! A cleared accessed bit is not flushed: a page whose translation is still cached just looks older than it is. A
//! cleared dirty bit is, because a CPU that has it cached does not set it again.
//!
//! Only a table that a CPU uses has a history. Which bits its leaves have is declared: `hardware = accessed` and
//! `hardware = dirty`. (`Itself` is the table. The types of both operations are inferred from it, so that for a table
//! without a history the compiler reports just that.)

use crate::address::{Address, AddressRange};
use crate::cursor::range::{Part, Slots, check_inside, entries, entry, parts};
use crate::entry::Entry;
use crate::error::ObstacleOf;
use crate::flush::Flush;
use crate::format::EntryFormat;
use crate::layout::HasLayout;
use crate::level::LevelOf;
use crate::memory::{Memory, Word};
use crate::scan::first_with;
use crate::span;
use crate::table::{RootVisitor, Table, UsedByCpu, Visible};
use crate::tree::{TableOf, Tree};
use crate::validity::Validity;
use core::marker::PhantomData;

/// A table whose pages have an age: a CPU marks the leaves that it uses.
#[diagnostic::on_unimplemented(
    message = "pages of `{Self}` have no age: no CPU marks its leaves as accessed",
    label = "there is no accessed bit to look at",
    note = "a table has one if it is `used_by(cpu)`, and its leaf format has a field with `hardware = accessed`"
)]
pub trait Aged<Itself = Self>: Visible + UsedByCpu
where
    Itself: Table<Space = <Self as Table>::Space, Levels = <Self as Table>::Levels>,
{
}

/// A table whose writes can be logged: a CPU marks the leaves that it writes through.
#[diagnostic::on_unimplemented(
    message = "writes to pages of `{Self}` cannot be logged: no CPU marks its leaves as dirty",
    label = "there is no dirty bit to collect",
    note = "a table has one if it is `used_by(cpu)`, and its leaf format has a field with `hardware = dirty`"
)]
pub trait DirtyLogged<Itself = Self>: Visible + UsedByCpu
where
    Itself: Table<Space = <Self as Table>::Space, Levels = <Self as Table>::Levels>,
{
}

impl<T: Visible, M: Memory, V: Validity> Tree<T, M, V> {
    /// How many pages of `range` were accessed since this was asked last, whatever their size. They count as not
    /// accessed from now on. A page that sticks out of the range is one of them.
    ///
    /// # Errors
    /// [`OutsideTree`](crate::error::Obstacle::OutsideTree).
    pub fn age<Itself>(&self, range: AddressRange<Itself::Space>) -> Result<u64, ObstacleOf<Itself>>
    where
        T: Aged<Itself>,
        Itself: Table<Space = T::Space, Levels = T::Levels>,
    {
        let mut young = 0;
        self.collect::<Accessed>(range, |_, _| young += 1)?;
        Ok(young)
    }

    /// Calls `log` for each page of `range` that was written since this was asked last. They count as clean from now
    /// on, and have to be flushed: a CPU that has a page cached as dirty would not mark it again. A page that sticks
    /// out of the range is one of them.
    ///
    /// # Errors
    /// [`OutsideTree`](crate::error::Obstacle::OutsideTree).
    pub fn collect_dirty<Itself, F>(
        &self,
        range: AddressRange<Itself::Space>,
        mut log: F,
    ) -> Result<Flush<Itself>, ObstacleOf<Itself>>
    where
        T: DirtyLogged<Itself>,
        Itself: UsedByCpu + Table<Space = T::Space, Levels = T::Levels>,
        F: FnMut(Address<Itself::Space>, Itself::Levels),
    {
        let mut written: Option<AddressRange<T::Space>> = None;
        self.collect::<Dirty>(range, |page, level| {
            // Pages come in the order of addresses.
            match &mut written {
                Some(written) => written.extend_to(page.last()),
                None => written = Some(page),
            }
            log(page.start(), level);
        })?;
        Ok(written.map_or(Flush::not_needed(), Flush::leaves))
    }

    fn collect<B: Bit>(
        &self,
        range: AddressRange<T::Space>,
        report: impl FnMut(AddressRange<T::Space>, T::Levels),
    ) -> Result<(), ObstacleOf<T>> {
        T::at_root(self.geometry(), Collect { tree: self, range, report, bit: PhantomData::<B> })
    }
}

/// One of the bits that a CPU sets in leaves.
trait Bit {
    /// In place.
    fn of<F: EntryFormat>() -> u64;
}

enum Accessed {}
enum Dirty {}

impl Bit for Accessed {
    fn of<F: EntryFormat>() -> u64 {
        F::ACCESSED
    }
}

impl Bit for Dirty {
    fn of<F: EntryFormat>() -> u64 {
        F::DIRTY
    }
}

/// Clears a bit of the leaves of a range, and reports those that had it.
struct Collect<'a, T: Visible, M: Memory, V: Validity, R, B> {
    tree: &'a Tree<T, M, V>,
    range: AddressRange<T::Space>,
    report: R,
    bit: PhantomData<B>,
}

impl<T, M, V, R, B> RootVisitor<T> for Collect<'_, T, M, V, R, B>
where
    T: Visible,
    M: Memory,
    V: Validity,
    R: FnMut(AddressRange<T::Space>, T::Levels),
    B: Bit,
{
    type Output = Result<(), ObstacleOf<T>>;

    fn visit<L: LevelOf<T>>(mut self) -> Self::Output {
        check_inside::<T, L>(self.range)?;
        let memory = self.tree.memory();
        self.table(memory, TableOf::<T, L>::at(self.tree.root()), self.range);
        Ok(())
    }
}

impl<T, M, V, R, B> Collect<'_, T, M, V, R, B>
where
    T: Visible,
    M: Memory,
    V: Validity,
    R: FnMut(AddressRange<T::Space>, T::Levels),
    B: Bit,
{
    fn table<L: LevelOf<T>>(
        &mut self,
        memory: &M, // apart from `self`, so that a direct map stays in registers
        table: TableOf<T, L>,
        range: AddressRange<T::Space>,
    ) {
        for part in parts::<L, _>(range) {
            match part {
                Part::Whole(range) if !L::TABLES && !L::SPANS => self.leaves(memory, table, range),
                Part::Whole(range) => entries::<L, _>(range).for_each(|entry| self.entry(memory, table, entry)),
                Part::Within(range) => self.entry(memory, table, range),
            }
        }
    }

    /// Looks at the leaves that a table without tables below has for `range`.
    fn leaves<L: LevelOf<T>>(&mut self, memory: &M, table: TableOf<T, L>, range: AddressRange<T::Space>) {
        let slots = Slots::of::<L>(range);
        let mut next = slots.first;
        while let Some((index, raw)) = first_with(memory, table.frame(), next, slots.end, B::of::<L::Leaf>()) {
            self.leaf::<L>(memory.word(table.frame(), index), raw, slots.address::<L>(index));
            next = index + 1;
        }
    }

    /// Looks at the entry that translates `range`, or more.
    fn entry<L: LevelOf<T>>(&mut self, memory: &M, table: TableOf<T, L>, range: AddressRange<T::Space>) {
        let word = table.word(memory, range.start());
        let raw = word.load();
        match L::decode(raw) {
            Entry::Subtable(below) => self.table(memory, TableOf::<T, L::Below>::at(below.frame()), range),
            Entry::Leaf(leaf) if span::of(leaf).is_some() => self.span(memory, table, range.start()),
            Entry::Leaf(_) => self.leaf::<L>(word, raw, range.start()),
            Entry::Absent(_) | Entry::Frozen => {}
        }
    }

    /// Reports an entry that was `raw`, if that is a leaf that has the bit.
    #[inline(always)]
    fn leaf<L: LevelOf<T>>(&mut self, word: &M::Word, raw: u64, at: Address<T::Space>) {
        if Self::clear::<L>(word, raw) {
            (self.report)(entry::<L, _>(at), L::LEVEL);
        }
    }

    /// Reports the span that `at` lies in. A CPU sets the bit in any of its leaves, and means them all.
    fn span<L: LevelOf<T>>(&mut self, memory: &M, table: TableOf<T, L>, at: Address<T::Space>) {
        let pages = || L::Leaf::SPAN.into_iter().flat_map(|span| entries::<L, _>(span.around(at)));
        let marked = pages().fold(false, |marked, page| {
            let word = table.word(memory, page.start());
            Self::clear::<L>(word, word.load()) || marked
        });
        if marked {
            pages().for_each(|page| (self.report)(page, L::LEVEL));
        }
    }

    /// Clears the bit of an entry that was `raw`, if that is a leaf. Returns whether it had it.
    #[inline(always)]
    fn clear<L: LevelOf<T>>(word: &M::Word, mut raw: u64) -> bool {
        let bit = B::of::<L::Leaf>();
        while let Entry::Leaf(_) = L::decode(raw)
            && raw & bit != 0
        {
            match word.compare_exchange(raw, raw & !bit) {
                Ok(()) => return true,
                Err(found) => raw = found,
            }
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use crate::address::{Address, AddressRange, Hpa, PAGE_SHIFT, RawGpa, Route};
    use crate::arena::Arena;
    use crate::flush::Scope;
    use crate::geometry::Split;
    use crate::page::Page;
    use crate::sample::{Fields, LevelName, Pd, Pt, SharedSample, Width};
    use crate::space::Shared;
    use crate::tree::Tree;
    use std::vec;
    use std::vec::Vec;

    const BASE: u64 = 1 << 47;
    const BLOCK: u64 = 1 << 21;
    const USED: Fields = Fields { accessed: true, dirty: true, ..Fields::RWX };

    fn address(value: u64) -> Address<Shared> {
        let Ok(Route::Shared(address)) = Width::Bits48.route(RawGpa::new(value)) else { panic!("it is shared") };
        address
    }

    fn range(start: u64, bytes: u64) -> AddressRange<Shared> {
        Width::Bits48.range(address(start), bytes).unwrap()
    }

    /// A block that is used, a page that is, and a page that is not.
    fn tree(arena: &Arena) -> Tree<SharedSample, &Arena> {
        let mut tree = Tree::new(Width::Bits48, arena, arena).unwrap();
        let mut cursor = tree.exclusive(arena);
        cursor.map::<Pd, _>(address(BASE), Page::new(Hpa::new(BLOCK)).unwrap(), USED).unwrap();
        cursor.map::<Pt, _>(address(BASE + BLOCK), Page::new(Hpa::new(0x5000)).unwrap(), USED).unwrap();
        cursor.map::<Pt, _>(address(BASE + BLOCK + 0x1000), Page::new(Hpa::new(0x6000)).unwrap(), Fields::RWX).unwrap();
        drop(cursor);
        tree
    }

    fn arena() -> Arena {
        Arena::new(Hpa::new(0x10_0000), 16 << PAGE_SHIFT)
    }

    #[test]
    fn a_page_is_young_once() {
        let arena = arena();
        let tree = tree(&arena);
        assert_eq!(tree.age(range(BASE + 0x1000, 0x1000)), Ok(1), "the block that it is a part of");
        assert_eq!(tree.age(range(BASE, 2 * BLOCK)), Ok(1), "the page");
        assert_eq!(tree.age(range(BASE, 2 * BLOCK)), Ok(0));
        let leaves: Vec<_> = tree.reader().whole().leaves().collect();
        assert!(leaves.iter().all(|leaf| !leaf.attributes.accessed));
        assert_eq!(leaves.iter().filter(|leaf| leaf.attributes.dirty).count(), 2, "what was written stays so");
    }

    #[test]
    fn pages_that_were_written_are_logged_once_and_flushed() {
        let arena = arena();
        let tree = tree(&arena);
        let mut log = vec![];
        let flush = tree.collect_dirty(range(BASE, 2 * BLOCK), |at, level| log.push((at, level))).unwrap();
        assert_eq!(log, [(address(BASE), LevelName::Pd), (address(BASE + BLOCK), LevelName::Pt)]);
        assert_eq!(flush.scope(), Scope::Leaves(range(BASE, BLOCK + 0x1000)));
        let flush = tree.collect_dirty(range(BASE, 2 * BLOCK), |at, _| panic!("{at} is logged twice")).unwrap();
        assert!(!flush.is_needed());
        assert_eq!(tree.age(range(BASE, 2 * BLOCK)), Ok(2), "what was accessed stays so");
    }

    #[test]
    fn what_lies_beyond_the_tree_is_refused() {
        let arena = arena();
        let tree = tree(&arena);
        let Ok(Route::Shared(beyond)) = Width::Bits52.route(RawGpa::new(1 << 51)) else { panic!("it is shared") };
        assert!(tree.age(Width::Bits52.range(beyond, 0x1000).unwrap()).is_err());
    }
}
