//! The plan of unmapping a range, or of changing its attributes.

use super::Plan;
use crate::address::{Address, AddressRange, Hpa};
use crate::cursor::range::{Part, check_alignment, check_inside, count, entries, entry, parts};
use crate::cursor::split::Edge;
use crate::cursor::template::{template, with_history};
use crate::entry::Entry;
use crate::error::{Obstacle, ObstacleOf};
use crate::format::EntryFormat;
use crate::level::{Level, LevelOf, Levels};
use crate::memory::{Memory, Word};
use crate::span;
use crate::table::{Direct, LiveRule, RootVisitor, Visible};
use crate::tree::{TableOf, Tree};

impl<T: Visible, M: Memory> Tree<T, M> {
    /// What [`Cursor::unmap_range`](crate::Cursor::unmap_range) or
    /// [`Cursor::clear_range`](crate::Cursor::clear_range) would do to this range under exclusive access.
    ///
    /// # Errors
    /// What would stand in its way.
    pub fn plan_unmap_range(&self, range: AddressRange<T::Space>) -> Result<Plan<T>, ObstacleOf<T>>
    where
        T: Direct,
    {
        self.plan_change(range, Change::Remove)
    }

    /// What [`Cursor::protect_range`](crate::Cursor::protect_range) would do with these arguments.
    ///
    /// # Errors
    /// What would stand in its way.
    pub fn plan_protect_range(
        &self,
        range: AddressRange<T::Space>,
        attributes: T::Attributes,
    ) -> Result<Plan<T>, ObstacleOf<T>>
    where
        T: Direct,
    {
        self.plan_change(range, Change::Protect(attributes))
    }

    fn plan_change(
        &self,
        range: AddressRange<T::Space>,
        change: Change<T::Attributes>,
    ) -> Result<Plan<T>, ObstacleOf<T>> {
        check_alignment::<T>(range, T::Levels::ALL[0])?;
        T::at_root(self.geometry(), Survey { tree: self, range, change, plan: Plan::new() })
    }
}

/// What happens to leaves.
#[derive(Copy, Clone)]
enum Change<A> {
    Remove,
    Protect(A),
}

struct Survey<'a, T: Visible, M: Memory> {
    tree: &'a Tree<T, M>,
    range: AddressRange<T::Space>,
    change: Change<T::Attributes>,
    plan: Plan<T>,
}

impl<T: Visible, M: Memory> RootVisitor<T> for Survey<'_, T, M> {
    type Output = Result<Plan<T>, ObstacleOf<T>>;
    fn visit<L: LevelOf<T>>(mut self) -> Self::Output {
        check_inside::<T, L>(self.range)?;
        self.spans(TableOf::<T, L>::at(self.tree.root()))?;
        self.table(TableOf::<T, L>::at(self.tree.root()), self.range)?;
        Ok(self.plan)
    }
}

impl<T: Visible, M: Memory> Survey<'_, T, M> {
    /// Plans for the spans that the ends of the range cut: they are broken first.
    fn spans<L: LevelOf<T>>(&mut self, root: TableOf<T, L>) -> Result<(), ObstacleOf<T>> {
        if L::SPANS {
            let [start, end] = Edge::of(self.range);
            let (first, last) = (self.cut(root, start)?, self.cut(root, end)?);
            self.plan.spans += u64::from(first.is_some()) + u64::from(last.is_some() && first != last);
        }
        Ok(())
    }

    /// The span that `edge` cuts and the operation changes.
    fn cut<L: LevelOf<T>>(
        &self,
        table: TableOf<T, L>,
        edge: Edge<T::Space>,
    ) -> Result<Option<AddressRange<T::Space>>, ObstacleOf<T>> {
        let at = edge.inside();
        match L::decode(table.word(self.tree.memory(), at).load()) {
            Entry::Leaf(leaf) => match span::of(leaf).filter(|span| !edge.is_between(span.shift())) {
                Some(span) if self.affects::<L>(at, leaf)? => Ok(Some(span.around(at))),
                _ => Ok(None),
            },
            Entry::Subtable(below) if !edge.is_between(L::SHIFT) => {
                self.cut(TableOf::<T, L::Below>::at(below.frame()), edge)
            }
            Entry::Subtable(_) | Entry::Absent(_) | Entry::Frozen => Ok(None),
        }
    }

    /// Plans for a table. Returns how many of its entries become absent.
    fn table<L: LevelOf<T>>(
        &mut self,
        table: TableOf<T, L>,
        range: AddressRange<T::Space>,
    ) -> Result<u64, ObstacleOf<T>> {
        let mut gone = 0;
        for part in parts::<L, _>(range) {
            gone += match part {
                Part::Whole(range) => self.entries(table, range)?,
                Part::Within(range) => self.below(table, range)?,
            };
        }
        Ok(gone)
    }

    /// Plans for entries that the range covers wholly.
    fn entries<L: LevelOf<T>>(
        &mut self,
        table: TableOf<T, L>,
        range: AddressRange<T::Space>,
    ) -> Result<u64, ObstacleOf<T>> {
        let removes = matches!(self.change, Change::Remove);
        let (mut gone, mut changed) = (0, false);
        for entry in entries::<L, _>(range) {
            let raw = table.word(self.tree.memory(), entry.start()).load();
            match L::decode(raw) {
                Entry::Leaf(leaf) => {
                    let affected = self.affects::<L>(entry.start(), leaf)?;
                    self.plan.add_leaves::<L>(u64::from(affected));
                    changed |= affected;
                }
                Entry::Subtable(below) => {
                    let below = TableOf::<T, L::Below>::at(below.frame());
                    if removes {
                        self.buried(below);
                    } else {
                        self.table(below, entry)?;
                    }
                }
                Entry::Absent(_) => {}
                frozen @ Entry::Frozen => return Err(Obstacle::entry::<T, L>(entry.start(), frozen)),
            }
            gone += u64::from(removes && raw != T::ABSENT);
        }
        if changed || gone > 0 {
            self.plan.touch(range);
        }
        Ok(gone)
    }

    /// Counts a table that is unlinked as a whole, and what it leads to.
    fn buried<L: LevelOf<T>>(&mut self, table: TableOf<T, L>) {
        self.plan.freed += 1;
        for index in 0..L::ENTRIES {
            match L::decode(self.tree.memory().word(table.frame(), index).load()) {
                Entry::Leaf(_) => self.plan.add_leaves::<L>(1),
                Entry::Subtable(below) => self.buried(TableOf::<T, L::Below>::at(below.frame())),
                Entry::Absent(_) | Entry::Frozen => {}
            }
        }
    }

    /// Plans for a range behind one entry.
    fn below<L: LevelOf<T>>(
        &mut self,
        table: TableOf<T, L>,
        range: AddressRange<T::Space>,
    ) -> Result<u64, ObstacleOf<T>> {
        let at = range.start();
        match L::decode(table.word(self.tree.memory(), at).load()) {
            Entry::Absent(_) => Ok(0),
            Entry::Leaf(leaf) => self.split::<L>(leaf, range).map(|()| 0),
            Entry::Subtable(below) => {
                let below = TableOf::<T, L::Below>::at(below.frame());
                let gone = self.table(below, range)?;
                if gone == 0 || gone < self.live(below) {
                    return Ok(0);
                }
                self.plan.freed += 1;
                self.plan.touch(range);
                Ok(1)
            }
            frozen @ Entry::Frozen => Err(Obstacle::entry::<T, L>(at, frozen)),
        }
    }

    /// Plans for a leaf that the range covers in part: it is split, if it is affected.
    fn split<L: LevelOf<T>>(&mut self, leaf: L::Leaf, range: AddressRange<T::Space>) -> Result<(), ObstacleOf<T>> {
        if !self.affects::<L>(range.start(), leaf)? {
            return Ok(());
        }
        if !L::TABLES || !L::Below::LEAVES {
            return Err(Obstacle::entry::<T, L>(range.start(), Entry::Leaf(leaf)));
        }
        self.plan.tables += 1;
        self.plan.splits[usize::from(L::NUMBER)] += 1;
        if T::LIVE_RULE == LiveRule::InPlace {
            self.plan.touch(entry::<L, _>(range.start()));
        }
        for part in parts::<L::Below, _>(range) {
            match part {
                Part::Whole(range) => {
                    let at = range.start();
                    if self.affects::<L::Below>(at, self.page_of::<L>(leaf, at)?)? {
                        self.plan.add_leaves::<L::Below>(count::<L::Below, _>(range) as u64);
                        self.plan.touch(range);
                    }
                }
                Part::Within(range) => self.split::<L::Below>(self.page_of::<L>(leaf, range.start())?, range)?,
            }
        }
        Ok(())
    }

    /// Whether the operation changes the leaf.
    fn affects<L: LevelOf<T>>(&self, at: Address<T::Space>, leaf: L::Leaf) -> Result<bool, ObstacleOf<T>> {
        match &self.change {
            Change::Remove => Ok(true),
            Change::Protect(attributes) => {
                let template = template::<T, L>(attributes, at, self.tree.config())?;
                Ok(with_history::<T, L>(template, leaf) != leaf.bits())
            }
        }
    }

    /// How many entries of the table are in use. It is counted if its record does not say: a plan writes nothing.
    fn live<L: LevelOf<T>>(&self, table: TableOf<T, L>) -> u64 {
        let memory = self.tree.memory();
        memory.record(table.frame()).counted().unwrap_or_else(|| {
            let in_use = |&index: &usize| memory.word(table.frame(), index).load() != T::ABSENT;
            (0..L::ENTRIES).filter(in_use).count() as u64
        })
    }

    /// The page that a split of `block` makes for `at`.
    fn page_of<L: LevelOf<T>>(
        &self,
        block: L::Leaf,
        at: Address<T::Space>,
    ) -> Result<<L::Below as LevelOf<T>>::Leaf, ObstacleOf<T>> {
        let offset = at.align_down(L::Below::SHIFT).offset(L::SHIFT);
        let frame = <L::Below as LevelOf<T>>::Leaf::frame_bits(Hpa::new(block.frame().as_u64() + offset));
        let template = template::<T, L::Below>(&L::attributes(block), at, self.tree.config())?;
        Ok(<L::Below as LevelOf<T>>::Leaf::from_bits(template | frame))
    }
}
