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

/// A phase in which pages with initial content are added: [`Build`].
#[diagnostic::on_unimplemented(
    message = "pages with initial content are added before the VM is finalised; this VM is in the phase `{Self}`",
    label = "the VM is not being built any more",
    note = "after `finalise` its memory is mapped by faults: the guest accepts those pages itself"
)]
pub trait Building: Phase {}

/// A phase in which faults are resolved: [`Run`].
#[diagnostic::on_unimplemented(
    message = "faults are resolved while the VM can run; this VM is in the phase `{Self}`",
    label = "the VM cannot run in this phase",
    note = "`finalise` ends the building of a VM, and `teardown` its life"
)]
pub trait Running: Phase {}

/// A phase in which pages are reclaimed: [`Teardown`].
#[diagnostic::on_unimplemented(
    message = "pages are reclaimed from a VM whose key is gone; this VM is in the phase `{Self}`",
    label = "the VM's key is still in use",
    note = "`teardown` ends the life of a VM; memory of a VM that lives comes back by a removal"
)]
pub trait TornDown: Phase {}

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
impl Building for Build {}
impl Running for Run {}
impl TornDown for Teardown {}
impl Live for Run {}
