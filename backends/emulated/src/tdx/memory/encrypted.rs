//! The memory of a machine behind its encryption engine: each key identifier is a key of its own.

use super::Memory;
use crate::encryption::{Keyed, Keys};
use crate::machine::{BusError, Machine};
use crate::tdx::KeyId;
use core::fmt;
use core::sync::atomic::Ordering;
use pt_core::Hpa;
use std::sync::Arc;

/// Bytes in a page.
const PAGE: usize = 4096;

/// A [`Machine`] whose private pages are ciphertext to whoever has not the key.
///
/// A key identifier that no key was programmed for goes to memory in the open, as the host's own identifier 0 does.
/// The emulated CPU walks the same memory through the same keys.
pub struct EncryptedMemory {
    machine: Arc<Machine>,
    keys: Keys,
}

impl EncryptedMemory {
    /// The memory of `machine` with room for `keys` key identifiers. The keys follow from the seed.
    #[must_use]
    pub fn new(machine: Arc<Machine>, keys: u16, seed: u64) -> Self {
        Self { machine, keys: Keys::new(keys, seed) }
    }

    /// The machine.
    #[must_use]
    pub const fn machine(&self) -> &Arc<Machine> {
        &self.machine
    }

    /// The keys by their identifiers.
    #[must_use]
    pub const fn keys(&self) -> &Keys {
        &self.keys
    }

    /// Does `keyed` to the memory through the key, or `open` if the identifier has none.
    #[inline]
    fn through<R>(
        &self,
        key: KeyId,
        keyed: impl FnOnce(Keyed<'_>) -> Result<R, BusError>,
        open: impl FnOnce(&Machine) -> Result<R, BusError>,
    ) -> Result<R, BusError> {
        self.keys.with(key.0, |key| match key {
            Some(key) => keyed(Keyed::new(&self.machine, key)),
            None => open(&self.machine),
        })
    }

    /// Writes a whole page. Full lines are written, so that nothing is read under the key.
    fn write_page(&self, page: Hpa, key: KeyId, bytes: &[u8; PAGE]) {
        self.write(page, key, bytes);
    }
}

/// Where there is no memory, reads are zero and writes are lost: the trait says so.
impl Memory for EncryptedMemory {
    fn load(&self, at: Hpa, key: KeyId) -> u64 {
        let open = |machine: &Machine| Ok(machine.word(at)?.load(Ordering::Acquire));
        self.through(key, |memory| memory.load(at), open).unwrap_or(0)
    }

    fn store(&self, at: Hpa, key: KeyId, word: u64) {
        let open = |machine: &Machine| {
            machine.word(at)?.store(word, Ordering::Release);
            Ok(())
        };
        let _ = self.through(key, |memory| memory.store(at, word), open);
    }

    fn compare_exchange(&self, at: Hpa, key: KeyId, current: u64, new: u64) -> Result<u64, u64> {
        let open = |machine: &Machine| {
            let exchanged = machine.word(at)?.compare_exchange(current, new, Ordering::AcqRel, Ordering::Acquire);
            Ok(exchanged.unwrap_or_else(|found| found))
        };
        let found = self.through(key, |memory| memory.compare_exchange(at, current, new), open).unwrap_or(0);
        if found == current { Ok(found) } else { Err(found) }
    }

    fn update(&self, at: Hpa, key: KeyId, change: impl Fn(u64) -> u64) -> u64 {
        let open = |machine: &Machine| Ok(machine.word(at)?.update(Ordering::AcqRel, Ordering::Acquire, &change));
        self.through(key, |memory| memory.update(at, &change), open).unwrap_or(0)
    }

    fn fill(&self, page: Hpa, key: KeyId, word: u64) {
        let mut bytes = [0; PAGE];
        for place in bytes.as_chunks_mut::<8>().0 {
            *place = word.to_le_bytes();
        }
        self.write_page(page, key, &bytes);
    }

    fn copy(&self, from: Hpa, from_key: KeyId, to: Hpa, to_key: KeyId) {
        let mut bytes = [0; PAGE];
        self.read(from, from_key, &mut bytes);
        self.write_page(to, to_key, &bytes);
    }

    fn read(&self, at: Hpa, key: KeyId, into: &mut [u8]) {
        let read = self.keys.with(key.0, |key| match key {
            Some(key) => Keyed::new(&self.machine, key).read(at, into),
            None => self.machine.read(at, into),
        });
        if read.is_err() {
            into.fill(0);
        }
    }

    fn write(&self, at: Hpa, key: KeyId, from: &[u8]) {
        let _ = self.through(key, |memory| memory.write(at, from), |machine| machine.write(at, from));
    }

    fn program_key(&self, key: KeyId) {
        self.keys.generate(key.0);
    }

    fn erase_key(&self, key: KeyId) {
        self.keys.clear(key.0);
    }
}

impl fmt::Debug for EncryptedMemory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}, {:?}", self.machine, self.keys)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pt_core::TableAllocator;

    const TD: KeyId = KeyId(40);
    const HOST: KeyId = KeyId(0);

    fn memory() -> (EncryptedMemory, Hpa) {
        let machine = Arc::new(Machine::new(Hpa::new(0x1000), 4 << 12));
        let page = machine.allocate(0).unwrap();
        let memory = EncryptedMemory::new(machine, 64, 1);
        memory.program_key(TD);
        (memory, page)
    }

    #[test]
    fn what_is_written_through_a_key_is_read_through_it_alone() {
        let (memory, page) = memory();
        memory.fill(page, TD, 0x80e0_0000_0000_0000);
        assert_eq!(memory.load(Hpa::new(page.as_u64() + 4088), TD), 0x80e0_0000_0000_0000);
        assert_ne!(memory.load(page, HOST), 0x80e0_0000_0000_0000);
        memory.erase_key(TD);
        memory.program_key(TD);
        assert_ne!(memory.load(page, TD), 0x80e0_0000_0000_0000, "the new key is another one");
    }

    #[test]
    fn entries_are_exchanged_through_the_key() {
        let (memory, page) = memory();
        memory.fill(page, TD, 5);
        let neighbour = Hpa::new(page.as_u64() + 8);
        assert_eq!(memory.compare_exchange(page, TD, 4, 6), Err(5));
        assert_eq!(memory.compare_exchange(page, TD, 5, 6), Ok(5));
        assert_eq!(memory.fetch_or(page, TD, 1 << 11), 6);
        assert_eq!((memory.load(page, TD), memory.load(neighbour, TD)), (0x806, 5));
    }

    #[test]
    fn a_copy_takes_the_page_over_from_the_host() {
        let (memory, page) = memory();
        let private = memory.machine().allocate(0).unwrap();
        memory.write(page, HOST, b"firmware");
        memory.copy(page, HOST, private, TD);
        let mut read = [0; 8];
        memory.read(private, TD, &mut read);
        assert_eq!(&read, b"firmware");
        memory.read(private, HOST, &mut read);
        assert_ne!(&read, b"firmware");
    }

    #[test]
    fn where_there_is_no_memory_nothing_happens() {
        let (memory, _) = memory();
        let outside = Hpa::new(0x10_0000);
        memory.store(outside, TD, 1);
        memory.fill(outside, HOST, 1);
        assert_eq!((memory.load(outside, TD), memory.load(outside, HOST)), (0, 0));
        assert_eq!(memory.compare_exchange(outside, TD, 1, 2), Err(0));
    }
}
