//! What a vCPU needs from the monitor of its VM.
//!
//! A [`Domain`] is one confidential VM in the hands of its monitor. It lets a vCPU in, and what it answers is the
//! vCPU [`Inside`]: the table and the key that private accesses go through, what a violation becomes, and what the
//! guest can ask the monitor for. To drop it is to leave.
//!
//! The contract on which the TLB relies: a vCPU that enters in the epoch of its last turn may use every private
//! translation that it had then; in another epoch, none. A domain must therefore not take a page away before the
//! epoch in which it was blocked is over, and every vCPU of that epoch has left.

use super::exit::{Exception, Exit, Qualification};
use crate::encryption::Key;
use crate::machine::Machine;
use core::fmt::Debug;
use pt_core::{Hpa, RawGpa};
use std::sync::Arc;

/// One confidential VM, as its vCPUs meet the monitor.
pub trait Domain: Send + Sync {
    /// What the monitor knows a vCPU by; `()` if it knows none.
    type Vcpu: Copy + Send + Debug;
    /// A vCPU inside.
    type Inside<'d>: Inside
    where
        Self: 'd;
    /// Why a vCPU cannot enter.
    type Refused;

    /// The machine that it runs on.
    fn machine(&self) -> &Arc<Machine>;

    /// Lets a vCPU in.
    ///
    /// # Errors
    /// What the monitor answers instead.
    fn enter(&self, vcpu: Self::Vcpu) -> Result<Self::Inside<'_>, Self::Refused>;
}

/// A vCPU inside a [`Domain`]. It leaves when this is dropped.
pub trait Inside {
    /// What the guest can ask the monitor for, such as to accept a page.
    type Operation;
    /// What it is answered.
    type Answer;

    /// The epoch that it entered in.
    fn epoch(&self) -> u64;

    /// The key that private accesses go through; without one they are in the open.
    fn key(&self) -> Option<&Key>;

    /// The root of the table for private addresses.
    fn root(&self) -> Hpa;

    /// The guest has completed an access since it entered. Said before a violation, or before it leaves.
    fn advance(&mut self);

    /// What becomes of an EPT violation that the CPU does not turn into #VE itself.
    fn violation(&mut self, gpa: RawGpa, qualification: Qualification) -> Violation;

    /// Does an operation of the guest.
    ///
    /// # Errors
    /// The exit that it becomes instead.
    fn operate(&mut self, operation: Self::Operation) -> Result<Self::Answer, Exit>;
}

/// What the monitor makes of an EPT violation.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Violation {
    /// The guest itself can do something about it.
    Exception(Exception),
    /// The VMM has to.
    Exit(Exit),
}
