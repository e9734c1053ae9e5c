//! The phases in the life of a VM, as types.
//!
//! ```text
//! Build --finalise--> Run --teardown--> Teardown
//!    \______________________teardown_______^
//! ```
//!
//! Pages with initial content are added while a VM is built, faults are resolved while it runs, and pages are
//! reclaimed once its key is gone. Each operation exists in its phase only.

mod sealed {
    pub trait Sealed {}
}

/// A phase in the life of a VM.
pub trait Phase: sealed::Sealed + 'static {
    /// The name used in messages.
    const NAME: &'static str;
}

/// A phase in which the VM's key is in use: its private memory changes by the hooks.
#[diagnostic::on_unimplemented(
    message = "this needs the key of the VM, which is gone after `teardown`",
    label = "a VM in teardown can only be reclaimed"
)]
pub trait Live: Phase {}

/// The VM is being built: it cannot run yet, and pages with initial content are added to it.
#[derive(Copy, Clone, Debug)]
pub enum Build {}

/// The VM can run: its memory is mapped by faults.
#[derive(Copy, Clone, Debug)]
pub enum Run {}

/// The VM's key is gone: its pages are reclaimed.
#[derive(Copy, Clone, Debug)]
pub enum Teardown {}

impl sealed::Sealed for Build {}
impl sealed::Sealed for Run {}
impl sealed::Sealed for Teardown {}

impl Phase for Build {
    const NAME: &'static str = "build";
}
impl Phase for Run {
    const NAME: &'static str = "run";
}
impl Phase for Teardown {
    const NAME: &'static str = "teardown";
}

impl Live for Build {}
impl Live for Run {}
