//! Sequence locks that make a sector of encrypted memory change at once.
//!
//! A sector is two words, and a store of one byte changes all of it. Writers of a sector exclude each other, and
//! a reader that met a writer reads again: on hardware the cache does this. Sectors share locks by the low bits
//! of their number; no lock is held for longer than the encryption of one sector, and nobody takes two.

use core::sync::atomic::{AtomicU32, Ordering, fence};

/// How many locks there are.
const STRIPES: usize = 1 << 12;

/// The locks. An odd version is locked.
pub struct Stripes {
    versions: Box<[AtomicU32]>,
}

impl Stripes {
    pub fn new() -> Self {
        Self { versions: (0..STRIPES).map(|_| AtomicU32::new(0)).collect() }
    }

    #[inline]
    fn version(&self, sector: u64) -> &AtomicU32 {
        &self.versions[sector as usize % STRIPES]
    }

    /// Runs `read`, which loads words of the sector, until no writer came between.
    #[inline]
    pub fn read<R>(&self, sector: u64, read: impl Fn() -> R) -> R {
        let version = self.version(sector);
        loop {
            let before = version.load(Ordering::Acquire);
            if before & 1 == 0 {
                let value = read();
                // Orders the loads in `read` before the second look at the version.
                fence(Ordering::Acquire);
                if version.load(Ordering::Relaxed) == before {
                    return value;
                }
            }
            core::hint::spin_loop();
        }
    }

    /// Locks the sector against other writers until the guard is dropped.
    #[inline]
    pub fn lock(&self, sector: u64) -> Locked<'_> {
        let version = self.version(sector);
        let mut tries = 0_u32;
        loop {
            let seen = version.load(Ordering::Relaxed);
            let lock =
                || version.compare_exchange_weak(seen, seen.wrapping_add(1), Ordering::Acquire, Ordering::Relaxed);
            if seen & 1 == 0 && lock().is_ok() {
                // Orders the odd version before the stores of the sector.
                fence(Ordering::Release);
                return Locked { version, unlocked: seen.wrapping_add(2) };
            }
            tries += 1;
            if tries.is_multiple_of(64) {
                // The holder may have been descheduled.
                std::thread::yield_now();
            } else {
                core::hint::spin_loop();
            }
        }
    }
}

/// The permission to write a sector.
pub struct Locked<'a> {
    version: &'a AtomicU32,
    unlocked: u32,
}

impl Drop for Locked<'_> {
    #[inline]
    fn drop(&mut self) {
        self.version.store(self.unlocked, Ordering::Release);
    }
}
