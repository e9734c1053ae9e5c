//! What the monitor keeps of one VM, and the life of the VM as a whole.

use super::Monitor;
use super::counters::{Counters, Statistics};
use super::denied::{Denied, Lock, Operand};
use super::epochs::{Epoch, Epochs};
use super::faults::Faults;
use super::format::{LevelsOf, MethodOf, ProtectedFormat};
use super::ownership::{Use, VmId};
use super::tree::{Tree, encode};
use crate::encryption::{Key, Keyed};
use core::fmt;
use core::sync::atomic::{AtomicBool, Ordering};
use pt_core::level::Levels;
use pt_core::states::{PhaseName, States};
use pt_core::{Hpa, TableAllocator};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, TryLockError};

/// The guest-physical address space of a VM.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct AddressSpace<V> {
    /// The level of the root table.
    pub root: V,
    /// Address bits.
    pub width: u32,
    /// The bit that is set in shared addresses and clear in private ones, in place.
    pub shared: u64,
}

impl<V: Levels> AddressSpace<V> {
    /// Whether `address` is a private address, aligned to what an entry of this level maps.
    #[must_use]
    pub fn is_private(&self, address: u64, level: V) -> bool {
        address >> self.width == 0 && address & self.shared == 0 && address & ((1 << level.shift()) - 1) == 0
    }
}

/// One VM in the hands of the monitor.
pub struct Vm<F: ProtectedFormat> {
    pub(super) monitor: Arc<Monitor>,
    pub(super) id: VmId,
    pub(super) space: AddressSpace<LevelsOf<F>>,
    pub(super) root: Hpa,
    life: RwLock<Life>,
    pub(super) tree_lock: RwLock<()>,
    pub(super) epochs: Epochs,
    /// The epoch in which each blocked entry was blocked, by the entry's physical address.
    pub(super) blocked: Mutex<HashMap<u64, Epoch>>,
    pub(super) unfinished: Mutex<Vec<Unfinished<F>>>,
    /// Whether a page that waits for the guest is the VMM's business.
    exits_when_pending: AtomicBool,
    faults: Mutex<Faults<MethodOf<F>, LevelsOf<F>>>,
    pub(super) counters: Counters<MethodOf<F>>,
}

/// The phase, and the key as long as there is one.
pub(super) struct Life {
    pub phase: PhaseName,
    pub key: Option<Arc<Key>>,
}

/// An operation that was interrupted.
pub(super) struct Unfinished<F: ProtectedFormat> {
    pub method: MethodOf<F>,
    pub address: u64,
    pub level: LevelsOf<F>,
}

/// A lock that is taken or refused, never waited for.
pub(super) fn attempt<G, V>(lock: Result<G, TryLockError<G>>, what: Lock) -> Result<G, Denied<V>> {
    match lock {
        Ok(guard) => Ok(guard),
        // Nothing half-done is left behind by a panic: an entry is written at once.
        Err(TryLockError::Poisoned(poisoned)) => Ok(poisoned.into_inner()),
        Err(TryLockError::WouldBlock) => Err(Denied::Busy(what)),
    }
}

/// A lock around a few instructions, which is no part of the emulation.
pub(super) fn briefly<T>(lock: &Mutex<T>) -> MutexGuard<'_, T> {
    lock.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<F: ProtectedFormat> Vm<F> {
    pub(super) fn new(
        monitor: Arc<Monitor>,
        id: VmId,
        space: AddressSpace<LevelsOf<F>>,
        key: Key,
    ) -> Result<Self, Denied<LevelsOf<F>>> {
        let machine = monitor.machine();
        let root = machine.allocate(0).ok_or(Denied::Operand(Operand::Page))?;
        if !monitor.ownership.claim(root, id, Use::Table) {
            machine.free(root, 0);
            return Err(Denied::PageInUse(root));
        }
        let vm = Self {
            id,
            space,
            root,
            life: RwLock::new(Life { phase: PhaseName::Build, key: Some(Arc::new(key)) }),
            tree_lock: RwLock::new(()),
            epochs: Epochs::new(),
            blocked: Mutex::new(HashMap::new()),
            unfinished: Mutex::new(Vec::new()),
            exits_when_pending: AtomicBool::new(false),
            faults: Mutex::new(Faults::none()),
            counters: Counters::new(),
            monitor,
        };
        let empty = encode::<F>(F::States::INITIAL, Hpa::new(0), space.root);
        vm.with_key(|key, _| Ok(vm.tree(key).store_table(root, |_| empty)?))?;
        Ok(vm)
    }

    /// The number of the VM. No two VMs of a monitor have the same.
    #[must_use]
    pub const fn id(&self) -> VmId {
        self.id
    }

    /// The guest-physical address space.
    #[must_use]
    pub const fn space(&self) -> AddressSpace<LevelsOf<F>> {
        self.space
    }

    /// The root of the protected table: what the CPU's root register for private addresses is loaded with.
    #[must_use]
    pub const fn root(&self) -> Hpa {
        self.root
    }

    /// The monitor.
    #[must_use]
    pub const fn monitor(&self) -> &Arc<Monitor> {
        &self.monitor
    }

    /// The present phase.
    #[must_use]
    pub fn phase(&self) -> PhaseName {
        self.life.read().unwrap_or_else(PoisonError::into_inner).phase
    }

    /// Replaces the plan of faults.
    pub fn set_faults(&self, faults: Faults<MethodOf<F>, LevelsOf<F>>) {
        *briefly(&self.faults) = faults;
    }

    /// Chooses what an access to a page becomes that waits for an operation of the guest: #VE, or an exit.
    pub fn set_exits_when_pending(&self, exits: bool) {
        self.exits_when_pending.store(exits, Ordering::Relaxed);
    }

    /// Whether the guest is told of violations that it can mend itself.
    pub(super) fn tells_guest(&self) -> bool {
        !self.exits_when_pending.load(Ordering::Relaxed)
    }

    /// What the monitor did so far for this VM.
    #[must_use]
    pub fn statistics(&self) -> Statistics<MethodOf<F>> {
        self.counters.snapshot()
    }

    /// Ends the phase in which the VM is built: from now on vCPUs can enter.
    ///
    /// # Errors
    /// [`Denied::Phase`] in another phase, [`Denied::Busy`] while another operation is under way.
    pub fn finalize(&self) -> Result<(), Denied<LevelsOf<F>>> {
        let mut life = attempt(self.life.try_write(), Lock::Phase)?;
        if life.phase != PhaseName::Build {
            return Err(Denied::Phase(life.phase));
        }
        life.phase = PhaseName::Run;
        Ok(())
    }

    /// Destroys the key. Nothing can be read, mapped or removed any more; pages are only reclaimed.
    ///
    /// # Errors
    /// [`Denied::Busy`] while a vCPU is inside or another operation is under way.
    pub fn teardown(&self) -> Result<(), Denied<LevelsOf<F>>> {
        let mut life = attempt(self.life.try_write(), Lock::Phase)?;
        if !self.epochs.is_empty() {
            return Err(Denied::Busy(Lock::Vcpus));
        }
        *life = Life { phase: PhaseName::Teardown, key: None };
        briefly(&self.unfinished).clear();
        briefly(&self.blocked).clear();
        Ok(())
    }

    /// Calls the monitor about no entry: faults are injected, and the call is counted.
    pub(super) fn call(
        &self,
        method: MethodOf<F>,
        operate: impl FnOnce() -> Result<(), Denied<LevelsOf<F>>>,
    ) -> Result<(), Denied<LevelsOf<F>>> {
        let answer = match self.fault(method, 0, None) {
            Some(denied) => Err(denied),
            None => operate(),
        };
        self.counters.call(method, &answer);
        answer
    }

    /// What the plan of faults says about a call.
    pub(super) fn fault(
        &self,
        method: MethodOf<F>,
        address: u64,
        level: Option<LevelsOf<F>>,
    ) -> Option<Denied<LevelsOf<F>>> {
        use super::faults::Fault;
        Some(match (briefly(&self.faults).next(method, address, level)?, level) {
            (Fault::Fail(status), _) => Denied::Injected { status },
            (Fault::Interrupt, Some(level)) if F::interruptible(method) => {
                Denied::Interrupted { handle: address | u64::from(level.number()) }
            }
            (Fault::Busy | Fault::Interrupt, _) => Denied::Busy(Lock::Injected),
        })
    }

    /// Runs `operate` with the key, while neither phase nor key can change.
    pub(super) fn with_key<R>(
        &self,
        operate: impl FnOnce(&Arc<Key>, PhaseName) -> Result<R, Denied<LevelsOf<F>>>,
    ) -> Result<R, Denied<LevelsOf<F>>> {
        let life = attempt(self.life.try_read(), Lock::Phase)?;
        operate(life.key.as_ref().ok_or(Denied::NoKey)?, life.phase)
    }

    pub(super) fn tree<'a>(&'a self, key: &'a Key) -> Tree<'a, F> {
        let memory = Keyed::new(self.monitor.machine(), key);
        Tree { memory, root: self.root, top: self.space.root, counters: &self.counters }
    }
}

/// Gives the root page back to the machine.
impl<F: ProtectedFormat> Drop for Vm<F> {
    fn drop(&mut self) {
        self.monitor.ownership.release(self.root, self.id);
        self.monitor.machine().free(self.root, 0);
    }
}

impl<F: ProtectedFormat> fmt::Debug for Vm<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Vm {} ({:?}, root {})", self.id, self.phase(), self.root)
    }
}
