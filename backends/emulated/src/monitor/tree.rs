//! The protected tree in memory: entries that are encrypted by the key of the VM, and their locks.

use super::counters::Counters;
use super::denied::{Denied, Lock};
use super::format::{LevelsOf, MethodOf, ProtectedFormat};
use crate::encryption::Keyed;
use crate::machine::BusError;
use pt_core::Hpa;
use pt_core::level::Levels;
use pt_core::states::{Shape, States};

/// Entries in a table.
pub const ENTRIES: u64 = 512;

/// The protected tree of a VM through its key.
pub struct Tree<'a, F: ProtectedFormat> {
    pub memory: Keyed<'a>,
    pub root: Hpa,
    pub top: LevelsOf<F>,
    pub counters: &'a Counters<MethodOf<F>>,
}

/// Where an entry lies.
#[derive(Copy, Clone)]
pub struct Slot<V> {
    /// Its physical address.
    pub at: Hpa,
    /// The level of the table that it is in.
    pub level: V,
}

/// Where a walk ended.
pub enum Walk<V> {
    /// At the level that was asked for.
    Found(Slot<V>),
    /// Above it, at an entry that leads no further.
    Stopped { level: V, entry: u64 },
}

impl<'a, F: ProtectedFormat> Tree<'a, F> {
    /// The entry for `address` in a table of this level.
    fn slot(table: Hpa, address: u64, level: LevelsOf<F>) -> Slot<LevelsOf<F>> {
        let index = address >> level.shift() & (ENTRIES - 1);
        Slot { at: Hpa::new(table.as_u64() + 8 * index), level }
    }

    /// Reads an entry. Its lock bit may be set.
    pub fn load(&self, at: Hpa) -> Result<u64, BusError> {
        self.counters.read(1);
        self.memory.load(at)
    }

    /// Reads all entries of a table, without their lock bits.
    pub fn load_table(&self, table: Hpa) -> Result<Vec<u64>, BusError> {
        self.counters.read(ENTRIES);
        let bytes = self.memory.read_page(table)?;
        let (words, _) = bytes.as_chunks::<8>();
        Ok(words.iter().map(|&word| u64::from_le_bytes(word) & !F::LOCK).collect())
    }

    /// Writes all entries of a table that nothing points to yet.
    pub fn store_table(&self, table: Hpa, entry: impl Fn(u64) -> u64) -> Result<(), BusError> {
        let page: Vec<u8> = (0..ENTRIES).flat_map(|index| entry(index).to_le_bytes()).collect();
        self.memory.write(table, &page)
    }

    /// The entry of `level` for `address`, if tables lead to it.
    pub fn find(&self, address: u64, level: LevelsOf<F>) -> Result<Walk<LevelsOf<F>>, BusError> {
        let mut slot = Self::slot(self.root, address, self.top);
        while slot.level != level {
            let entry = self.load(slot.at)? & !F::LOCK;
            let state = decode::<F>(entry, slot.level);
            let open = state.is_some_and(|state| state.shape() == Shape::Table && state.is_accessible());
            let Some(below) = LevelsOf::<F>::from_number(slot.level.number().wrapping_sub(1)).filter(|_| open) else {
                return Ok(Walk::Stopped { level: slot.level, entry });
            };
            slot = Self::slot(F::frame(entry), address, below);
        }
        Ok(Walk::Found(slot))
    }

    /// The entry of `level` for `address`, or the one where the walk to it ends, and its level.
    pub fn find_entry(&self, address: u64, level: LevelsOf<F>) -> Result<(LevelsOf<F>, u64), BusError> {
        Ok(match self.find(address, level)? {
            Walk::Found(slot) => (slot.level, self.load(slot.at)?),
            Walk::Stopped { level, entry } => (level, entry),
        })
    }

    /// Locks an entry.
    pub fn lock(&self, slot: Slot<LevelsOf<F>>) -> Result<Entry<'_, 'a, F>, Denied<LevelsOf<F>>> {
        let value = self.load(slot.at)?;
        if value & F::LOCK != 0 || self.memory.compare_exchange(slot.at, value, value | F::LOCK)? != value {
            return Err(Denied::Busy(Lock::Entry));
        }
        Ok(Entry { tree: self, slot, value })
    }
}

/// The state of an entry, if it has one.
pub fn decode<F: ProtectedFormat>(entry: u64, level: LevelsOf<F>) -> Option<F::States> {
    F::States::decode(entry & !F::LOCK, level)
}

/// The entry of a state.
pub fn encode<F: ProtectedFormat>(state: F::States, frame: Hpa, level: LevelsOf<F>) -> u64 {
    state.apply(F::entry(state, frame, level), level)
}

/// A locked entry; it is unlocked when dropped.
pub struct Entry<'t, 'a, F: ProtectedFormat> {
    tree: &'t Tree<'a, F>,
    slot: Slot<LevelsOf<F>>,
    value: u64,
}

impl<F: ProtectedFormat> Entry<'_, '_, F> {
    /// Its physical address, by which it is known.
    pub const fn at(&self) -> Hpa {
        self.slot.at
    }

    pub const fn level(&self) -> LevelsOf<F> {
        self.slot.level
    }

    /// What it points to.
    pub fn frame(&self) -> Hpa {
        F::frame(self.value)
    }

    pub fn state(&self) -> Option<F::States> {
        decode::<F>(self.value, self.slot.level)
    }

    /// What the VMM is told of it.
    pub fn disclosed(&self) -> u64 {
        F::disclose(self.value, self.slot.level)
    }

    /// Writes the entry, which stays locked. From here on CPUs translate by the new value.
    pub fn set(&mut self, state: F::States, frame: Hpa) -> Result<(), BusError> {
        let value = encode::<F>(state, frame, self.slot.level);
        self.tree.memory.store(self.slot.at, value | F::LOCK)?;
        self.value = value;
        Ok(())
    }
}

impl<F: ProtectedFormat> Drop for Entry<'_, '_, F> {
    fn drop(&mut self) {
        // The entry was loaded when it was locked: it is memory.
        let _ = self.tree.memory.store(self.slot.at, self.value);
    }
}
