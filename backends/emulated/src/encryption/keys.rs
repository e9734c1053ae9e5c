//! The keys of a machine by their key identifier: what the memory controller looks up for every access.
//!
//! A key identifier is the number in the upper bits of a physical address that says which key an access goes through.
//! One without a key of its own goes through none here, as it goes through the platform's key on hardware.
//!
//! Intel Architecture Memory Encryption Technologies specification, key programming (`PCONFIG`).

use super::Key;
use crate::random::Random;
use core::fmt;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

/// The keys of a machine.
pub struct Keys {
    keys: Box<[RwLock<Option<Arc<Key>>>]>,
    random: Mutex<Random>,
}

impl Keys {
    /// A table of `keys` key identifiers without keys. Those that are generated later follow from the seed.
    #[must_use]
    pub fn new(keys: u16, seed: u64) -> Self {
        Self { keys: (0..keys).map(|_| RwLock::default()).collect(), random: Mutex::new(Random::new(seed)) }
    }

    /// Gives the key identifier a fresh key. What was stored through the old one is garbage from now on. Nothing
    /// happens to an identifier that the machine does not have.
    pub fn generate(&self, id: u16) {
        let key = Key::generate(&mut self.random.lock().unwrap_or_else(PoisonError::into_inner));
        self.set(id, Some(Arc::new(key)));
    }

    /// Destroys the key of the key identifier. Whoever holds it still has it.
    pub fn clear(&self, id: u16) {
        self.set(id, None);
    }

    /// The key of the key identifier, if it has one of its own.
    #[must_use]
    pub fn get(&self, id: u16) -> Option<Arc<Key>> {
        self.keys.get(usize::from(id))?.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Does `access` with the key of the identifier. Until it is done, the key is neither replaced nor destroyed.
    #[inline]
    pub fn with<R>(&self, id: u16, access: impl FnOnce(Option<&Key>) -> R) -> R {
        let slot = self.keys.get(usize::from(id)).map(|slot| slot.read().unwrap_or_else(PoisonError::into_inner));
        access(slot.as_ref().and_then(|slot| slot.as_deref()))
    }

    fn set(&self, id: u16, key: Option<Arc<Key>>) {
        if let Some(slot) = self.keys.get(usize::from(id)) {
            *slot.write().unwrap_or_else(PoisonError::into_inner) = key;
        }
    }
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let configured = (0..self.keys.len() as u16).filter(|&id| self.get(id).is_some()).count();
        write!(f, "{configured} keys of {}", self.keys.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Keyed;
    use crate::machine::Machine;
    use pt_core::{Hpa, TableAllocator};

    #[test]
    fn a_key_that_is_generated_anew_reads_garbage_and_one_that_is_cleared_is_gone() {
        let machine = Machine::new(Hpa::new(0), 1 << 12);
        let page = machine.allocate(0).unwrap();
        let table = Keys::new(4, 7);
        let load = |key: &Key| Keyed::new(&machine, key).load(page).unwrap();
        table.generate(3);
        let old = table.get(3).unwrap();
        Keyed::new(&machine, &old).store(page, 0x1234).unwrap();
        assert_eq!(load(&table.get(3).unwrap()), 0x1234);
        table.generate(3);
        assert_ne!(load(&table.get(3).unwrap()), 0x1234);
        table.clear(3);
        assert!(table.get(3).is_none() && table.get(2).is_none());
        assert_eq!(load(&old), 0x1234, "whoever holds it still has it");
    }

    #[test]
    fn a_key_id_that_the_machine_does_not_have_has_no_key() {
        let table = Keys::new(4, 7);
        table.generate(4);
        assert!(table.get(4).is_none());
    }
}
