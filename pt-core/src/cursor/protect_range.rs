//! Changing the attributes of a range.
//!
//! Blocks that lie only partly in the range are split first, if the change affects them at all. After that
//! nothing can fail for want of memory.

use super::alike::Alike;
use super::change::{Change, Changed, Each, Fixed};
use super::range::{Part, Slots, before, check_alignment, check_inside, entry, parts};
use super::source::TableSource;
use super::split::{Affects as _, Edge};
use super::stale::{DeadTables, Touched};
use super::{Cursor, Interrupted, OldLeaf, Stale};
use crate::access::Access;
use crate::address::{Address, AddressRange};
use crate::entry::Entry;
use crate::error::{Obstacle, ObstacleOf};
use crate::flush::Invalidate;
use crate::format::EntryFormat;
use crate::level::{LevelOf, Levels};
use crate::memory::{Memory, Word};
use crate::table::{Direct, RootVisitor, UsedByCpu, Visible};
use crate::tree::TableOf;

impl<'t, T: Direct + UsedByCpu, M: Memory, S: TableSource, X: Access> Cursor<'t, T, M, S, X> {
    /// Gives all that is mapped in a range new attributes. Holes stay holes.
    ///
    /// Accessed and dirty bits that are set stay set, whatever `attributes` says of them. To clear them, see
    /// [`update_range`](Self::update_range). Blocks that lie partly in the range are split by the table's live
    /// rule, for which `cpus` may be flushed.
    ///
    /// # Errors
    /// As for [`unmap_range`](Self::unmap_range), or [`NotPresent`](Obstacle::NotPresent).
    pub fn protect_range(
        &mut self,
        range: AddressRange<T::Space>,
        attributes: T::Attributes,
        cpus: &mut impl Invalidate<T>,
    ) -> Result<Stale<'t, T, M, S>, Interrupted<'t, T, M, S>> {
        self.change_range(range, cpus, Fixed(attributes, self.config))
    }

    /// Changes the attributes of all that is mapped in a range, each leaf as `change` says. Holes stay holes.
    ///
    /// `change` gets each leaf with the accessed and dirty bits as they are, and decides on all attributes; a bit
    /// that the CPU sets meanwhile is not lost: `change` is called again. It is also asked about blocks that lie
    /// only partly in the range, which are split if it changes them. [Spans](crate::span) that it changes are broken.
    ///
    /// # Errors
    /// As for [`protect_range`](Self::protect_range).
    pub fn update_range(
        &mut self,
        range: AddressRange<T::Space>,
        cpus: &mut impl Invalidate<T>,
        change: impl FnMut(&OldLeaf<T>) -> T::Attributes,
    ) -> Result<Stale<'t, T, M, S>, Interrupted<'t, T, M, S>> {
        self.change_range(range, cpus, Each(change, self.config))
    }

    fn change_range<C: Change<T>>(
        &mut self,
        range: AddressRange<T::Space>,
        cpus: &mut impl Invalidate<T>,
        change: C,
    ) -> Result<Stale<'t, T, M, S>, Interrupted<'t, T, M, S>> {
        self.leave();
        let mut pass = Pass { change, touched: Touched::NOTHING, next: range.start() };
        let changed = T::at_root(self.geometry, Alter { cursor: self, range, pass: &mut pass, cpus });
        let stale = pass.touched.into_stale(self.memory, self.source, DeadTables::NONE);
        match changed {
            Ok(()) => Ok(stale),
            Err(obstacle) => Err(Interrupted { done: before(range, pass.next), obstacle, stale }),
        }
    }
}

/// A change under way.
struct Pass<T: Direct, C> {
    change: C,
    touched: Touched<T::Space>,
    /// Where an error stopped it.
    next: Address<T::Space>,
}

impl<T: Direct, C> Pass<T, C> {
    fn stop(&mut self, at: Address<T::Space>, obstacle: ObstacleOf<T>) -> ObstacleOf<T> {
        self.next = at;
        obstacle
    }
}

impl<T: Direct + UsedByCpu, M: Memory, S: TableSource, X: Access> Cursor<'_, T, M, S, X> {
    /// Changes what the table maps in a range.
    fn alter<L: LevelOf<T>, C: Change<T>>(
        &self,
        table: TableOf<T, L>,
        range: AddressRange<T::Space>,
        pass: &mut Pass<T, C>,
    ) -> Result<(), ObstacleOf<T>> {
        parts::<L, _>(range).try_for_each(|part| match part {
            Part::Whole(range) => self.alter_entries(table, range, pass),
            Part::Within(range) => self.alter_below(table, range, pass),
        })
    }

    /// Changes entries of the table.
    fn alter_entries<L: LevelOf<T>, C: Change<T>>(
        &self,
        table: TableOf<T, L>,
        range: AddressRange<T::Space>,
        pass: &mut Pass<T, C>,
    ) -> Result<(), ObstacleOf<T>> {
        let prepared = if L::LEAVES {
            pass.change.prepare::<L>(range.start()).map_err(|obstacle| pass.stop(range.start(), obstacle))?
        } else {
            0
        };
        let slots = Slots::of::<L>(range);
        let mut changed = false;
        let mut index = slots.first;
        let altered = loop {
            let (next, leaves) = Self::alter_leaves(self.memory, table, slots, index, prepared, pass);
            changed |= leaves;
            if next == slots.end {
                break Ok(());
            }
            let word = self.memory.word(table.frame(), next);
            match self.alter_other::<L, C>(word, prepared, slots.address::<L>(next), pass) {
                Ok(leaf) => changed |= leaf,
                Err(obstacle) => break Err(obstacle),
            }
            index = next + 1;
        };
        if changed {
            pass.touched.add(range);
        }
        altered
    }

    /// Changes leaves, until the end or an entry that is not one. Returns where it stopped, and whether one was changed.
    #[inline(never)]
    fn alter_leaves<L: LevelOf<T>, C: Change<T>>(
        memory: &M, // apart from `self`, so that a direct map stays in registers
        table: TableOf<T, L>,
        slots: Slots<T::Space>,
        mut index: usize,
        prepared: u64,
        pass: &mut Pass<T, C>,
    ) -> (usize, bool) {
        let mut changed = false;
        let mut alike = Alike::<T, L>::NOTHING;
        while index < slots.end {
            let word = memory.word(table.frame(), index);
            let raw = word.load();
            if let Entry::Leaf(leaf) = L::decode(raw) {
                let Ok(new) = pass.change.apply::<L>(prepared, slots.address::<L>(index), leaf) else { break };
                if new != raw {
                    if X::replace(word, raw, new, L::Leaf::HARDWARE).is_err() {
                        break;
                    }
                    changed = true;
                }
                index += 1;
                if exchanges::<T, L, X>(raw) {
                    if changed {
                        index = Self::exchange_leaves(memory, table, slots, index, prepared, pass);
                    }
                } else if C::UNIFORM
                    && let Some(says) = alike.again(raw)
                {
                    let new = new & !L::Leaf::FRAME;
                    index = Alike::<T, L>::replace(memory, table, index, slots.end, says, move |_, frame| new | frame);
                }
            } else if raw == T::ABSENT {
                index += 1;
            } else {
                break;
            }
        }
        (index, changed)
    }

    /// Changes leaves that take an exchange each, until the end or an entry that is not one. Returns where it stopped.
    ///
    /// It is known already that some leaf of the table is changed: nothing is kept of those here.
    #[inline(always)]
    fn exchange_leaves<L: LevelOf<T>, C: Change<T>>(
        memory: &M,
        table: TableOf<T, L>,
        slots: Slots<T::Space>,
        mut index: usize,
        prepared: u64,
        pass: &mut Pass<T, C>,
    ) -> usize {
        while index < slots.end {
            let word = memory.word(table.frame(), index);
            let raw = word.load();
            if let Entry::Leaf(leaf) = L::decode(raw)
                && exchanges::<T, L, X>(raw)
                && let Ok(new) = pass.change.apply::<L>(prepared, slots.address::<L>(index), leaf)
                && word.compare_exchange(raw, new).is_ok()
            {
                index += 1;
            } else {
                break;
            }
        }
        index
    }

    /// Changes what one entry leads to, if that is not a leaf that could be changed at once. Returns whether it was a leaf
    /// that was changed.
    #[inline(never)]
    fn alter_other<L: LevelOf<T>, C: Change<T>>(
        &self,
        word: &M::Word,
        prepared: u64,
        at: Address<T::Space>,
        pass: &mut Pass<T, C>,
    ) -> Result<bool, ObstacleOf<T>> {
        let mut raw = word.load();
        loop {
            match L::decode(raw) {
                Entry::Leaf(leaf) => {
                    let new = match pass.change.apply::<L>(prepared, at, leaf) {
                        Ok(new) => new,
                        Err(obstacle) => return Err(pass.stop(at, obstacle)),
                    };
                    if new == raw {
                        return Ok(false);
                    }
                    match X::replace(word, raw, new, L::Leaf::HARDWARE) {
                        Ok(()) => return Ok(true),
                        Err(found) => raw = found,
                    }
                }
                Entry::Subtable(below) => {
                    let below = TableOf::<T, L::Below>::at(below.frame());
                    return self.alter(below, entry::<L, _>(at), pass).map(|()| false);
                }
                Entry::Absent(_) => return Ok(false),
                entry @ Entry::Frozen => return Err(pass.stop(at, Obstacle::entry::<T, L>(at, entry))),
            }
        }
    }

    /// Changes a range behind one entry of the table.
    fn alter_below<L: LevelOf<T>, C: Change<T>>(
        &self,
        table: TableOf<T, L>,
        range: AddressRange<T::Space>,
        pass: &mut Pass<T, C>,
    ) -> Result<(), ObstacleOf<T>> {
        let at = range.start();
        match L::decode(table.word(self.memory, at).load()) {
            Entry::Subtable(below) => self.alter(TableOf::<T, L::Below>::at(below.frame()), range, pass),
            Entry::Absent(_) => Ok(()),
            Entry::Leaf(leaf) if !Changed(&mut pass.change).affects::<L>(at, leaf) => Ok(()),
            // Blocks that are affected were split: another thread has mapped one since.
            Entry::Leaf(_) if X::PARALLEL => {
                Err(pass.stop(at, Obstacle::Retry { at: at.align_down(L::SHIFT), level: L::LEVEL }))
            }
            other => Err(pass.stop(at, Obstacle::entry::<T, L>(at, other))),
        }
    }
}

/// Whether it takes an exchange to [replace](Access::replace) a leaf.
#[inline(always)]
fn exchanges<T: Visible, L: LevelOf<T>, X: Access>(leaf: u64) -> bool {
    X::PARALLEL || L::Leaf::HARDWARE & !leaf != 0
}

struct Alter<'c, 'r, 't, T: Direct + UsedByCpu, M: Memory, S: TableSource, X: Access, C, I> {
    cursor: &'c Cursor<'t, T, M, S, X>,
    range: AddressRange<T::Space>,
    pass: &'r mut Pass<T, C>,
    cpus: &'r mut I,
}

impl<T, M, S, X, C, I> RootVisitor<T> for Alter<'_, '_, '_, T, M, S, X, C, I>
where
    T: Direct + UsedByCpu,
    M: Memory,
    S: TableSource,
    X: Access,
    C: Change<T>,
    I: Invalidate<T>,
{
    type Output = Result<(), ObstacleOf<T>>;
    fn visit<L: LevelOf<T>>(self) -> Self::Output {
        check_alignment::<T>(self.range, T::Levels::ALL[0])?;
        check_inside::<T, L>(self.range)?;
        let root = TableOf::<T, L>::at(self.cursor.root);
        for edge in Edge::of(self.range) {
            self.cursor.split_edge(
                root,
                edge,
                &mut Changed(&mut self.pass.change),
                self.cpus,
                &mut self.pass.touched,
            )?;
        }
        if !C::UNIFORM {
            self.cursor.break_all(root, self.range, &mut Changed(&mut self.pass.change), self.cpus)?;
        }
        self.cursor.alter(root, self.range, self.pass)
    }
}
