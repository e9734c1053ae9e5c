//! Merging a full private table into one leaf: block, track, kick, then the merge hook.
//!
//! The pages of the table must be one aligned run. Whether the guest has accepted all of them is the monitor's to
//! know, and its refusal leaves the table as it was.

use super::Removal;
use super::block::block;
use super::monitor::{Kick, Monitor};
use super::unblock::unblock;
use crate::address::Hpa;
use crate::allocator::TableAllocator;
use crate::format::EntryFormat;
use crate::hook::{Block, Merge, Track, Tracked, Unblock};
use crate::level::{LeafLevelOf, Level, LevelOf, Levels, TableLevelOf};
use crate::memory::Memory;
use crate::memory::Word;
use crate::pair::error::{Cause, EntryError, RemovalError};
use crate::pair::range::{Below, Visitor, page, visit};
use crate::pair::slot::{self, Place, Slot};
use crate::pair::{Leaked, tables};
use crate::table::{AddressOf, Propagating};
use crate::tree::TableOf;

impl<T, M, A, H, K> Removal<'_, '_, T, M, A, H, K>
where
    T: Block<H> + Track<H> + Unblock<H> + Merge<H>,
    M: Memory,
    A: TableAllocator,
    K: Kick,
{
    /// Merges the table that translates `address` below level `L` into one leaf of level `L`. The table page and
    /// its partner go back to the allocator.
    ///
    /// # Errors
    /// What stood in the way. The table is as it was; or blocked, if the monitor does not let it be unblocked, or
    /// never finishes.
    pub fn merge<L>(&mut self, address: impl AddressOf<T>) -> Result<(), RemovalError<T::Levels>>
    where
        L: LeafLevelOf<T> + TableLevelOf<T>,
    {
        let (range, level) = (page::<T>(address.address()), L::LEVEL);
        visit(self.tree, range, &mut BlockFull { monitor: &mut self.monitor, level })?;
        self.new_epoch()?;
        self.unblocked += 1;
        let (monitor, allocator, leaked) = (&mut self.monitor, self.allocator, &mut *self.leaked);
        visit(self.tree, range, &mut MergeFull { monitor, allocator, leaked, level })?;
        Ok(())
    }
}

/// The first of the frames that a table maps, if they are one run and an entry of level `L` can map it.
fn run<T: Propagating, L: LevelOf<T>, M: Memory>(memory: &M, table: TableOf<T, L::Below>) -> Option<Hpa> {
    let frame = |index| match Slot::<T, L::Below>::decode(memory.word(table.frame(), index).load()) {
        Slot::Leaf(frame) => Some(frame),
        _ => None,
    };
    let first = frame(0)?;
    let follows = |index| frame(index).is_some_and(|next| next.as_u64() == first.as_u64() + offset::<L::Below>(index));
    (L::Leaf::takes_frame(first) && (1..L::Below::ENTRIES).all(follows)).then_some(first)
}

/// How far behind its table's first address the entry of this index begins.
const fn offset<L: Level>(index: usize) -> u64 {
    (index as u64) << L::SHIFT
}

/// Blocks the entry of one level, if its table can be merged.
struct BlockFull<'s, 'vm, H, K, L> {
    monitor: &'s mut Monitor<'vm, H, K>,
    level: L,
}

impl<T, M, H, K> Visitor<T, M> for BlockFull<'_, '_, H, K, T::Levels>
where
    T: Block<H> + Merge<H>,
    M: Memory,
    K: Kick,
{
    fn enter<L: LevelOf<T>>(&mut self, at: Place<'_, T, L, M>) -> Result<Option<Below<T, L>>, EntryError<T::Levels>> {
        let (found, slot) = at.load();
        if L::NUMBER > self.level.number() {
            return match slot {
                Slot::Table(table) => Ok(Some(table)),
                Slot::Frozen => Err(at.error(found, Cause::Frozen)),
                Slot::BlockedLeaf(_) | Slot::BlockedTable(_) => Err(at.error(found, Cause::Blocked)),
                Slot::Absent | Slot::Leaf(_) => Err(at.error(found, Cause::NoTable)),
            };
        }
        let (table, blocked) = match slot {
            Slot::Table(table) => (table, false),
            Slot::BlockedTable(table) => (table, true),
            Slot::Frozen => return Err(at.error(found, Cause::Frozen)),
            Slot::BlockedLeaf(_) => return Err(at.error(found, Cause::Blocked)),
            Slot::Absent | Slot::Leaf(_) => return Err(at.error(found, Cause::NoTable)),
        };
        if !<T as Merge<H>>::LEVELS.contains(&L::LEVEL) {
            return Err(at.error(found, Cause::NoHook));
        }
        if run::<T, L, M>(at.memory(), table).is_none() {
            return Err(at.error(found, Cause::NotMergeable));
        }
        if !blocked {
            block(self.monitor, at, found, slot::blocked_table::<T, L>(table.frame()))?;
        }
        Ok(None)
    }
}

/// Merges the blocked table of one level.
struct MergeFull<'s, 'vm, A, H, K, L> {
    monitor: &'s mut Monitor<'vm, H, K>,
    allocator: &'s A,
    leaked: &'s mut Leaked,
    level: L,
}

impl<T, M, A, H, K> Visitor<T, M> for MergeFull<'_, '_, A, H, K, T::Levels>
where
    T: Merge<H> + Unblock<H>,
    M: Memory,
    A: TableAllocator,
    K: Kick,
{
    fn enter<L: LevelOf<T>>(&mut self, at: Place<'_, T, L, M>) -> Result<Option<Below<T, L>>, EntryError<T::Levels>> {
        let (found, slot) = at.load();
        let table = match slot {
            Slot::Table(table) if L::NUMBER > self.level.number() => return Ok(Some(table)),
            Slot::BlockedTable(table) if L::LEVEL == self.level => table,
            _ => return Ok(None),
        };
        let old = slot::link::<T, L>(table.frame());
        let frame = run::<T, L, M>(at.memory(), table).ok_or(at.error(found, Cause::NotMergeable))?;
        let tracked = Tracked::new(at.address(), L::LEVEL, old);
        match self.monitor.finish::<T, _>(|hooks| T::merge(hooks, &tracked)) {
            Ok(partner) => {
                at.word().store(slot::leaf::<T, L>(frame));
                tables::release(at.memory(), self.allocator, table, partner, self.leaked);
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
