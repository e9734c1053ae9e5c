//! Splitting a private block: block, track, kick, then the split hook replaces the leaf by a full table of leaves
//! one level below.
//!
//! The new table is filled before the hook is called, and linked after it. A split that is refused is unblocked
//! again, and the block is as it was.

use super::Removal;
use super::block::BlockLeaves;
use super::monitor::{Kick, Monitor};
use super::unblock::unblock;
use crate::address::{AddressRange, Gpa, Hpa};
use crate::allocator::{OutOfTables, Reserve, TableAllocator};
use crate::format::EntryFormat;
use crate::hook::{Block, Split, Track, Tracked, Unblock};
use crate::level::{LevelOf, Levels};
use crate::memory::{Memory, Word};
use crate::pair::Leaked;
use crate::pair::error::{Cause, EntryError, RemovalError};
use crate::pair::range::{Below, Visitor, page, visit};
use crate::pair::slot::{self, Place, Slot};
use crate::pair::tables::Unlinked;
use crate::space::Private;
use crate::table::{AddressOf, Propagating};
use crate::tree::TableOf;

/// The most leaves that are split with one track: one sticks out of a range at its head, one at its tail.
const EDGES: usize = 2;

impl<T, M, A, H, K> Removal<'_, '_, T, M, A, H, K>
where
    T: Block<H> + Track<H> + Unblock<H> + Split<H>,
    M: Memory,
    A: TableAllocator,
    K: Kick,
{
    /// Splits the leaf that maps `address` into leaves one level below.
    ///
    /// # Errors
    /// What stood in the way. The leaf is as it was; or blocked, if the monitor does not let it be unblocked, or
    /// never finishes.
    pub fn split(&mut self, address: impl AddressOf<T>) -> Result<(), RemovalError<T::Levels>> {
        let address = address.address();
        let leaf = self.leaf(address)?;
        let none = || EntryError::new(address, T::Levels::ALL[0], T::ABSENT, Cause::NotMapped);
        self.split_leaves([Some(leaf.ok_or_else(none)?), None])
    }

    /// Splits the leaves that stick out of `range`, until none does.
    pub(super) fn split_edges(&mut self, range: AddressRange<Private>) -> Result<(), RemovalError<T::Levels>> {
        loop {
            let head = self.leaf(range.start())?.filter(|leaf| !range.covers(leaf.range));
            let tail = self.leaf(range.last())?.filter(|leaf| !range.covers(leaf.range));
            // One leaf may stick out at both ends.
            let tail = tail.filter(|tail| head.is_none_or(|head| head.range != tail.range));
            if head.is_none() && tail.is_none() {
                return Ok(());
            }
            self.split_leaves([head, tail])?;
        }
    }

    /// The leaf that maps an address, blocked or not.
    fn leaf(&self, address: Gpa<Private>) -> Result<Option<Leaf<T::Levels>>, EntryError<T::Levels>> {
        let mut find = FindLeaf { found: None };
        visit(self.tree, page::<T>(address), &mut find)?;
        Ok(find.found)
    }

    /// Splits leaves, with one track for all of them.
    fn split_leaves(&mut self, leaves: [Option<Leaf<T::Levels>>; EDGES]) -> Result<(), RemovalError<T::Levels>> {
        let leaves = || leaves.iter().flatten();
        let Some(first) = leaves().next() else { return Ok(()) };
        if let Some(whole) = leaves().find(|leaf| !<T as Split<H>>::LEVELS.contains(&leaf.level)) {
            return Err(whole.error(Cause::NoHook).into());
        }
        let reserve = Reserve::<A, { 2 * EDGES }>::take(self.allocator, 2 * leaves().count());
        let reserve = reserve.map_err(|out| first.error(Cause::OutOfTables(out)))?;

        let mut visitor = BlockLeaves { monitor: &mut self.monitor, within: None, leaves: 0 };
        let blocked = leaves().try_for_each(|leaf| visit(self.tree, page::<T>(leaf.range.start()), &mut visitor));
        if visitor.leaves == 0 {
            return blocked.map_err(RemovalError::Entry);
        }
        self.new_epoch()?;
        self.unblocked += 1;
        let mut visitor = SplitLeaf { monitor: &mut self.monitor, reserve: &reserve, leaked: self.leaked };
        let mut split = || leaves().try_for_each(|leaf| visit(self.tree, page::<T>(leaf.range.start()), &mut visitor));
        blocked.and_then(|()| split()).map_err(|error| {
            // What was blocked for nothing is put back, as far as the monitor lets it: the first error is reported.
            for leaf in leaves().filter(|leaf| !leaf.is_about(&error)) {
                let _ = self.put_back(page::<T>(leaf.range.start()));
            }
            error.into()
        })
    }
}

/// A leaf that was found.
#[derive(Copy, Clone)]
struct Leaf<L> {
    range: AddressRange<Private>,
    level: L,
    found: u64,
}

impl<L: Copy> Leaf<L> {
    const fn error(&self, cause: Cause<L>) -> EntryError<L> {
        EntryError::new(self.range.start(), self.level, self.found, cause)
    }

    fn is_about(&self, error: &EntryError<L>) -> bool {
        self.range.start() == error.address
    }
}

/// Looks for the leaf that maps one page.
struct FindLeaf<L> {
    found: Option<Leaf<L>>,
}

impl<T: Propagating, M: Memory> Visitor<T, M> for FindLeaf<T::Levels> {
    fn enter<L: LevelOf<T>>(&mut self, at: Place<'_, T, L, M>) -> Result<Option<Below<T, L>>, EntryError<T::Levels>> {
        let (found, slot) = at.load();
        match slot {
            Slot::Absent => Ok(None),
            Slot::Table(table) => Ok(Some(table)),
            Slot::Leaf(_) | Slot::BlockedLeaf(_) => {
                self.found = Some(Leaf { range: at.range(), level: L::LEVEL, found });
                Ok(None)
            }
            Slot::BlockedTable(_) => Err(at.error(found, Cause::Blocked)),
            Slot::Frozen => Err(at.error(found, Cause::Frozen)),
        }
    }
}

/// Splits the blocked leaf that maps one page.
struct SplitLeaf<'s, 'vm, 'r, A: TableAllocator, H, K> {
    monitor: &'s mut Monitor<'vm, H, K>,
    reserve: &'s Reserve<'r, A, { 2 * EDGES }>,
    leaked: &'s mut Leaked,
}

impl<T, M, A, H, K> Visitor<T, M> for SplitLeaf<'_, '_, '_, A, H, K>
where
    T: Split<H> + Unblock<H>,
    M: Memory,
    A: TableAllocator,
    K: Kick,
{
    fn enter<L: LevelOf<T>>(&mut self, at: Place<'_, T, L, M>) -> Result<Option<Below<T, L>>, EntryError<T::Levels>> {
        let (found, slot) = at.load();
        let frame = match slot {
            Slot::Table(table) => return Ok(Some(table)),
            Slot::BlockedLeaf(frame) => frame,
            _ => return Ok(None),
        };
        let old = slot::leaf::<T, L>(frame);
        match self.split(at, frame, old) {
            Ok(below) => {
                at.word().store(slot::link::<T, L>(below.frame()));
                Ok(None)
            }
            Err(cause @ Cause::Unfinished(_)) => Err(at.error(found, cause)),
            Err(cause) => {
                // The first error is the one to report.
                let _ = unblock(self.monitor, at, found, old);
                Err(at.error(found, cause))
            }
        }
    }
}

impl<A: TableAllocator, H, K: Kick> SplitLeaf<'_, '_, '_, A, H, K> {
    /// Has the monitor split a blocked leaf, and returns the full table that takes its place.
    fn split<T, L, M>(
        &mut self,
        at: Place<'_, T, L, M>,
        frame: Hpa,
        old: u64,
    ) -> Result<TableOf<T, L::Below>, Cause<T::Levels>>
    where
        T: Split<H>,
        L: LevelOf<T>,
        M: Memory,
    {
        let new = Unlinked::<_, T, L>::take(self.reserve).ok_or(Cause::OutOfTables(OutOfTables { wanted: 2 }))?;
        if !L::Subtable::takes_frame(new.frame()) {
            return Err(Cause::FrameDoesNotFit(new.frame()));
        }
        fill::<T, L::Below, M>(at.memory(), new.frame(), frame).map_err(Cause::FrameDoesNotFit)?;
        let filled = new.filled();
        let tracked = Tracked::new(at.address(), L::LEVEL, old);
        match self.monitor.finish::<T, ()>(|hooks| T::split(hooks, &tracked, &filled)) {
            Ok(()) => Ok(new.commit(at.memory())),
            Err(cause @ Cause::Unfinished(_)) => {
                new.leak();
                self.leaked.tables += 2;
                Err(cause)
            }
            Err(cause) => Err(cause),
        }
    }
}

/// Fills a fresh table with leaves that map the frames from `first` on; or says which frame does not fit.
fn fill<T: Propagating, L: LevelOf<T>, M: Memory>(memory: &M, table: Hpa, first: Hpa) -> Result<(), Hpa> {
    TableOf::<T, L>::initialise(memory, table);
    for index in 0..L::ENTRIES {
        let frame = Hpa::new(first.as_u64() + ((index as u64) << L::SHIFT));
        if !L::Leaf::takes_frame(frame) {
            return Err(frame);
        }
        memory.word(table, index).store(slot::leaf::<T, L>(frame));
    }
    memory.record(table).live.store(L::ENTRIES as u64);
    Ok(())
}
