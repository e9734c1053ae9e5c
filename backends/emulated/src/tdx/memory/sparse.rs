//! Memory without encryption, allocated as it is written.

use super::Memory;
use crate::machine::pieces;
use crate::tdx::KeyId;
use core::sync::atomic::{AtomicU64, Ordering};
use pt_core::Hpa;
use std::sync::OnceLock;

type Page = Box<[AtomicU64; WORDS]>;
type Block = Box<[OnceLock<Page>; WORDS]>;

const WORDS: usize = 512;
const PAGE_BITS: u32 = 12;
const BLOCK_BITS: u32 = PAGE_BITS + 9;

/// Physical memory from address 0, zero until it is written, with all keys alike.
///
/// A page that was never written costs nothing, also when it is filled with zeros; a replay of many TDs therefore does
/// not pay for their memory. Accesses are atomic words and may race.
pub struct SparseMemory {
    blocks: Box<[OnceLock<Block>]>,
}

impl SparseMemory {
    /// Memory of `bytes`, rounded up to 2 MiB.
    #[must_use]
    pub fn new(bytes: u64) -> Self {
        let blocks = bytes.div_ceil(1 << BLOCK_BITS);
        Self { blocks: (0..blocks).map(|_| OnceLock::new()).collect() }
    }

    #[inline]
    fn page(&self, at: Hpa) -> Option<&[AtomicU64; WORDS]> {
        let at = at.as_u64();
        let block = self.blocks.get((at >> BLOCK_BITS) as usize)?.get()?;
        block[(at >> PAGE_BITS) as usize % WORDS].get().map(|page| &**page)
    }

    #[inline]
    fn word(&self, at: Hpa) -> Option<&AtomicU64> {
        self.page(at).map(|page| &page[(at.as_u64() >> 3) as usize % WORDS])
    }

    /// The page, allocated if need be; `None` outside the memory.
    fn allocated(&self, at: Hpa) -> Option<&[AtomicU64; WORDS]> {
        let at = at.as_u64();
        let block = self.blocks.get((at >> BLOCK_BITS) as usize)?;
        let block = block.get_or_init(|| Box::new([const { OnceLock::new() }; WORDS]));
        let page = &block[(at >> PAGE_BITS) as usize % WORDS];
        Some(page.get_or_init(|| Box::new([const { AtomicU64::new(0) }; WORDS])))
    }
}

impl Memory for SparseMemory {
    #[inline]
    fn load(&self, at: Hpa, _key: KeyId) -> u64 {
        self.word(at).map_or(0, |word| word.load(Ordering::Acquire))
    }

    #[inline]
    fn store(&self, at: Hpa, _key: KeyId, word: u64) {
        if let Some(page) = self.allocated(at) {
            page[(at.as_u64() >> 3) as usize % WORDS].store(word, Ordering::Release);
        }
    }

    #[inline]
    fn compare_exchange(&self, at: Hpa, _key: KeyId, current: u64, new: u64) -> Result<u64, u64> {
        let Some(page) = self.allocated(at) else { return if current == 0 { Ok(0) } else { Err(0) } };
        page[(at.as_u64() >> 3) as usize % WORDS].compare_exchange(current, new, Ordering::AcqRel, Ordering::Acquire)
    }

    #[inline]
    fn fetch_or(&self, at: Hpa, _key: KeyId, bits: u64) -> u64 {
        self.allocated(at).map_or(0, |page| page[(at.as_u64() >> 3) as usize % WORDS].fetch_or(bits, Ordering::AcqRel))
    }

    #[inline]
    fn fetch_and(&self, at: Hpa, _key: KeyId, bits: u64) -> u64 {
        self.word(at).map_or(0, |word| word.fetch_and(bits, Ordering::AcqRel))
    }

    fn fill(&self, page: Hpa, _key: KeyId, word: u64) {
        let words = if word == 0 { self.page(page) } else { self.allocated(page) };
        for place in words.into_iter().flatten() {
            place.store(word, Ordering::Release);
        }
    }

    fn copy(&self, from: Hpa, _from_key: KeyId, to: Hpa, to_key: KeyId) {
        let Some(source) = self.page(from) else { return self.fill(to, to_key, 0) };
        for (place, word) in self.allocated(to).into_iter().flatten().zip(source) {
            place.store(word.load(Ordering::Acquire), Ordering::Release);
        }
    }

    fn read(&self, at: Hpa, key: KeyId, into: &mut [u8]) {
        for piece in pieces::<8>(at, into.len()) {
            let word = self.load(piece.unit, key).to_le_bytes();
            into[piece.bytes].copy_from_slice(&word[piece.within]);
        }
    }

    fn write(&self, at: Hpa, key: KeyId, from: &[u8]) {
        for piece in pieces::<8>(at, from.len()) {
            let bytes = &from[piece.bytes];
            if let Ok(all) = <[u8; 8]>::try_from(bytes) {
                self.store(piece.unit, key, u64::from_le_bytes(all));
                continue;
            }
            self.update(piece.unit, key, |word| {
                let mut patched = word.to_le_bytes();
                patched[piece.within.clone()].copy_from_slice(bytes);
                u64::from_le_bytes(patched)
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: KeyId = KeyId(0);

    #[test]
    fn memory_is_zero_until_written_and_absent_beyond_its_end() {
        let memory = SparseMemory::new(4 << 20);
        assert_eq!(memory.load(Hpa::new(0x3f_fff8), KEY), 0);
        memory.store(Hpa::new(0x3f_fff8), KEY, 7);
        assert_eq!(memory.load(Hpa::new(0x3f_fff8), KEY), 7);
        memory.store(Hpa::new(0x40_0000), KEY, 7);
        assert_eq!(memory.load(Hpa::new(0x40_0000), KEY), 0);
    }

    #[test]
    fn zeroing_a_page_that_was_never_written_allocates_nothing() {
        let memory = SparseMemory::new(4 << 20);
        memory.fill(Hpa::new(0x1000), KEY, 0);
        assert!(memory.page(Hpa::new(0x1000)).is_none());
        memory.fill(Hpa::new(0x1000), KEY, 5);
        memory.fill(Hpa::new(0x1000), KEY, 0);
        assert_eq!(memory.load(Hpa::new(0x1ff8), KEY), 0);
    }

    #[test]
    fn bytes_are_read_where_they_were_written() {
        let memory = SparseMemory::new(4 << 20);
        memory.fill(Hpa::new(0x2000), KEY, u64::MAX);
        memory.write(Hpa::new(0x2005), KEY, b"module");
        let mut bytes = [0; 8];
        memory.read(Hpa::new(0x2004), KEY, &mut bytes);
        assert_eq!(&bytes, b"\xffmodule\xff");
        memory.copy(Hpa::new(0x2000), KEY, Hpa::new(0x3000), KEY);
        memory.read(Hpa::new(0x3004), KEY, &mut bytes);
        assert_eq!(&bytes, b"\xffmodule\xff");
    }
}
