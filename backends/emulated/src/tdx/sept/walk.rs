//! Walking the tree, and holding one entry of it.

use super::Entry;
use crate::tdx::lock::Busy;
use crate::tdx::{KeyId, Memory};
use pt_core::Hpa;
use pt_tdx::SeptLevel;

/// How many entries a table has.
pub const ENTRIES: u64 = 512;

/// The tree of one TD.
#[derive(Copy, Clone, Debug)]
pub(crate) struct Tree {
    /// Where the root table lies.
    pub root: Hpa,
    /// The level of the root's entries.
    pub top: SeptLevel,
    /// The key of the TD.
    pub key: KeyId,
}

/// Where a walk ended.
#[derive(Copy, Clone, Debug)]
pub(crate) struct Place {
    /// The address of the entry.
    pub at: Hpa,
    /// The entry as the walk read it.
    pub entry: Entry,
    /// The level of the entry.
    pub level: SeptLevel,
}

impl Tree {
    /// Walks towards the entry for `gpa` at `level`, which is not above the root. The walk ends early at an entry that
    /// has no permissions or maps a page.
    #[inline]
    pub fn walk(&self, memory: &impl Memory, gpa: u64, level: SeptLevel) -> Place {
        let mut place = self.place(memory, self.root, self.top, gpa);
        while place.level != level && place.entry.permissions() != 0 && !place.entry.is_leaf() {
            let Some(below) = below(place.level) else { break };
            place = self.place(memory, place.entry.frame(), below, gpa);
        }
        place
    }

    /// Translates as a CPU does: every entry on the way must grant the `rights`, bits of the permissions.
    ///
    /// # Errors
    /// What the entries on the way grant together, up to the one that does not suffice.
    pub fn translate(&self, memory: &impl Memory, gpa: u64, rights: u64) -> Result<Hpa, u64> {
        let mut place = self.place(memory, self.root, self.top, gpa);
        let mut granted = place.entry.permissions();
        while granted & rights == rights {
            let Some(below) = below(place.level).filter(|_| !place.entry.is_leaf()) else {
                let offset = gpa & ((1 << place.level.shift()) - 1);
                return Ok(Hpa::new(place.entry.base(place.level).as_u64() + offset));
            };
            place = self.place(memory, place.entry.frame(), below, gpa);
            granted &= place.entry.permissions();
        }
        Err(granted)
    }

    /// The entry for `gpa` in a table of this level.
    #[inline]
    fn place(&self, memory: &impl Memory, table: Hpa, level: SeptLevel, gpa: u64) -> Place {
        let index = gpa >> level.shift() & (ENTRIES - 1);
        let at = Hpa::new(table.as_u64() + 8 * index);
        Place { at, entry: Entry(memory.load(at, self.key)), level }
    }
}

/// The level below, of which a leaf or a table at `level` consists.
#[inline]
pub(crate) const fn below(level: SeptLevel) -> Option<SeptLevel> {
    match level {
        SeptLevel::Pt => None,
        SeptLevel::Pd => Some(SeptLevel::Pt),
        SeptLevel::Pdpt => Some(SeptLevel::Pd),
        SeptLevel::Pml4 => Some(SeptLevel::Pdpt),
        SeptLevel::Pml5 => Some(SeptLevel::Pml4),
    }
}

/// An entry that is locked until this value is dropped.
#[derive(Debug)]
pub(crate) struct LockedEntry<'m, M: Memory> {
    memory: &'m M,
    key: KeyId,
    at: Hpa,
    /// The entry as it was when the lock was taken, with the lock bit.
    pub entry: Entry,
}

impl<'m, M: Memory> LockedEntry<'m, M> {
    /// Takes the lock for the host.
    ///
    /// # Errors
    /// [`Busy::Held`] if another leaf has it; the entry's host-priority bit is then set.
    #[inline]
    pub fn take(memory: &'m M, key: KeyId, at: Hpa) -> Result<Self, Busy> {
        if memory.fetch_or(at, key, Entry::LOCK) & Entry::LOCK != 0 {
            memory.fetch_or(at, key, Entry::HOST_PRIORITY);
            return Err(Busy::Held);
        }
        let entry = Entry(memory.fetch_and(at, key, !Entry::HOST_PRIORITY) & !Entry::HOST_PRIORITY);
        Ok(Self { memory, key, at, entry })
    }

    /// Takes the lock for the guest.
    ///
    /// # Errors
    /// [`Busy::Held`] if another leaf has it, [`Busy::HostPriority`] if the host was turned away before.
    pub fn take_as_guest(memory: &'m M, key: KeyId, at: Hpa) -> Result<Self, Busy> {
        let before = memory.fetch_or(at, key, Entry::LOCK);
        if before & Entry::LOCK != 0 {
            return Err(Busy::Held);
        }
        let locked = Self { memory, key, at, entry: Entry(before | Entry::LOCK) };
        if before & Entry::HOST_PRIORITY != 0 { Err(Busy::HostPriority) } else { Ok(locked) }
    }

    /// Replaces the entry; it stays locked until the drop.
    #[inline]
    pub fn set(&mut self, entry: Entry) {
        self.entry = Entry(entry.0 | Entry::LOCK);
        self.memory.store(self.at, self.key, self.entry.0);
    }
}

impl<M: Memory> Drop for LockedEntry<'_, M> {
    #[inline]
    fn drop(&mut self) {
        self.memory.fetch_and(self.at, self.key, !Entry::LOCK);
    }
}
