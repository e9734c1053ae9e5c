//! Control structures, by number.
//!
//! The module keeps its control structures in pages that the host gives it; the emulated module keeps them here, and
//! the PAMT record of the structure's root page holds the number. Who may look at a structure is decided by the lock of
//! that record, as in the module. A structure is reused, never freed, so that a reference is good for as long as the
//! module.

use std::sync::{Mutex, OnceLock, PoisonError};

/// The first piece holds this many, each further one twice as many as the one before.
const FIRST: usize = 16;
const PIECES: usize = 24;

/// A growing array whose elements stay where they are.
#[derive(Debug)]
pub(crate) struct Slots<T> {
    pieces: [OnceLock<Box<[T]>>; PIECES],
    free: Mutex<Free>,
}

#[derive(Debug, Default)]
struct Free {
    returned: Vec<u32>,
    /// All numbers below were handed out.
    next: u32,
}

impl<T: Default> Slots<T> {
    pub fn new() -> Self {
        Self { pieces: [const { OnceLock::new() }; PIECES], free: Mutex::default() }
    }

    const fn place(number: u32) -> (usize, usize) {
        let index = number as usize + FIRST;
        let piece = index.ilog2() - FIRST.ilog2();
        (piece as usize, index - (FIRST << piece))
    }

    /// The structure with this number, which [`take`](Self::take) returned.
    #[inline]
    pub fn get(&self, number: u32) -> &T {
        let (piece, index) = Self::place(number);
        &self.pieces[piece].get_or_init(|| (0..FIRST << piece).map(|_| T::default()).collect())[index]
    }

    /// A number that nobody has.
    pub fn take(&self) -> u32 {
        let mut free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        free.returned.pop().unwrap_or_else(|| {
            free.next += 1;
            free.next - 1
        })
    }

    /// Gives a number back.
    pub fn put(&self, number: u32) {
        self.free.lock().unwrap_or_else(PoisonError::into_inner).returned.push(number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use core::sync::atomic::{AtomicU32, Ordering};

    #[test]
    fn every_number_has_a_place_of_its_own() {
        let slots = Slots::<AtomicU32>::new();
        for number in 0..200 {
            assert_eq!(slots.take(), number);
            slots.get(number).store(number + 1, Ordering::Relaxed);
        }
        assert!((0..200).all(|number| slots.get(number).load(Ordering::Relaxed) == number + 1));
        slots.put(7);
        assert_eq!((slots.take(), slots.take()), (7, 200));
    }
}
