//! Memory encryption: physical memory as it looks through the key of a VM.
//!
//! AES-XTS-128, IEEE 1619, with data units of 16 bytes: the unit is the smallest that the standard allows, so that
//! one load or store costs one unit, and the tweak is the number of the unit in physical memory. The same bytes
//! are therefore different ciphertext in every unit and under every key, and a page that is moved or read under
//! another key is garbage. Integrity is not modelled: garbage raises no machine check.
//!
//! A partial store decrypts, patches and encrypts its unit under a lock of the [`Machine`], so that two vCPUs can
//! write neighbouring bytes.

mod bulk;
mod keys;
#[cfg(test)]
mod tests;

pub use keys::Keys;

use crate::machine::{BusError, Machine, Stripes, pieces};
use crate::random::Random;
use aes::cipher::KeyInit;
use aes::{Aes128, Block};
use core::fmt;
use core::sync::atomic::{AtomicU64, Ordering};
use pt_core::Hpa;
use xts_mode::{Xts128, get_tweak_default};

/// Bytes in a data unit.
const UNIT: usize = 16;
/// The address bits inside a data unit.
const UNIT_SHIFT: u32 = 4;
/// Bytes in a page.
const PAGE: usize = 4096;

/// The memory encryption key of one VM: two AES-128 keys, one for the data and one for the tweak.
pub struct Key {
    xts: Xts128<Aes128>,
    data: Aes128,
    tweak: Aes128,
}

impl Key {
    /// The key made of the next numbers of `random`.
    #[must_use]
    pub fn generate(random: &mut Random) -> Self {
        Self::new(random.bytes(), random.bytes())
    }

    fn new(data: [u8; 16], tweak: [u8; 16]) -> Self {
        let (data, tweak) = (Aes128::new(&data.into()), Aes128::new(&tweak.into()));
        Self { xts: Xts128::new(data.clone(), tweak.clone()), data, tweak }
    }
}

/// Shows nothing of the key.
impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key")
    }
}

/// The memory of a machine through a key.
#[derive(Copy, Clone, Debug)]
pub struct Keyed<'a> {
    machine: &'a Machine,
    key: &'a Key,
}

impl<'a> Keyed<'a> {
    /// The memory of `machine` through `key`.
    #[inline]
    #[must_use]
    pub const fn new(machine: &'a Machine, key: &'a Key) -> Self {
        Self { machine, key }
    }

    /// Reads and decrypts.
    ///
    /// # Errors
    /// [`BusError`] if a byte lies outside the memory. Some bytes may have been read by then.
    #[inline]
    pub fn read(&self, address: Hpa, into: &mut [u8]) -> Result<(), BusError> {
        if is_bulk(address, into.len()) {
            return self.read_units(address, into);
        }
        for piece in pieces::<UNIT>(address, into.len()) {
            let unit = self.unit(piece.unit)?;
            into[piece.bytes].copy_from_slice(&unit.plaintext(self.key)[piece.within]);
        }
        Ok(())
    }

    /// Encrypts and stores. A data unit changes at once.
    ///
    /// # Errors
    /// [`BusError`] if a byte lies outside the memory. Some bytes may have been written by then.
    #[inline]
    pub fn write(&self, address: Hpa, from: &[u8]) -> Result<(), BusError> {
        if is_bulk(address, from.len()) {
            return self.write_units(address, from);
        }
        for piece in pieces::<UNIT>(address, from.len()) {
            let unit = self.unit(piece.unit)?;
            let bytes = &from[piece.bytes];
            let _locked = unit.stripes.lock(unit.number);
            let plaintext = <[u8; UNIT]>::try_from(bytes).unwrap_or_else(|_| {
                let mut patched = unit.decrypt(unit.load(), self.key);
                patched[piece.within].copy_from_slice(bytes);
                patched
            });
            unit.store(plaintext, self.key);
        }
        Ok(())
    }

    /// Reads the page at `page`, which is aligned to 4 KiB.
    ///
    /// # Errors
    /// [`BusError`] if it lies outside the memory.
    pub fn read_page(&self, page: Hpa) -> Result<Box<[u8; PAGE]>, BusError> {
        let mut bytes = Box::new([0; PAGE]);
        self.read(page, &mut bytes[..])?;
        Ok(bytes)
    }

    /// Reads the word at `address`, which is a multiple of 8.
    ///
    /// # Errors
    /// [`BusError`] outside the memory.
    #[inline]
    pub fn load(&self, address: Hpa) -> Result<u64, BusError> {
        let mut word = [0; 8];
        self.read(address, &mut word)?;
        Ok(u64::from_le_bytes(word))
    }

    /// Writes the word at `address`, which is a multiple of 8.
    ///
    /// # Errors
    /// [`BusError`] outside the memory.
    pub fn store(&self, address: Hpa, value: u64) -> Result<(), BusError> {
        self.write(address, &value.to_le_bytes())
    }

    /// Writes `new` to the word at `address`, a multiple of 8, if it is `current`. Returns what was found.
    ///
    /// # Errors
    /// [`BusError`] outside the memory.
    pub fn compare_exchange(&self, address: Hpa, current: u64, new: u64) -> Result<u64, BusError> {
        self.update(address, |found| if found == current { new } else { found })
    }

    /// Replaces the word at `address`, a multiple of 8, by `change` of it, at once. Returns what was found.
    ///
    /// # Errors
    /// [`BusError`] outside the memory.
    pub fn update(&self, address: Hpa, change: impl FnOnce(u64) -> u64) -> Result<u64, BusError> {
        let unit = self.unit(Hpa::new(address.as_u64() & !(UNIT as u64 - 1)))?;
        let within = (address.as_u64() & 8) as usize;
        let _locked = unit.stripes.lock(unit.number);
        let mut plaintext = unit.decrypt(unit.load(), self.key);
        let mut word = [0; 8];
        word.copy_from_slice(&plaintext[within..within + 8]);
        let found = u64::from_le_bytes(word);
        let new = change(found);
        if new != found {
            plaintext[within..within + 8].copy_from_slice(&new.to_le_bytes());
            unit.store(plaintext, self.key);
        }
        Ok(found)
    }

    fn read_units(&self, address: Hpa, into: &mut [u8]) -> Result<(), BusError> {
        let mut units = [Block::default(); bulk::BATCH];
        for (start, bytes) in (address.as_u64()..).step_by(UNIT * bulk::BATCH).zip(into.chunks_mut(UNIT * bulk::BATCH))
        {
            let units = &mut units[..bytes.len() / UNIT];
            for (at, block) in (start..).step_by(UNIT).zip(units.iter_mut()) {
                *block = to_bytes(self.unit(Hpa::new(at))?.snapshot()).into();
            }
            self.key.decrypt_units(start >> UNIT_SHIFT, units);
            for (bytes, block) in bytes.chunks_exact_mut(UNIT).zip(units) {
                bytes.copy_from_slice(block);
            }
        }
        Ok(())
    }

    fn write_units(&self, address: Hpa, from: &[u8]) -> Result<(), BusError> {
        let mut units = [Block::default(); bulk::BATCH];
        for (start, bytes) in (address.as_u64()..).step_by(UNIT * bulk::BATCH).zip(from.chunks(UNIT * bulk::BATCH)) {
            let units = &mut units[..bytes.len() / UNIT];
            for (bytes, block) in bytes.chunks_exact(UNIT).zip(units.iter_mut()) {
                block.copy_from_slice(bytes);
            }
            self.key.encrypt_units(start >> UNIT_SHIFT, units);
            for (at, &block) in (start..).step_by(UNIT).zip(units.iter()) {
                let unit = self.unit(Hpa::new(at))?;
                let _locked = unit.stripes.lock(unit.number);
                unit.put(block.into());
            }
        }
        Ok(())
    }

    #[inline]
    fn unit(&self, address: Hpa) -> Result<Unit<'a>, BusError> {
        let low = self.machine.word(address)?;
        let high = self.machine.word(Hpa::new(address.as_u64() | 8))?;
        Ok(Unit { number: address.as_u64() >> UNIT_SHIFT, words: [low, high], stripes: self.machine.stripes() })
    }
}

/// One data unit in memory.
struct Unit<'a> {
    /// Its number in physical memory: the tweak.
    number: u64,
    words: [&'a AtomicU64; 2],
    stripes: &'a Stripes,
}

impl Unit<'_> {
    #[inline]
    fn load(&self) -> [u64; 2] {
        self.words.map(|word| word.load(Ordering::Relaxed))
    }

    /// The stored words, from between two stores.
    #[inline]
    fn snapshot(&self) -> [u64; 2] {
        self.stripes.read(self.number, || self.load())
    }

    #[inline]
    fn plaintext(&self, key: &Key) -> [u8; UNIT] {
        self.decrypt(self.snapshot(), key)
    }

    #[inline]
    fn decrypt(&self, stored: [u64; 2], key: &Key) -> [u8; UNIT] {
        let mut bytes = to_bytes(stored);
        key.xts.decrypt_sector(&mut bytes, get_tweak_default(self.number.into()));
        bytes
    }

    /// The caller holds the lock of the unit.
    #[inline]
    fn store(&self, mut bytes: [u8; UNIT], key: &Key) {
        key.xts.encrypt_sector(&mut bytes, get_tweak_default(self.number.into()));
        self.put(bytes);
    }

    /// Stores bytes as they are. The caller holds the lock of the unit.
    #[inline]
    fn put(&self, bytes: [u8; UNIT]) {
        let stored = u128::from_le_bytes(bytes);
        self.words[0].store(stored as u64, Ordering::Relaxed);
        self.words[1].store((stored >> 64) as u64, Ordering::Relaxed);
    }
}

#[inline]
fn to_bytes([low, high]: [u64; 2]) -> [u8; UNIT] {
    (u128::from(high) << 64 | u128::from(low)).to_le_bytes()
}

/// Whether a run of bytes is whole units, and enough of them.
#[inline]
const fn is_bulk(address: Hpa, length: usize) -> bool {
    length >= 8 * UNIT && length.is_multiple_of(UNIT) && address.is_aligned(UNIT_SHIFT)
}
