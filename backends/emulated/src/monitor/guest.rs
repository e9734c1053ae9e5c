//! The guest's side of the monitor: entering, operations of the guest, and what its violations become.

use super::apply::Answer;
use super::denied::{Denied, Lock};
use super::effects::zero;
use super::epochs::Epoch;
use super::format::{LevelsOf, ProtectedFormat};
use super::rules::Rules;
use super::tree::{Walk, decode};
use super::vm::Vm;
use crate::cpu::{Access, Domain, Exception, Exit, Inside, Qualification, Violation};
use crate::encryption::Key;
use crate::machine::Machine;
use core::fmt;
use pt_core::level::Levels;
use pt_core::states::{Initiator, PhaseName, Shape, States};
use pt_core::{Hpa, RawGpa};
use std::sync::Arc;

/// A vCPU inside the guest: the permission to use its memory. It leaves when this is dropped.
pub struct Entered<'m, F: ProtectedFormat> {
    vm: &'m Vm<F>,
    epoch: Epoch,
    key: Arc<Key>,
}

impl<F: ProtectedFormat> Drop for Entered<'_, F> {
    fn drop(&mut self) {
        self.vm.epochs.leave(self.epoch);
    }
}

impl<F: ProtectedFormat> fmt::Debug for Entered<'_, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a vCPU in epoch {} of {:?}", self.epoch, self.vm)
    }
}

/// An operation of the guest on one page.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct GuestOperation<V> {
    /// Its name in the declaration.
    pub name: &'static str,
    /// The first address of the page.
    pub address: u64,
    /// The level of the leaf.
    pub level: V,
}

/// What an operation of the guest came to.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum GuestAnswer<V> {
    /// Done.
    Done,
    /// A leaf of this level is in use there already.
    Already {
        /// The level of the leaf.
        level: V,
    },
    /// A table is at this level.
    SizeMismatch {
        /// The level of the entry that points to the table.
        level: V,
    },
    /// The entry is locked: try again.
    Busy,
    /// The VMM has to do something first: the vCPU leaves with an EPT violation.
    Violation,
}

impl<F: ProtectedFormat> Vm<F> {
    /// A vCPU enters the guest.
    ///
    /// # Errors
    /// [`Denied::Phase`] while the VM is built, [`Denied::NoKey`] after teardown, [`Denied::Busy`] in between.
    pub fn enter(&self) -> Answer<F, Entered<'_, F>> {
        self.with_key(|key, phase| match phase {
            PhaseName::Run => Ok(Entered { vm: self, epoch: self.epochs.enter(), key: key.clone() }),
            _ => Err(Denied::Phase(phase)),
        })
    }

    /// Does the operation of the guest with this name to the entry of `level` for `address`.
    ///
    /// A page that becomes accessible by it is filled with zeros first: the guest never reads what the VMM left
    /// there.
    ///
    /// # Errors
    /// [`Denied`] where the guest cannot be the reason: after teardown, or for a table outside the memory.
    pub fn guest(&self, name: &'static str, address: u64, level: LevelsOf<F>) -> Answer<F, GuestAnswer<LevelsOf<F>>> {
        if level.number() > self.space.root.number() || !self.space.is_private(address, level) {
            return Ok(GuestAnswer::Violation);
        }
        self.with_key(|key, phase| {
            let tree = self.tree(key);
            // No lock of the tree is needed: what is taken away is tracked first, and this vCPU is inside.
            let slot = match tree.find(address, level)? {
                Walk::Found(slot) => slot,
                Walk::Stopped { level, entry } => return Ok(answer_above::<F>(level, entry)),
            };
            let mut entry = match tree.lock(slot) {
                Ok(entry) => entry,
                Err(Denied::Busy(Lock::Entry)) => return Ok(GuestAnswer::Busy),
                Err(denied) => return Err(denied),
            };
            let Some(state) = entry.state() else { return Ok(GuestAnswer::Violation) };
            let rules = Rules::<F::States>::new(Initiator::Guest(name), phase);
            Ok(match (state.shape(), rules.from(state).next()) {
                (Shape::Table, _) => GuestAnswer::SizeMismatch { level },
                (Shape::Leaf, _) if state.is_accessible() => GuestAnswer::Already { level },
                (_, None) => GuestAnswer::Violation,
                (_, Some(step)) => {
                    let frame = entry.frame();
                    if step.to.is_accessible() {
                        zero(tree.memory, frame, 1 << level.shift())?;
                    }
                    entry.set(step.to, frame)?;
                    self.counters.accept();
                    GuestAnswer::Done
                }
            })
        })
    }

    /// Whether the guest itself can mend a violation at `address`: an operation of its own leads on from the state
    /// of the leaf there.
    fn awaits_guest(&self, address: u64) -> Result<bool, Denied<LevelsOf<F>>> {
        self.with_key(|key, _| {
            let tree = self.tree(key);
            let (level, raw) = tree.find_entry(address, LevelsOf::<F>::ALL[0])?;
            let by_guest = |state: F::States| {
                F::States::TRANSITIONS.iter().any(|step| step.from == state && matches!(step.by, Initiator::Guest(_)))
            };
            Ok(decode::<F>(raw, level).is_some_and(|state| state.shape() == Shape::Leaf && by_guest(state)))
        })
    }
}

impl<F: ProtectedFormat> Domain for Vm<F> {
    type Vcpu = ();
    type Inside<'d> = Entered<'d, F>;
    type Refused = Denied<LevelsOf<F>>;

    fn machine(&self) -> &Arc<Machine> {
        self.monitor.machine()
    }
    fn enter(&self, (): ()) -> Result<Entered<'_, F>, Self::Refused> {
        Self::enter(self)
    }
}

impl<F: ProtectedFormat> Inside for Entered<'_, F> {
    type Operation = GuestOperation<LevelsOf<F>>;
    type Answer = GuestAnswer<LevelsOf<F>>;

    fn epoch(&self) -> u64 {
        self.epoch.into()
    }
    #[inline]
    fn key(&self) -> Option<&Key> {
        Some(&self.key)
    }
    fn root(&self) -> Hpa {
        self.vm.root
    }

    fn advance(&mut self) {}

    fn violation(&mut self, gpa: RawGpa, qualification: Qualification) -> Violation {
        let private = gpa.as_u64() & self.vm.space.shared == 0;
        if private && self.vm.tells_guest() && self.vm.awaits_guest(gpa.as_u64()).unwrap_or(false) {
            return Violation::Exception(Exception::Virtualization { gpa, qualification });
        }
        Violation::Exit(exit(gpa, qualification))
    }

    fn operate(&mut self, operation: Self::Operation) -> Result<Self::Answer, Exit> {
        let GuestOperation { name, address, level } = operation;
        match self.vm.guest(name, address, level) {
            Ok(GuestAnswer::Violation) | Err(_) => {
                Err(exit(RawGpa::new(address), Qualification::new(Access::Write, 0)))
            }
            Ok(answer) => Ok(answer),
        }
    }
}

fn exit(gpa: RawGpa, qualification: Qualification) -> Exit {
    Exit::Violation { gpa: RawGpa::new(gpa.as_u64() & !0xfff), qualification, extended: 0 }
}

/// What the guest is told when the walk ended above its level.
fn answer_above<F: ProtectedFormat>(level: LevelsOf<F>, entry: u64) -> GuestAnswer<LevelsOf<F>> {
    match decode::<F>(entry, level) {
        Some(state) if state.shape() == Shape::Leaf && state.is_accessible() => GuestAnswer::Already { level },
        _ => GuestAnswer::Violation,
    }
}
