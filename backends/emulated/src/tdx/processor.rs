//! The logical processor that a call comes from.
//!
//! A vCPU is associated with the processor that it was initialised or entered on, whose caches and TLBs may know it,
//! until TDH.VP.FLUSH is called there; and keys and caches are those of a package. [`Module::processor`] gives calls a
//! place. A [`Module`] that is called itself knows none: then each call comes from wherever it would succeed.
//!
//! TDX module 1.5 base specification, VCPU to LP association.

use super::guest::Inside;
use super::{Memory, Module};
use core::fmt;
use pt_tdx::{Registers, Seamcall, Status, Unavailable};

/// Which processor it is.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct Place {
    /// The number of the logical processor, below 2^32 - 2.
    pub processor: u32,
    /// The number of its package, below [`Platform::packages`](super::Platform::packages).
    pub package: u32,
}

/// A module as one logical processor reaches it.
pub struct Processor<'m, M> {
    module: &'m Module<M>,
    place: Place,
}

impl<M: Memory> Module<M> {
    /// The module as this processor reaches it.
    ///
    /// # Panics
    /// If the platform has no such package, or the number of the processor is not below 2^32 - 2.
    #[must_use]
    pub fn processor(&self, place: Place) -> Processor<'_, M> {
        assert!(place.package < self.platform().packages, "there is no package {}", place.package);
        assert!(place.processor < u32::MAX - 1, "there is no processor {}", place.processor);
        Processor { module: self, place }
    }
}

impl<'m, M: Memory> Processor<'m, M> {
    /// Where it is.
    #[must_use]
    pub const fn place(&self) -> Place {
        self.place
    }

    /// [`Module::enter`] on this processor.
    ///
    /// # Errors
    /// The registers that the host is returned without the guest having run.
    pub fn enter(&self, registers: &Registers) -> Result<Inside<'m, M>, Registers> {
        self.module.enter_from(registers, Some(self.place))
    }
}

impl<M: Memory> Seamcall for Processor<'_, M> {
    fn seamcall(&self, registers: &mut Registers) -> Result<Status, Unavailable> {
        Ok(self.module.seamcall_from(registers, Some(self.place)))
    }
}

impl<M> fmt::Debug for Processor<'_, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Processor").field("place", &self.place).finish_non_exhaustive()
    }
}
