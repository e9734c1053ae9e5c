//! The stages of a TD's life, and the TD itself.

use super::clean::Cleaner;
use super::hooks::ModuleHooks;
use super::host::Host;
use super::pages::Pages;
use crate::Tdx;
use crate::host::{Hkid, Tdr};
use core::fmt;
use core::ops::Deref;
use pt_core::pair::{Build, Run, Teardown, Vm};

/// The engine's VM of a TD, in the phase `Ph`.
pub type VmOf<Ph, H> = Vm<Tdx, Ph, <H as Host>::Memory, <H as Host>::Allocator, ModuleHooks<H>>;

/// The most pages of a TDCS: six, and a root for each of three nested VMs.
const TDCX: usize = 9;

/// A TD in the stage `St` of its life. See the [module](super).
///
/// A TD that is dropped leaks its pages, its key identifier and its tables: it has to be [closed](Td::close).
#[must_use = "a TD that is dropped leaks its pages and its key: stop it, and close it"]
pub struct Td<St: Stage<H>, H: Host> {
    pub(super) tdr: Tdr,
    pub(super) key: Hkid,
    pub(super) host: H,
    pub(super) control: Pages<TDCX>,
    pub(super) stage: St::State,
}

mod sealed {
    /// Only this crate says which stages there are.
    pub trait Sealed {}
}

macro_rules! seal {
    ($($stage:ident)*) => {$(
        impl sealed::Sealed for $stage {}
    )*};
}
seal!(Created Keyed Complete Build Run Flushed WrittenBack Teardown);

/// A stage in the life of a TD.
pub trait Stage<H: Host>: sealed::Sealed {
    /// The name used in messages.
    const NAME: &'static str;
    /// What the TD has in this stage beside its control structure.
    type State;
}

/// A stage before [`stop`](Td::stop): the TD has a key.
pub trait WithKey<H: Host>: Stage<H> {
    /// The engine's VM, if there is one by now, told that its key is going.
    fn into_vm(state: Self::State) -> Option<VmOf<Teardown, H>>;
}

macro_rules! stages {
    ($($(#[$meta:meta])* $name:ident: $state:ty;)*) => {$(
        $(#[$meta])*
        #[derive(Copy, Clone, Debug)]
        pub enum $name {}

        impl<H: Host> Stage<H> for $name {
            const NAME: &'static str = stringify!($name);
            type State = $state;
        }
    )*};
}
stages! {
    /// The TD has a TDR and a key identifier: TDH.MNG.CREATE. The state is how many packages have its key.
    Created: u32;
    /// Each package has the TD's key: TDH.MNG.KEY.CONFIG.
    Keyed: ();
    /// The TD's control structure is complete: TDH.MNG.ADDCX.
    Complete: ();
    /// No vCPU can enter any more: TDH.MNG.VPFLUSHDONE.
    Flushed: Option<VmOf<Teardown, H>>;
    /// No cache holds anything of the TD: TDH.PHYMEM.CACHE.WB.
    WrittenBack: Option<VmOf<Teardown, H>>;
}

/// TDH.MNG.INIT: pages and vCPUs are added.
impl<H: Host> Stage<H> for Build {
    const NAME: &'static str = "Build";
    type State = VmOf<Build, H>;
}

/// TDH.MR.FINALIZE: the TD can run.
impl<H: Host> Stage<H> for Run {
    const NAME: &'static str = "Run";
    type State = VmOf<Run, H>;
}

/// TDH.MNG.KEY.FREEID: everything can be reclaimed.
impl<H: Host> Stage<H> for Teardown {
    const NAME: &'static str = "Teardown";
    type State = Option<VmOf<Teardown, H>>;
}

macro_rules! without_vm {
    ($($stage:ident)*) => {$(
        impl<H: Host> WithKey<H> for $stage {
            fn into_vm(_: <Self as Stage<H>>::State) -> Option<VmOf<Teardown, H>> {
                None
            }
        }
    )*};
}
without_vm!(Created Keyed Complete);

macro_rules! with_vm {
    ($($stage:ident)*) => {$(
        impl<H: Host> WithKey<H> for $stage {
            fn into_vm(vm: VmOf<$stage, H>) -> Option<VmOf<Teardown, H>> {
                Some(vm.teardown())
            }
        }

        /// What needs no exclusive access: faults, readers, the shared half.
        impl<H: Host> Deref for Td<$stage, H> {
            type Target = VmOf<$stage, H>;

            fn deref(&self) -> &Self::Target {
                &self.stage
            }
        }
    )*};
}
with_vm!(Build Run);

impl<St: Stage<H>, H: Host> Td<St, H> {
    /// The root page.
    #[must_use]
    pub const fn tdr(&self) -> Tdr {
        self.tdr
    }

    /// The host.
    pub const fn host(&self) -> &H {
        &self.host
    }

    /// The same TD in another stage.
    pub(super) fn into_stage<To: Stage<H>>(self, state: impl FnOnce(St::State) -> To::State) -> Td<To, H> {
        let Self { tdr, key, host, control, stage } = self;
        Td { tdr, key, host, control, stage: state(stage) }
    }
}

macro_rules! keyed {
    ($($stage:ident)*) => {$(
        impl<H: Host> Td<$stage, H> {
            /// The key identifier.
            #[must_use]
            pub const fn key(&self) -> Hkid {
                self.key
            }

            /// Cleans pages that this TD had.
            pub fn cleaner(&self) -> Cleaner<H> {
                Cleaner::new(self.host.clone(), Some(self.key))
            }
        }
    )*};
}
keyed!(Created Keyed Complete Build Run);

impl<St: Stage<H>, H: Host> fmt::Debug for Td<St, H> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TD {} in stage {}", self.tdr.page(), St::NAME)
    }
}
