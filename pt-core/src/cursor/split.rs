//! Splitting a block that may be in use into a table of smaller pages that translates alike.
//!
//! The table is filled off-line; then the block's entry changes as the declaration's
//! [live rule](crate::table::LiveRule) says. *In place*, by one replacement: the old translation and the new ones
//! agree, so that the flush may come later. *Break before make*: the entry is frozen, which no CPU translates
//! through, the block is flushed, and only then the table is linked. Every operation that may split takes the
//! CPUs to flush as an argument, so that neither rule can be missed.
//!
//! The accessed and dirty bits of the block go to all of its pages. Those that the CPU sets before the replacement
//! make it fail, and are copied then.

use super::range::entry;
use super::source::TableSource;
use super::stale::{DeadTables, Touched};
use super::template::template;
use super::walk::Stop;
use super::{Cursor, Stale};
use crate::access::Access;
use crate::address::{Address, AddressRange, Hpa};
use crate::entry::Entry;
use crate::error::{Obstacle, ObstacleOf};
use crate::flush::{Flush, Invalidate};
use crate::format::EntryFormat;
use crate::level::{LeafLevelOf, Level, LevelOf, TableLevelOf};
use crate::memory::{Memory, Word};
use crate::space::Space;
use crate::span;
use crate::table::{AddressOf, Direct, LiveRule, UsedByCpu};
use crate::tree::TableOf;

impl<'t, T: Direct + UsedByCpu, M: Memory, S: TableSource, X: Access> Cursor<'t, T, M, S, X> {
    /// Splits the block of level `L` that `at` lies in into a table of pages of the level below, by the table's
    /// live rule: `cpus` are flushed before the table is linked if that is to break before make.
    ///
    /// # Errors
    /// What is there instead of a block: [`Absent`](Obstacle::Absent), a [`Table`](Obstacle::Table), or a
    /// [`Leaf`](Obstacle::Leaf) of a larger size; or [`OutOfTables`](Obstacle::OutOfTables),
    /// [`OutsideTree`](Obstacle::OutsideTree), [`NoSuchLevel`](Obstacle::NoSuchLevel), [`Retry`](Obstacle::Retry).
    /// Nothing was changed then.
    pub fn split<L>(
        &mut self,
        at: impl AddressOf<T>,
        cpus: &mut impl Invalidate<T>,
    ) -> Result<Stale<'t, T, M, S>, ObstacleOf<T>>
    where
        L: LeafLevelOf<T> + TableLevelOf<T, Below: LeafLevelOf<T>>,
    {
        let at = at.address();
        self.leave();
        let table = self.walk::<L, Stop>(at)?;
        let mut touched = Touched::NOTHING;
        match L::decode(table.word(self.memory, at).load()) {
            Entry::Leaf(leaf) if span::of(leaf).is_some() => return Err(Obstacle::spanned::<T, L>(at, leaf)),
            Entry::Leaf(leaf) => self.split_leaf(table, at, leaf, cpus, &mut touched)?,
            entry => return Err(Obstacle::entry::<T, L>(at, entry)),
        }
        Ok(touched.into_stale(self.memory, self.source, DeadTables::NONE))
    }

    /// Replaces `leaf`, which was found in the entry for `at`, by a table.
    ///
    /// # Errors
    /// What is there instead; nothing was changed then.
    fn split_leaf<L: LevelOf<T>>(
        &self,
        table: TableOf<T, L>,
        at: Address<T::Space>,
        leaf: L::Leaf,
        cpus: &mut impl Invalidate<T>,
        touched: &mut Touched<T::Space>,
    ) -> Result<(), ObstacleOf<T>> {
        if !L::TABLES || !L::Below::LEAVES {
            return Err(Obstacle::entry::<T, L>(at, Entry::Leaf(leaf)));
        }
        let child = self.new_table::<L>(at)?;
        let word = table.word(self.memory, at);
        let link = Self::link_entry::<L>(child.frame());
        let in_place = T::LIVE_RULE == LiveRule::InPlace;
        let new = if in_place { link } else { T::FROZEN };
        if let Err(obstacle) = self.replace_by_pages::<L>(word, at, leaf, child, new) {
            self.source.free(child.frame(), L::Below::TABLE_ORDER);
            return Err(obstacle);
        }
        if in_place {
            touched.add(entry::<L, _>(at));
        } else {
            Flush::leaves(entry::<L, _>(at)).flush(cpus);
            let frozen = word.swap(link);
            debug_assert_eq!(frozen, T::FROZEN, "only the thread that has frozen an entry changes it");
        }
        Ok(())
    }

    /// Fills `child` with the pages of `leaf`, and replaces the leaf by `new` as soon as they agree.
    fn replace_by_pages<L: LevelOf<T>>(
        &self,
        word: &M::Word,
        at: Address<T::Space>,
        mut leaf: L::Leaf,
        child: TableOf<T, L::Below>,
        new: u64,
    ) -> Result<(), ObstacleOf<T>> {
        loop {
            let template = template::<T, L::Below>(&L::attributes(leaf), at, self.config)?;
            for index in 0..L::Below::ENTRIES {
                let frame = Hpa::new(leaf.frame().as_u64() + ((index as u64) << L::Below::SHIFT));
                let page = template | <L::Below as LevelOf<T>>::Leaf::frame_bits(frame);
                self.memory.word(child.frame(), index).store(page);
            }
            let found = match X::replace(word, leaf.bits(), new, L::Leaf::HARDWARE) {
                Ok(()) => break,
                Err(found) => found,
            };
            match L::decode(found) {
                Entry::Leaf(found) => leaf = found,
                entry => return Err(Obstacle::entry::<T, L>(at, entry)),
            }
        }
        self.close_count(child.frame(), 1 << L::Below::INDEX_BITS);
        Ok(())
    }

    /// Splits blocks until `edge` lies between two entries, unless what is to be done does not affect them.
    pub(super) fn split_edge<L: LevelOf<T>>(
        &self,
        table: TableOf<T, L>,
        edge: Edge<T::Space>,
        operation: &mut impl Affects<T>,
        cpus: &mut impl Invalidate<T>,
        touched: &mut Touched<T::Space>,
    ) -> Result<(), ObstacleOf<T>> {
        let at = edge.inside();
        self.break_at(table, edge, operation, cpus)?;
        while L::TABLES && !edge.is_between(L::SHIFT) {
            match L::decode(table.word(self.memory, at).load()) {
                Entry::Subtable(below) => {
                    let below = TableOf::<T, L::Below>::at(below.frame());
                    return self.split_edge(below, edge, operation, cpus, touched);
                }
                Entry::Leaf(leaf) if operation.affects::<L>(at, leaf) => {
                    match self.split_leaf(table, at, leaf, cpus, touched) {
                        // Split; or split or unmapped by another thread: look again.
                        Ok(()) | Err(Obstacle::Table { .. } | Obstacle::Absent { .. }) => {}
                        Err(obstacle) => return Err(obstacle),
                    }
                }
                Entry::Leaf(_) | Entry::Absent(_) => return Ok(()),
                Entry::Frozen => return Err(Obstacle::Retry { at: at.align_down(L::SHIFT), level: L::LEVEL }),
            }
        }
        Ok(())
    }
}

/// What an operation on a range does to a block that lies only partly in the range.
pub(super) trait Affects<T: Direct> {
    /// Whether the block must be split.
    fn affects<L: LevelOf<T>>(&mut self, at: Address<T::Space>, leaf: L::Leaf) -> bool;
}

/// One of the two ends of a range.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub(crate) enum Edge<S: Space> {
    /// Before this address.
    Start(Address<S>),
    /// Behind this address, the last of the range.
    End(Address<S>),
}

impl<S: Space> Edge<S> {
    /// Both ends of a range.
    pub(crate) const fn of(range: AddressRange<S>) -> [Self; 2] {
        [Self::Start(range.start()), Self::End(range.last())]
    }

    /// The address on its inner side.
    pub(crate) const fn inside(self) -> Address<S> {
        match self {
            Self::Start(at) | Self::End(at) => at,
        }
    }

    /// Whether it lies between two blocks of `1 << shift` bytes.
    pub(crate) const fn is_between(self, shift: u32) -> bool {
        match self {
            Self::Start(at) => at.is_aligned(shift),
            Self::End(at) => at.offset(shift) == (1 << shift) - 1,
        }
    }
}
