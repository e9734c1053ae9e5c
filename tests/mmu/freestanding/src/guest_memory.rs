//! Memory for guests: all of the machine's memory behind the image.
#![allow(unsafe_code, reason = "guest memory is memory that Rust knows nothing of")]

use crate::boot;
use core::ptr::with_exposed_provenance_mut;
use core::sync::atomic::{AtomicU8, AtomicU32, AtomicU64, Ordering};
use pt_core::Hpa;

/// The memory that the image has left for guests. What lies there is read and written at physical addresses, by the
/// image and by guests alike.
#[derive(Copy, Clone, Debug)]
pub struct GuestMemory {
    start: u64,
    end: u64,
}

/// What [`GuestMemory`] begins at a multiple of.
const ALIGNMENT: u64 = 2 << 20;

impl GuestMemory {
    /// All memory behind the image, below 4 GiB.
    #[must_use]
    pub fn get() -> Self {
        let end = boot::memory_end_address().min(1 << 32);
        Self { start: boot::image_end_address().next_multiple_of(ALIGNMENT), end }
    }

    /// The first address.
    #[must_use]
    pub const fn start(self) -> Hpa {
        Hpa::new(self.start)
    }

    /// The first address behind it.
    #[must_use]
    pub const fn end(self) -> Hpa {
        Hpa::new(self.end)
    }

    /// Whether these bytes are guest memory.
    #[must_use]
    pub const fn contains(self, at: Hpa, bytes: u64) -> bool {
        at.as_u64() >= self.start && at.as_u64() <= self.end && bytes <= self.end - at.as_u64()
    }

    fn checked(self, at: Hpa, bytes: u64) -> usize {
        let aligned = at.as_u64().is_multiple_of(bytes);
        assert!(aligned && self.contains(at, bytes), "{at} is no place for {bytes} bytes of guest memory");
        at.as_u64() as usize
    }

    fn byte(self, at: Hpa) -> &'static AtomicU8 {
        let address = self.checked(at, 1);
        // SAFETY: the byte is memory behind the image, mapped identically, where no Rust object lies. It is accessed
        // through atomics only, and by guests as another CPU would.
        unsafe { AtomicU8::from_ptr(with_exposed_provenance_mut(address)) }
    }

    /// Writes `bytes` from `at` on.
    ///
    /// # Panics
    /// If that is no guest memory.
    pub fn write(self, at: Hpa, bytes: &[u8]) {
        for (offset, byte) in bytes.iter().enumerate() {
            self.byte(Hpa::new(at.as_u64() + offset as u64)).store(*byte, Ordering::Relaxed);
        }
    }

    /// The aligned 32-bit word at `at`.
    ///
    /// # Panics
    /// If that is no guest memory.
    #[must_use]
    pub fn word32(self, at: Hpa) -> &'static AtomicU32 {
        let address = self.checked(at, 4);
        // SAFETY: as for a byte; it is aligned.
        unsafe { AtomicU32::from_ptr(with_exposed_provenance_mut(address)) }
    }

    /// The aligned 64-bit word at `at`.
    ///
    /// # Panics
    /// If that is no guest memory.
    #[must_use]
    pub fn word64(self, at: Hpa) -> &'static AtomicU64 {
        let address = self.checked(at, 8);
        // SAFETY: as for a byte; it is aligned.
        unsafe { AtomicU64::from_ptr(with_exposed_provenance_mut(address)) }
    }
}
