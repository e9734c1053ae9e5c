//! A software monitor that follows the declared states.
//!
//! The [`Monitor`] of a machine knows which VM each frame belongs to, and makes the keys. A [`Vm`] is one VM in its
//! hands: it owns the protected tree, whose entries lie in pages that the VMM gave for it, encrypted by the key of
//! the VM, and changes them only by [`Vm::apply`], along [`TRANSITIONS`] of the declaration. Whatever the
//! declaration does not allow in the entry's present state, in the present phase, or before stale translations
//! were tracked, is [`Denied`]. The monitor knows no method by name: what a method does follows from the states
//! it leads between.
//!
//! Beside the states it keeps what every monitor keeps: a frame is a private page once at most, a table is linked
//! below a table, a table is unlinked when it is empty, and no lock is ever waited for. What hardware wants in an
//! entry around the state bits is a [`ProtectedFormat`].
//!
//! After [`Vm::teardown`] there is no key, so that no transition exists any more, whatever it is declared for.
//!
//! [`TRANSITIONS`]: pt_core::states::States::TRANSITIONS

mod apply;
mod counters;
mod denied;
mod effects;
mod epochs;
mod faults;
mod format;
mod guest;
mod inspect;
mod ownership;
mod rules;
mod tree;
mod vm;

pub use apply::Operation;
pub use counters::{Count, Statistics};
pub use denied::{Denied, Lock, Operand, OutcomeKind};
pub use epochs::Epoch;
pub use faults::{Call, Fault, Faults};
pub use format::{LevelsOf, MethodOf, ProtectedFormat};
pub use guest::{Entered, GuestAnswer, GuestOperation};
pub use inspect::Protected;
pub use ownership::{Use, VmId};
pub use vm::{AddressSpace, Vm};

use crate::encryption::Key;
use crate::machine::Machine;
use crate::random::Random;
use core::fmt;
use core::sync::atomic::{AtomicU32, Ordering};
use ownership::Ownership;
use pt_core::Hpa;
use std::sync::{Arc, Mutex};

/// The monitor of a machine.
pub struct Monitor {
    machine: Arc<Machine>,
    ownership: Ownership,
    keys: Mutex<Random>,
    vms: AtomicU32,
}

impl Monitor {
    /// The monitor of `machine`, whose keys are those of the seed.
    ///
    /// # Panics
    /// If the memory of the machine ends beyond 2^52, where no entry can point to.
    #[must_use]
    pub fn new(machine: Arc<Machine>, seed: u64) -> Arc<Self> {
        let end = machine.arena().base().as_u64() + ((machine.arena().pages() as u64) << 12);
        assert!(end <= 1 << 52, "the memory ends at {end:#x}, beyond the 52 address bits of an entry");
        let ownership = Ownership::new(machine.arena().base(), machine.arena().pages());
        Arc::new(Self { machine, ownership, keys: Mutex::new(Random::new(seed)), vms: AtomicU32::new(0) })
    }

    /// Makes a VM with a fresh key and an empty protected tree. The root page is taken from the machine.
    ///
    /// # Errors
    /// [`Denied::Operand`] if there is no page for the root.
    pub fn create<F: ProtectedFormat>(
        self: &Arc<Self>,
        space: AddressSpace<LevelsOf<F>>,
    ) -> Result<Vm<F>, Denied<LevelsOf<F>>> {
        let id = self.vms.fetch_add(1, Ordering::Relaxed) + 1;
        let key = Key::generate(&mut vm::briefly(&self.keys));
        Vm::new(self.clone(), id, space, key)
    }

    /// The machine.
    #[must_use]
    pub const fn machine(&self) -> &Arc<Machine> {
        &self.machine
    }

    /// The VM that a frame belongs to, and what it is used for there.
    #[must_use]
    pub fn owner(&self, frame: Hpa) -> Option<(VmId, Use)> {
        self.ownership.of(frame)
    }
}

impl fmt::Debug for Monitor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Monitor of {:?}", self.machine)
    }
}
