//! The plan of mapping a range.

use super::Plan;
use crate::address::AddressRange;
use crate::cursor::map_range::Run;
use crate::cursor::range::{Part, check_alignment, check_inside, count, entries, entry, parts};
use crate::entry::Entry;
use crate::error::{Obstacle, ObstacleOf};
use crate::format::EntryFormat;
use crate::level::{LeafLevelOf, LevelOf};
use crate::memory::{Memory, Word};
use crate::page::PageOf;
use crate::table::{Direct, RootVisitor, Visible};
use crate::tree::{TableOf, Tree};

impl<T: Visible, M: Memory> Tree<T, M> {
    /// What [`Cursor::map_range`](crate::Cursor::map_range) would do with these arguments, for a cursor that is
    /// limited to blocks of `largest`, if that is given. A mapping leaves nothing stale.
    ///
    /// # Errors
    /// What would stand in its way.
    pub fn plan_map_range<L: LeafLevelOf<T>, P: PageOf<T, L>>(
        &self,
        range: AddressRange<T::Space>,
        first: &P,
        attributes: T::Attributes,
        largest: Option<T::Levels>,
    ) -> Result<Plan<T>, ObstacleOf<T>>
    where
        T: Direct,
    {
        let run = Run::new::<L>(range, first.frame(), attributes, self.config(), largest);
        check_alignment::<T>(range, L::LEVEL)?;
        run.leaf::<L>(range)?;
        T::at_root(self.geometry(), Survey { tree: self, range, run, plan: Plan::new() })
    }
}

struct Survey<'a, T: Visible, M: Memory> {
    tree: &'a Tree<T, M>,
    range: AddressRange<T::Space>,
    run: Run<T>,
    plan: Plan<T>,
}

impl<T: Visible, M: Memory> RootVisitor<T> for Survey<'_, T, M> {
    type Output = Result<Plan<T>, ObstacleOf<T>>;
    fn visit<L: LevelOf<T>>(mut self) -> Self::Output {
        check_inside::<T, L>(self.range)?;
        self.table(TableOf::<T, L>::at(self.tree.root()), self.range)?;
        Ok(self.plan)
    }
}

impl<T: Visible, M: Memory> Survey<'_, T, M> {
    /// Plans for a table that is there.
    fn table<L: LevelOf<T>>(
        &mut self,
        table: TableOf<T, L>,
        range: AddressRange<T::Space>,
    ) -> Result<(), ObstacleOf<T>> {
        for part in parts::<L, _>(range) {
            match part {
                Part::Whole(range) => entries::<L, _>(range).try_for_each(|entry| self.entry(table, entry, true))?,
                Part::Within(range) => self.entry(table, range, false)?,
            }
        }
        Ok(())
    }

    /// Plans for one entry; `whole` if the range covers it wholly.
    fn entry<L: LevelOf<T>>(
        &mut self,
        table: TableOf<T, L>,
        range: AddressRange<T::Space>,
        whole: bool,
    ) -> Result<(), ObstacleOf<T>> {
        let at = range.start();
        match L::decode(table.word(self.tree.memory(), at).load()) {
            Entry::Absent(_) => {
                self.absent::<L>(range, whole, 1);
                Ok(())
            }
            Entry::Subtable(below) if L::NUMBER > self.run.smallest => {
                self.table(TableOf::<T, L::Below>::at(below.frame()), range)
            }
            entry => Err(Obstacle::entry::<T, L>(at, entry)),
        }
    }

    /// Plans for `times` absent entries of level `L`, all of them as the one that translates `range`.
    fn absent<L: LevelOf<T>>(&mut self, range: AddressRange<T::Space>, whole: bool, times: u64) {
        if whole && self.run.uses::<L>() {
            return self.plan.add_leaves::<L>(times);
        }
        if !L::TABLES {
            return;
        }
        self.plan.tables += times as usize;
        for part in parts::<L::Below, _>(range) {
            match part {
                Part::Whole(range) => {
                    let one = entry::<L::Below, _>(range.start());
                    self.absent::<L::Below>(one, true, times * count::<L::Below, _>(range) as u64);
                }
                Part::Within(range) => self.absent::<L::Below>(range, false, times),
            }
        }
    }
}
