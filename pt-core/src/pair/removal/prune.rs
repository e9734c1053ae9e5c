//! Taking empty tables away, children before their parents.
//!
//! Each level costs one track: the monitor cannot reach a table whose parent is blocked, so that the tables of one
//! level are blocked, tracked and unlinked before the level above is looked at.

use super::Removal;
use super::block::block;
use super::monitor::{Kick, Monitor};
use super::unblock::unblock;
use crate::address::AddressRange;
use crate::allocator::TableAllocator;
use crate::hook::{Block, Drained, Track, Tracked, Unblock, Unlink};
use crate::level::{LevelOf, Levels};
use crate::memory::{Memory, Word};
use crate::pair::error::{Cause, EntryError, RemovalError};
use crate::pair::range::{Below, Visitor, visit};
use crate::pair::slot::{self, Place, Slot};
use crate::pair::{Leaked, tables};
use crate::space::Private;
use crate::table::Propagating;

impl<T, M, A, H, K> Removal<'_, '_, T, M, A, H, K>
where
    T: Propagating,
    M: Memory,
    A: TableAllocator,
    K: Kick,
{
    /// Takes the empty tables away that translate any part of `range`, and returns how many. Their pages and their
    /// partners' go back to the allocator.
    ///
    /// # Errors
    /// What stood in the way. The tables that were unlinked before stay so; the others are put back if the monitor
    /// lets them, and are blocked if not.
    pub fn prune(&mut self, range: AddressRange<Private>) -> Result<u64, RemovalError<T::Levels>>
    where
        T: Block<H> + Track<H> + Unlink<H> + Unblock<H>,
    {
        let mut pruned = 0;
        for &level in &T::Levels::ALL[1..] {
            pruned += self.prune_level(range, level)?;
        }
        Ok(pruned)
    }

    /// Takes the empty tables away that hang in entries of one level.
    fn prune_level(&mut self, range: AddressRange<Private>, level: T::Levels) -> Result<u64, RemovalError<T::Levels>>
    where
        T: Block<H> + Track<H> + Unlink<H> + Unblock<H>,
    {
        let mut blocker = BlockEmpty { monitor: &mut self.monitor, level, blocked: 0 };
        let result = visit(self.tree, range, &mut blocker);
        if blocker.blocked == 0 {
            return result.map(|()| 0).map_err(RemovalError::Entry);
        }
        self.new_epoch()?;
        let mut visitor = UnlinkEmpty {
            monitor: &mut self.monitor,
            allocator: self.allocator,
            leaked: self.leaked,
            level,
            unlinked: 0,
        };
        let result = result.and_then(|()| visit(self.tree, range, &mut visitor));
        let unlinked = visitor.unlinked;
        if let Err(error) = result {
            self.unblocked += 1;
            visit(self.tree, range, &mut PutBackTables { monitor: &mut self.monitor, level })?;
            return Err(error.into());
        }
        Ok(unlinked)
    }
}

/// Blocks the entries of one level that point to empty tables.
struct BlockEmpty<'s, 'vm, H, K, L> {
    monitor: &'s mut Monitor<'vm, H, K>,
    level: L,
    blocked: u64,
}

impl<T: Block<H>, M: Memory, H, K: Kick> Visitor<T, M> for BlockEmpty<'_, '_, H, K, T::Levels> {
    fn enter<L: LevelOf<T>>(&mut self, at: Place<'_, T, L, M>) -> Result<Option<Below<T, L>>, EntryError<T::Levels>> {
        let (found, slot) = at.load();
        match slot {
            Slot::Table(table) if L::NUMBER > self.level.number() => return Ok(Some(table)),
            Slot::Table(table) if L::LEVEL == self.level && tables::live(at.memory(), table) == 0 => {
                block(self.monitor, at, found, slot::blocked_table::<T, L>(table.frame()))?;
                self.blocked += 1;
            }
            Slot::BlockedTable(table) if L::LEVEL == self.level && tables::live(at.memory(), table) == 0 => {
                self.blocked += 1;
            }
            _ => {}
        }
        Ok(None)
    }
}

/// Unlinks the empty tables that are blocked in entries of one level.
struct UnlinkEmpty<'s, 'vm, A, H, K, L> {
    monitor: &'s mut Monitor<'vm, H, K>,
    allocator: &'s A,
    leaked: &'s mut Leaked,
    level: L,
    unlinked: u64,
}

impl<T, M, A, H, K> Visitor<T, M> for UnlinkEmpty<'_, '_, A, H, K, T::Levels>
where
    T: Unlink<H>,
    M: Memory,
    A: TableAllocator,
    K: Kick,
{
    fn enter<L: LevelOf<T>>(&mut self, at: Place<'_, T, L, M>) -> Result<Option<Below<T, L>>, EntryError<T::Levels>> {
        let (found, slot) = at.load();
        let table = match slot {
            Slot::Table(table) if L::NUMBER > self.level.number() => return Ok(Some(table)),
            Slot::BlockedTable(table) if L::LEVEL == self.level && tables::live(at.memory(), table) == 0 => table,
            _ => return Ok(None),
        };
        if !T::LEVELS.contains(&L::LEVEL) {
            return Err(at.error(found, Cause::NoHook));
        }
        let drained = Drained::new(Tracked::new(at.address(), L::LEVEL, slot::link::<T, L>(table.frame())));
        let partner = self.monitor.call::<T, _>(|hooks| T::unlink(hooks, &drained));
        let partner = partner.map_err(|cause| at.error(found, cause))?;
        at.word().store(T::ABSENT);
        at.count_one_less();
        tables::release(at.memory(), self.allocator, table, partner, self.leaked);
        self.unlinked += 1;
        Ok(None)
    }
}

/// Unblocks the tables that are blocked in entries of one level, as far as the monitor lets it: the error that led
/// here is the one to report.
struct PutBackTables<'s, 'vm, H, K, L> {
    monitor: &'s mut Monitor<'vm, H, K>,
    level: L,
}

impl<T: Unblock<H>, M: Memory, H, K: Kick> Visitor<T, M> for PutBackTables<'_, '_, H, K, T::Levels> {
    fn enter<L: LevelOf<T>>(&mut self, at: Place<'_, T, L, M>) -> Result<Option<Below<T, L>>, EntryError<T::Levels>> {
        let (found, slot) = at.load();
        match slot {
            Slot::Table(table) if L::NUMBER > self.level.number() => return Ok(Some(table)),
            Slot::BlockedTable(table) if L::LEVEL == self.level => {
                let _ = unblock(self.monitor, at, found, slot::link::<T, L>(table.frame()));
            }
            _ => {}
        }
        Ok(None)
    }
}
