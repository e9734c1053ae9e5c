//! Unmapping a range.
//!
//! Blocks that lie only partly in the range are split first. After that nothing can fail for want of memory. A
//! table that lies wholly in the range is unlinked by one write, with everything below it, so that a large range
//! costs a few instructions a table. What is below is taken apart only then: under exclusive access to find the
//! tables, and the leaves if somebody watches them; under parallel access (protocol P5 of KVM's TDP MMU) to freeze
//! every entry besides, since a thread may have walked into the table just before and must not write to it any
//! more.

use super::alike::Alike;
use super::range::{Part, Slots, before, check_alignment, check_inside, parts};
use super::source::{Retires, TableSource};
use super::split::{Affects, Edge};
use super::stale::{DeadTables, Touched};
use super::{Cursor, Interrupted, OldLeaf, Stale};
use crate::access::Access;
use crate::address::{Address, AddressRange};
use crate::entry::Entry;
use crate::error::{Obstacle, ObstacleOf};
use crate::flush::Invalidate;
use crate::format::EntryFormat;
use crate::level::{Level, LevelOf, Levels};
use crate::memory::{Memory, Word};
use crate::table::{Direct, RootVisitor, UsedByCpu};
use crate::tree::TableOf;

impl<'t, T: Direct + UsedByCpu, M: Memory, S: Retires, X: Access> Cursor<'t, T, M, S, X> {
    /// Unmaps all that is mapped in a range, and shows each leaf to `watch`, with the accessed and dirty bits that
    /// the CPU had set. A page must not be used for anything else before the flush.
    ///
    /// Blocks that lie partly in the range are split by the table's live rule, for which `cpus` may be flushed.
    /// Payloads of absent entries are cleared too.
    ///
    /// # Errors
    /// How far it got, what is stale because of that, and what stood in the way:
    /// [`OutOfTables`](Obstacle::OutOfTables) for a split, before anything was unmapped; a block
    /// ([`Leaf`](Obstacle::Leaf)) that cannot be split, since the level below has no leaves;
    /// [`OutsideTree`](Obstacle::OutsideTree); [`Misaligned`](Obstacle::Misaligned); or
    /// [`Retry`](Obstacle::Retry).
    pub fn unmap_range(
        &mut self,
        range: AddressRange<T::Space>,
        cpus: &mut impl Invalidate<T>,
        watch: impl FnMut(OldLeaf<T>),
    ) -> Result<Stale<'t, T, M, S>, Interrupted<'t, T, M, S>> {
        self.remove_range(range, cpus, Watch(watch))
    }

    /// Unmaps all that is mapped in a range, without looking at what it was. Wholly covered tables cost a few
    /// instructions each, however many pages they map.
    ///
    /// # Errors
    /// As for [`unmap_range`](Self::unmap_range).
    pub fn clear_range(
        &mut self,
        range: AddressRange<T::Space>,
        cpus: &mut impl Invalidate<T>,
    ) -> Result<Stale<'t, T, M, S>, Interrupted<'t, T, M, S>> {
        self.remove_range(range, cpus, Ignore)
    }

    fn remove_range<W: Watcher<T>>(
        &mut self,
        range: AddressRange<T::Space>,
        cpus: &mut impl Invalidate<T>,
        watcher: W,
    ) -> Result<Stale<'t, T, M, S>, Interrupted<'t, T, M, S>> {
        self.leave();
        let mut removal = Removal { watcher, touched: Touched::NOTHING, dead: DeadTables::NONE, next: range.start() };
        let removed = T::at_root(self.geometry, Remove { cursor: self, range, removal: &mut removal, cpus });
        let stale = removal.touched.into_stale(self.memory, self.source, removal.dead);
        match removed {
            Ok(()) => Ok(stale),
            Err(obstacle) => Err(Interrupted { done: before(range, removal.next), obstacle, stale }),
        }
    }
}

/// Who looks at the leaves that are removed.
trait Watcher<T: Direct> {
    /// Whether it looks at all.
    const WATCHES: bool;
    fn leaf<L: LevelOf<T>>(&mut self, at: Address<T::Space>, leaf: L::Leaf);
}

struct Watch<F>(F);
impl<T: Direct, F: FnMut(OldLeaf<T>)> Watcher<T> for Watch<F> {
    const WATCHES: bool = true;
    #[inline(always)]
    fn leaf<L: LevelOf<T>>(&mut self, at: Address<T::Space>, leaf: L::Leaf) {
        (self.0)(OldLeaf::new::<L>(at, leaf));
    }
}

struct Ignore;
impl<T: Direct> Watcher<T> for Ignore {
    const WATCHES: bool = false;
    #[inline(always)]
    fn leaf<L: LevelOf<T>>(&mut self, _at: Address<T::Space>, _leaf: L::Leaf) {}
}

/// A removal under way.
struct Removal<T: Direct, W> {
    watcher: W,
    touched: Touched<T::Space>,
    dead: DeadTables,
    /// Where an error stopped it.
    next: Address<T::Space>,
}

impl<T: Direct, W> Removal<T, W> {
    fn stop(&mut self, at: Address<T::Space>, obstacle: ObstacleOf<T>) -> ObstacleOf<T> {
        self.next = at;
        obstacle
    }
}

/// A removal affects every block.
struct Every;
impl<T: Direct> Affects<T> for Every {
    fn affects<L: LevelOf<T>>(&mut self, _at: Address<T::Space>, _leaf: L::Leaf) -> bool {
        true
    }
}

impl<T: Direct + UsedByCpu, M: Memory, S: TableSource, X: Access> Cursor<'_, T, M, S, X> {
    /// Removes what the table maps in a range. Only its first and its last entry may lie in it partly; they are
    /// not leaves any more.
    fn clear<L: LevelOf<T>, W: Watcher<T>>(
        &self,
        table: TableOf<T, L>,
        range: AddressRange<T::Space>,
        removal: &mut Removal<T, W>,
    ) -> Result<(), ObstacleOf<T>> {
        let mut count = self.open_count(table.frame());
        let cleared = parts::<L, _>(range).try_for_each(|part| match part {
            Part::Whole(range) => self.clear_entries(table, range, removal, &mut count),
            Part::Within(range) => self.clear_below(table, range, removal, &mut count),
        });
        self.close_count(table.frame(), count);
        cleared
    }

    /// Clears entries of the table.
    fn clear_entries<L: LevelOf<T>, W: Watcher<T>>(
        &self,
        table: TableOf<T, L>,
        range: AddressRange<T::Space>,
        removal: &mut Removal<T, W>,
        live: &mut i64,
    ) -> Result<(), ObstacleOf<T>> {
        let slots = Slots::of::<L>(range);
        let before = *live;
        let mut index = slots.first;
        let cleared = loop {
            let (next, leaves) = Self::clear_leaves(self.memory, table, slots, index, removal);
            *live -= leaves;
            if next == slots.end {
                break Ok(());
            }
            let word = self.memory.word(table.frame(), next);
            if let Err(obstacle) = self.clear_other::<L, W>(word, slots.address::<L>(next), removal, live) {
                break Err(obstacle);
            }
            index = next + 1;
        };
        if *live != before {
            removal.touched.add(range);
        }
        cleared
    }

    /// Clears leaves, until the end or an entry that is not one. Returns where it stopped, and how many it cleared.
    #[inline(never)]
    fn clear_leaves<L: LevelOf<T>, W: Watcher<T>>(
        memory: &M, // apart from `self`, so that a direct map stays in registers
        table: TableOf<T, L>,
        slots: Slots<T::Space>,
        mut index: usize,
        removal: &mut Removal<T, W>,
    ) -> (usize, i64) {
        let hardware = if W::WATCHES { L::Leaf::HARDWARE } else { 0 };
        let mut leaves = 0;
        let mut alike = Alike::<T, L>::NOTHING;
        while index < slots.end {
            let word = memory.word(table.frame(), index);
            let raw = word.load();
            if let Entry::Leaf(leaf) = L::decode(raw) {
                if X::replace(word, raw, T::ABSENT, hardware).is_err() {
                    break;
                }
                leaves += 1;
                removal.watcher.leaf::<L>(slots.address::<L>(index), leaf);
                index += 1;
                if !X::PARALLEL
                    && hardware & !raw == 0
                    && let Some(says) = alike.again(raw)
                {
                    let (first, watcher) = (index, &mut removal.watcher);
                    index = Alike::<T, L>::replace(memory, table, index, slots.end, says, move |index, frame| {
                        watcher.leaf::<L>(slots.address::<L>(index), L::Leaf::from_bits(says | frame));
                        T::ABSENT
                    });
                    leaves += i64::try_from(index - first).unwrap_or(0);
                }
            } else if raw == T::ABSENT {
                index += 1;
            } else {
                break;
            }
        }
        (index, leaves)
    }

    /// Clears an entry that is not a leaf that could be cleared at once.
    #[inline(never)]
    fn clear_other<L: LevelOf<T>, W: Watcher<T>>(
        &self,
        word: &M::Word,
        at: Address<T::Space>,
        removal: &mut Removal<T, W>,
        live: &mut i64,
    ) -> Result<(), ObstacleOf<T>> {
        let mut raw = word.load();
        while raw != T::ABSENT {
            let entry = L::decode(raw);
            if entry == Entry::Frozen {
                return Err(removal.stop(at, Obstacle::entry::<T, L>(at, entry)));
            }
            match X::replace(word, raw, T::ABSENT, if W::WATCHES { L::Leaf::HARDWARE } else { 0 }) {
                Ok(()) => {
                    *live -= 1;
                    match entry {
                        Entry::Leaf(leaf) => removal.watcher.leaf::<L>(at, leaf),
                        Entry::Subtable(below) => {
                            Self::bury(self.memory, TableOf::<T, L::Below>::at(below.frame()), at, removal);
                        }
                        Entry::Absent(_) | Entry::Frozen => {}
                    }
                    return Ok(());
                }
                Err(found) => raw = found,
            }
        }
        Ok(())
    }

    /// Takes apart a table that was just unlinked, and everything below it. It translated from `start` on.
    fn bury<L: LevelOf<T>, W: Watcher<T>>(
        memory: &M, // apart from `self`, so that a direct map stays in registers
        table: TableOf<T, L>,
        start: Address<T::Space>,
        removal: &mut Removal<T, W>,
    ) {
        let entries = if L::TABLES || W::WATCHES || X::PARALLEL { L::ENTRIES } else { 0 };
        let address = move |index: usize| Address::new(start.as_u64() + ((index as u64) << L::SHIFT));
        let mut alike = Alike::<T, L>::NOTHING;
        let mut index = 0;
        while index < entries {
            let at = address(index);
            let word = memory.word(table.frame(), index);
            index += 1;
            let raw = if X::PARALLEL { Self::drain(word) } else { word.load() };
            match L::decode(raw) {
                Entry::Leaf(leaf) if W::WATCHES => {
                    // Until the flush a CPU may reach this table, and set bits of a leaf that is still there.
                    let all_set = leaf.bits() & L::Leaf::HARDWARE == L::Leaf::HARDWARE;
                    let is_final = X::PARALLEL || all_set;
                    let leaf = if is_final { leaf } else { L::Leaf::from_bits(word.swap(T::ABSENT)) };
                    removal.watcher.leaf::<L>(at, leaf);
                    if !X::PARALLEL
                        && all_set
                        && let Some(says) = alike.again(raw)
                    {
                        let watcher = &mut removal.watcher;
                        index = Alike::<T, L>::visit(memory, table, index, entries, says, move |index, frame| {
                            watcher.leaf::<L>(address(index), L::Leaf::from_bits(says | frame));
                        });
                    }
                }
                Entry::Subtable(below) => Self::bury(memory, TableOf::<T, L::Below>::at(below.frame()), at, removal),
                _ => {}
            }
        }
        removal.dead.push(memory, table.frame(), L::TABLE_ORDER);
    }

    /// Takes what is in an entry of an unlinked table, and freezes the entry for good. A thread that has it frozen
    /// is waited for.
    fn drain(word: &M::Word) -> u64 {
        loop {
            let raw = word.swap(T::FROZEN);
            if raw != T::FROZEN {
                return raw;
            }
            while word.load() == T::FROZEN {
                core::hint::spin_loop();
            }
        }
    }

    /// Removes a range behind one entry of the table, and the table there if it becomes empty.
    fn clear_below<L: LevelOf<T>, W: Watcher<T>>(
        &self,
        table: TableOf<T, L>,
        range: AddressRange<T::Space>,
        removal: &mut Removal<T, W>,
        live: &mut i64,
    ) -> Result<(), ObstacleOf<T>> {
        let at = range.start();
        let word = table.word(self.memory, at);
        let child = match L::decode(word.load()) {
            Entry::Subtable(below) => TableOf::<T, L::Below>::at(below.frame()),
            Entry::Absent(_) => return Ok(()),
            // Blocks here were split: another thread has mapped one since.
            Entry::Leaf(_) if X::PARALLEL => {
                return Err(removal.stop(at, Obstacle::Retry { at: at.align_down(L::SHIFT), level: L::LEVEL }));
            }
            other => return Err(removal.stop(at, Obstacle::entry::<T, L>(at, other))),
        };
        let cleared = self.clear(child, range, removal);
        if !X::PARALLEL {
            let count = self.known_count(child, self.open_count(child.frame()));
            if count == 0 {
                word.store(T::ABSENT);
                *live -= 1;
                removal.touched.add(range);
                removal.dead.push(self.memory, child.frame(), L::Below::TABLE_ORDER);
            } else {
                self.close_count(child.frame(), count);
            }
        }
        cleared
    }
}

struct Remove<'c, 'r, 't, T: Direct + UsedByCpu, M: Memory, S: TableSource, X: Access, W, I> {
    cursor: &'c Cursor<'t, T, M, S, X>,
    range: AddressRange<T::Space>,
    removal: &'r mut Removal<T, W>,
    cpus: &'r mut I,
}

impl<T, M, S, X, W, I> RootVisitor<T> for Remove<'_, '_, '_, T, M, S, X, W, I>
where
    T: Direct + UsedByCpu,
    M: Memory,
    S: TableSource,
    X: Access,
    W: Watcher<T>,
    I: Invalidate<T>,
{
    type Output = Result<(), ObstacleOf<T>>;
    fn visit<L: LevelOf<T>>(self) -> Self::Output {
        check_alignment::<T>(self.range, T::Levels::ALL[0])?;
        check_inside::<T, L>(self.range)?;
        let root = TableOf::<T, L>::at(self.cursor.root);
        for edge in Edge::of(self.range) {
            self.cursor.split_edge(root, edge, &mut Every, self.cpus, &mut self.removal.touched)?;
        }
        self.cursor.clear(root, self.range, self.removal)
    }
}
