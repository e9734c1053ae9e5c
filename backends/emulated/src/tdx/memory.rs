//! Physical memory as the module and its guests reach it: every access names a key.
//!
//! The module keeps Secure EPT entries in memory and changes them by single atomic operations, because leaves of other
//! CPUs and the guests' walks touch the same word. Everything else it does to memory, it does to whole pages.

mod encrypted;
mod sparse;

pub use encrypted::EncryptedMemory;
pub use sparse::SparseMemory;

use super::KeyId;
use pt_core::Hpa;

/// Memory behind an encryption engine.
///
/// Addresses carry no key identifier. Words are aligned to 8 bytes, pages to 4 KiB. Whoever calls has checked that the
/// address is memory; what is not reads as zero, and writes to it are lost, as on a bus.
pub trait Memory: Send + Sync + Sized {
    /// The word at `at`.
    fn load(&self, at: Hpa, key: KeyId) -> u64;

    /// Stores a word at once.
    fn store(&self, at: Hpa, key: KeyId, word: u64);

    /// Replaces `current` by `new`.
    ///
    /// # Errors
    /// The word that was found instead of `current`.
    fn compare_exchange(&self, at: Hpa, key: KeyId, current: u64, new: u64) -> Result<u64, u64>;

    /// Sets bits; returns the word before.
    fn fetch_or(&self, at: Hpa, key: KeyId, bits: u64) -> u64 {
        self.update(at, key, |word| word | bits)
    }

    /// Keeps only `bits`; returns the word before.
    fn fetch_and(&self, at: Hpa, key: KeyId, bits: u64) -> u64 {
        self.update(at, key, |word| word & bits)
    }

    /// Replaces the word by `change` of it; returns the word before.
    fn update(&self, at: Hpa, key: KeyId, change: impl Fn(u64) -> u64) -> u64 {
        let mut found = self.load(at, key);
        loop {
            match self.compare_exchange(at, key, found, change(found)) {
                Ok(before) => return before,
                Err(other) => found = other,
            }
        }
    }

    /// Writes the word to all of a page by full-line writes, which read nothing and so take the page over from any
    /// other key (MOVDIR64B).
    fn fill(&self, page: Hpa, key: KeyId, word: u64);

    /// Copies a page by full-line writes.
    fn copy(&self, from: Hpa, from_key: KeyId, to: Hpa, to_key: KeyId);

    /// Reads `into.len()` bytes of one page.
    fn read(&self, at: Hpa, key: KeyId, into: &mut [u8]);

    /// Writes bytes of one page.
    fn write(&self, at: Hpa, key: KeyId, from: &[u8]);

    /// Programs a fresh key for the identifier (PCONFIG): what TDH.MNG.KEY.CONFIG does on the last package. Memory that
    /// knows no keys does nothing.
    fn program_key(&self, _key: KeyId) {}

    /// Forgets the key of the identifier, which TDH.MNG.KEY.FREEID has freed.
    fn erase_key(&self, _key: KeyId) {}
}
