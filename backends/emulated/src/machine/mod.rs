//! Physical memory of the emulated host.
//!
//! One [`Machine`] holds everything by host-physical address: the pages of guests, the tables of the VMM and
//! those of the monitor. It is the [`Memory`] and the [`TableAllocator`] of the engine's trees, and what the
//! emulated CPU walks. All of it is atomic words, so that vCPUs, VMM and monitor may touch one page at a time, as
//! on real hardware.
//!
//! [`Machine::read`] and [`Machine::write`] are the bus without a key: they show the stored bytes as they are. What
//! was stored through a key reads as ciphertext here; see [`Keyed`](crate::Keyed).

mod bytes;
mod stripes;

pub(crate) use bytes::pieces;
pub(crate) use stripes::Stripes;

use core::fmt;
use core::sync::atomic::{AtomicU64, Ordering};
use pt_core::{Arena, Hpa, Memory, Record, TableAllocator};

/// Physical memory, shared by all threads of the emulation.
pub struct Machine {
    arena: Arena,
    stripes: Stripes,
}

impl Machine {
    /// Memory of `bytes` at the physical address `base`.
    ///
    /// # Panics
    /// If `base` or `bytes` is not a multiple of 4096, or the end lies beyond the 64-bit address space.
    #[must_use]
    pub fn new(base: Hpa, bytes: usize) -> Self {
        Self { arena: Arena::new(base, bytes), stripes: Stripes::new() }
    }

    /// The frames, and who has allocated how many.
    #[must_use]
    pub const fn arena(&self) -> &Arena {
        &self.arena
    }

    /// The word at `address`, which is a multiple of 8.
    ///
    /// # Errors
    /// [`BusError`] outside the memory, or if the address is not a multiple of 8.
    #[inline]
    pub fn word(&self, address: Hpa) -> Result<&AtomicU64, BusError> {
        self.arena.word_at(address).ok_or(BusError { address })
    }

    /// Reads stored bytes, without any key.
    ///
    /// # Errors
    /// [`BusError`] if a byte lies outside the memory. Some bytes may have been read by then.
    #[inline]
    pub fn read(&self, address: Hpa, into: &mut [u8]) -> Result<(), BusError> {
        for piece in pieces::<8>(address, into.len()) {
            let word = self.word(piece.unit)?.load(Ordering::Acquire).to_le_bytes();
            into[piece.bytes].copy_from_slice(&word[piece.within]);
        }
        Ok(())
    }

    /// Stores bytes, without any key. A word is stored at once; bytes beside the written ones are kept.
    ///
    /// # Errors
    /// [`BusError`] if a byte lies outside the memory. Some bytes may have been written by then.
    #[inline]
    pub fn write(&self, address: Hpa, from: &[u8]) -> Result<(), BusError> {
        for piece in pieces::<8>(address, from.len()) {
            let word = self.word(piece.unit)?;
            let bytes = &from[piece.bytes];
            if let Ok(all) = <[u8; 8]>::try_from(bytes) {
                word.store(u64::from_le_bytes(all), Ordering::Release);
                continue;
            }
            let patched = |old: u64| {
                let mut patched = old.to_le_bytes();
                patched[piece.within.clone()].copy_from_slice(bytes);
                u64::from_le_bytes(patched)
            };
            word.update(Ordering::AcqRel, Ordering::Acquire, patched);
        }
        Ok(())
    }

    /// Whether the naturally aligned block of `2^order` pages at `block` is memory.
    #[must_use]
    pub fn contains(&self, block: Hpa, order: u32) -> bool {
        let first = self.arena.base().as_u64();
        let bytes = (self.arena.pages() as u64) << 12;
        let offset = block.as_u64().wrapping_sub(first);
        block.is_aligned(12 + order) && offset < bytes && bytes - offset >= 1 << (12 + order)
    }

    pub(crate) const fn stripes(&self) -> &Stripes {
        &self.stripes
    }
}

/// # Panics
/// Both methods panic outside the memory: the engine walks pages only that it has allocated.
impl Memory for Machine {
    type Word = AtomicU64;
    #[inline(always)]
    fn word(&self, table: Hpa, index: usize) -> &AtomicU64 {
        Memory::word(&self.arena, table, index)
    }
    #[inline(always)]
    fn record(&self, table: Hpa) -> &Record<AtomicU64> {
        self.arena.record(table)
    }
}

impl TableAllocator for Machine {
    fn allocate(&self, order: u32) -> Option<Hpa> {
        self.arena.allocate(order)
    }
    fn free(&self, block: Hpa, order: u32) {
        self.arena.free(block, order);
    }
}

impl fmt::Debug for Machine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Machine").field("arena", &self.arena).finish_non_exhaustive()
    }
}

/// A physical address at which there is no memory, or no word.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct BusError {
    /// The address.
    pub address: Hpa,
}

impl fmt::Display for BusError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no memory at physical address {}", self.address)
    }
}
impl core::error::Error for BusError {}

#[cfg(test)]
mod tests {
    use super::*;

    fn machine() -> Machine {
        Machine::new(Hpa::new(0x10_0000), 4 << 12)
    }

    #[test]
    fn bytes_are_read_where_they_were_written_and_their_neighbours_are_kept() {
        let machine = machine();
        let page = machine.allocate(0).unwrap();
        machine.write(page, &[0xaa; 64]).unwrap();
        for (offset, bytes) in [(0_u64, 1), (7, 2), (8, 8), (3, 29), (63, 1)] {
            let at = page.checked_add(offset).unwrap();
            let new: Vec<u8> = (1..=bytes).collect();
            machine.write(at, &new).unwrap();
            let mut line = [0; 64];
            machine.read(page, &mut line).unwrap();
            let (before, rest) = line.split_at(offset as usize);
            let (written, after) = rest.split_at(new.len());
            assert_eq!(written, new);
            assert!(before.iter().chain(after).all(|&byte| byte == 0xaa), "{offset}+{bytes}: {line:x?}");
            machine.write(page, &[0xaa; 64]).unwrap();
        }
    }

    #[test]
    fn an_access_outside_the_memory_names_the_address() {
        let machine = machine();
        for address in [0xf_fff8, 0x10_4000, u64::MAX - 7] {
            let error = machine.read(Hpa::new(address), &mut [0]).unwrap_err();
            assert_eq!(error.address.as_u64(), address & !7);
        }
        let last = Hpa::new(0x10_3fff);
        assert_eq!(machine.write(last, &[1]), Ok(()));
        assert_eq!(machine.write(last, &[1, 2]), Err(BusError { address: Hpa::new(0x10_4000) }));
        assert!(machine.word(Hpa::new(0x10_0004)).is_err());
    }

    #[test]
    fn only_whole_aligned_blocks_inside_are_contained() {
        let machine = machine();
        assert!(machine.contains(Hpa::new(0x10_0000), 2));
        assert!(machine.contains(Hpa::new(0x10_3000), 0));
        assert!(!machine.contains(Hpa::new(0x10_3800), 0));
        assert!(!machine.contains(Hpa::new(0x10_2000), 2));
        assert!(!machine.contains(Hpa::new(0x10_0000), 3));
        assert!(!machine.contains(Hpa::new(0x10_4000), 0));
        assert!(!machine.contains(Hpa::new(0xf_f000), 0));
    }
}
