//! Key identifiers: who has which, and what has to happen before another TD may have it.
//!
//! The key ownership table (KOT) holds a state for each private key identifier. It is assigned by TDH.MNG.CREATE,
//! flushed by TDH.MNG.VPFLUSHDONE when no vCPU is associated any more, and free again by TDH.MNG.KEY.FREEID when
//! TDH.PHYMEM.CACHE.WB has written the caches of every package back.
//!
//! TDX module 1.5 base specification, key management: KOT, and the TDH.PHYMEM.CACHE.WB leaf.

use super::lock::{Busy, Held, Mode, Sharex};
use super::platform::{KeyId, Platform};
use core::ops::RangeInclusive;
use core::sync::atomic::{AtomicBool, AtomicU8, AtomicU32, Ordering};

/// What a private key identifier is used for.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum KeyState {
    /// By no TD.
    Free,
    /// By a TD.
    Assigned,
    /// By a TD whose vCPUs are flushed: caches may still hold its lines.
    Flushed,
    /// By the module itself.
    Reserved,
}

/// The key ownership table.
///
/// Entries are read and written only under the lock, which [`KeyTable::lock`] takes.
#[derive(Debug)]
pub struct KeyTable {
    lock: Sharex,
    ids: RangeInclusive<u16>,
    entries: Box<[Entry]>,
    /// Write-back of the caches, one a package.
    pub writebacks: Box<[Writeback]>,
}

#[derive(Debug)]
struct Entry {
    state: AtomicU8,
    /// Packages whose caches have to be written back: `WBINVD_BITMAP`.
    dirty: AtomicU32,
}

impl KeyTable {
    /// All private identifiers of the platform. The first is the module's own, the others are free.
    #[must_use]
    pub fn new(platform: &Platform) -> Self {
        let ids = platform.private_key_ids.clone();
        let entry = |id| {
            let state = if id == *ids.start() { KeyState::Reserved } else { KeyState::Free };
            Entry { state: AtomicU8::new(state as u8), dirty: AtomicU32::new(0) }
        };
        let writeback = |_| Writeback::new(ids.len());
        Self {
            lock: Sharex::default(),
            entries: ids.clone().map(entry).collect(),
            writebacks: (0..platform.packages).map(writeback).collect(),
            ids,
        }
    }

    /// Whether TDs may use the identifier.
    #[must_use]
    pub fn is_private(&self, key: KeyId) -> bool {
        self.ids.contains(&key.0)
    }

    /// Takes the table.
    ///
    /// # Errors
    /// [`Busy`] if somebody else has it in a way that excludes `mode`.
    pub fn lock(&self, mode: Mode) -> Result<LockedKeys<'_>, Busy> {
        Ok(LockedKeys { table: self, _held: Held::take(&self.lock, mode)? })
    }

    /// The key of the module's own structures.
    #[must_use]
    pub fn own(&self) -> KeyId {
        KeyId(*self.ids.start())
    }

    /// Every package, a bit each.
    #[must_use]
    pub fn all_packages(&self) -> u32 {
        u32::MAX >> (32 - self.writebacks.len())
    }

    /// The package whose caches are written back next: one whose write-back was interrupted, or else the first that
    /// some key is still in.
    #[must_use]
    pub fn package_to_write_back(&self) -> u32 {
        let interrupted = self.writebacks.iter().position(|writeback| writeback.interrupted_at() != 0);
        let dirty = self.entries.iter().fold(0, |all, entry| all | entry.dirty.load(Ordering::Acquire));
        interrupted.map_or(dirty.trailing_zeros() % 32, |package| package as u32)
    }

    /// The lock word, for a look from outside.
    #[must_use]
    pub fn lock_bits(&self) -> u16 {
        self.lock.bits()
    }
}

/// The key ownership table while it is locked.
#[derive(Debug)]
pub struct LockedKeys<'a> {
    table: &'a KeyTable,
    _held: Held<'a, Sharex>,
}

impl LockedKeys<'_> {
    fn entry(&self, key: KeyId) -> &Entry {
        &self.table.entries[usize::from(key.0 - self.table.ids.start())]
    }

    /// The state of a private identifier.
    #[must_use]
    pub fn state(&self, key: KeyId) -> KeyState {
        match self.entry(key).state.load(Ordering::Acquire) {
            0 => KeyState::Free,
            1 => KeyState::Assigned,
            2 => KeyState::Flushed,
            _ => KeyState::Reserved,
        }
    }

    /// Changes the state of a private identifier.
    pub fn set_state(&self, key: KeyId, state: KeyState) {
        self.entry(key).state.store(state as u8, Ordering::Release);
    }

    /// Marks the caches of `packages`, a bit each, as holding lines of the key.
    pub fn set_dirty(&self, key: KeyId, packages: u32) {
        self.entry(key).dirty.store(packages, Ordering::Release);
    }

    /// The packages whose caches may hold lines of the key.
    #[must_use]
    pub fn dirty(&self, key: KeyId) -> u32 {
        self.entry(key).dirty.load(Ordering::Acquire)
    }

    /// Every private identifier that is flushed.
    pub fn flushed(&self) -> impl Iterator<Item = KeyId> + '_ {
        self.table.ids.clone().map(KeyId).filter(|&key| self.state(key) == KeyState::Flushed)
    }

    /// Marks the caches of the package as written back for these keys.
    pub fn clean(&self, keys: impl Iterator<Item = KeyId>, package: u32) {
        for key in keys {
            self.entry(key).dirty.fetch_and(!(1 << package), Ordering::AcqRel);
        }
    }
}

/// The write-back of one package's caches, which an interrupt can end in the middle.
#[derive(Debug)]
pub struct Writeback {
    lock: Sharex,
    /// The next part to be written; 0 if no write-back was interrupted.
    next: AtomicU32,
    /// Per identifier, whether it was flushed when the write-back began.
    covered: Box<[AtomicBool]>,
}

impl Writeback {
    fn new(keys: usize) -> Self {
        Self {
            lock: Sharex::default(),
            next: AtomicU32::new(0),
            covered: (0..keys).map(|_| AtomicBool::new(false)).collect(),
        }
    }

    /// Takes it.
    ///
    /// # Errors
    /// [`Busy`] if another LP of the package is writing back.
    pub fn lock(&self) -> Result<Held<'_, Sharex>, Busy> {
        Held::take(&self.lock, Mode::Exclusive)
    }

    /// Where an interrupted write-back goes on; 0 if there is none.
    #[must_use]
    pub fn interrupted_at(&self) -> u32 {
        self.next.load(Ordering::Acquire)
    }

    /// Remembers where to go on; 0 if it is done.
    pub fn set_next(&self, part: u32) {
        self.next.store(part, Ordering::Release);
    }

    /// Remembers the keys that are flushed now; those are clean at the end.
    pub fn begin(&self, keys: &LockedKeys<'_>) {
        let first = *keys.table.ids.start();
        for (covered, key) in self.covered.iter().zip(first..) {
            covered.store(keys.state(KeyId(key)) == KeyState::Flushed, Ordering::Release);
        }
    }

    /// The keys that were flushed when it began.
    pub fn covered<'a>(&'a self, keys: &'a LockedKeys<'_>) -> impl Iterator<Item = KeyId> + 'a {
        let first = *keys.table.ids.start();
        let flags = self.covered.iter().zip(first..);
        flags.filter(|(covered, _)| covered.load(Ordering::Acquire)).map(|(_, key)| KeyId(key))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_clean_when_every_package_has_written_it_back() {
        let table = KeyTable::new(&Platform { packages: 2, ..Platform::reference() });
        let keys = table.lock(Mode::Exclusive).unwrap();
        assert_eq!(keys.flushed().count(), 0);
        keys.set_state(KeyId(40), KeyState::Flushed);
        keys.set_dirty(KeyId(40), 0b11);
        for package in [0, 1] {
            let writeback = &table.writebacks[package as usize];
            writeback.begin(&keys);
            keys.set_state(KeyId(41), KeyState::Flushed);
            assert!(writeback.covered(&keys).eq([KeyId(40)].into_iter().chain((package == 1).then_some(KeyId(41)))));
            keys.clean(writeback.covered(&keys), package);
        }
        assert_eq!(keys.dirty(KeyId(40)), 0);
    }

    #[test]
    fn the_table_is_for_one_writer_or_many_readers() {
        let table = KeyTable::new(&Platform::reference());
        let reader = table.lock(Mode::Shared).unwrap();
        assert!(table.lock(Mode::Exclusive).is_err());
        assert_eq!([reader.state(KeyId(32)), reader.state(KeyId(33))], [KeyState::Reserved, KeyState::Free]);
        drop(reader);
        assert!(table.lock(Mode::Exclusive).is_ok());
        assert!(table.is_private(KeyId(63)) && !table.is_private(KeyId(31)));
    }
}
