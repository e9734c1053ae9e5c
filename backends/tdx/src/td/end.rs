//! The end of a TD's key: TDH.MNG.VPFLUSHDONE, TDH.PHYMEM.CACHE.WB, TDH.MNG.KEY.FREEID.

use super::failure::{Cause, Failed, settle};
use super::host::Host;
use super::stage::{Flushed, Td, WithKey, WrittenBack};
use crate::host::phymem::{self, CacheWb, WriteBack};
use crate::host::{Answer, Hkid, mng};
use core::ops::ControlFlow;
use pt_core::pair::Teardown;

/// How often a write-back is resumed before it is given up. The host takes the interrupt each time that the module
/// returns, so that many in a row mean that something is broken.
const RESUMES: usize = 10_000;

impl<St: WithKey<H>, H: Host> Td<St, H> {
    /// Begins the end of the TD, at whatever stage it is: no leaf that needs its key works any more. Every vCPU was
    /// flushed.
    ///
    /// TDX module 1.5 ABI specification, TDH.MNG.VPFLUSHDONE leaf.
    ///
    /// # Errors
    /// The TD, which lives on, and why: `TDX_FLUSHVP_NOT_DONE` if a vCPU is on a processor.
    pub fn stop(self) -> Result<Td<Flushed, H>, Failed<Self>> {
        match settle(mng::vp_flush_done(self.host.module(), self.tdr)) {
            Ok(()) => Ok(self.into_stage(St::into_vm)),
            Err(cause) => Err(Failed::new(self, cause)),
        }
    }
}

impl<H: Host> Td<Flushed, H> {
    /// Writes the caches of every package back, and resumes where an interrupt ends it. A package that has nothing to
    /// write back, because another TD's end has done it, is fine.
    ///
    /// TDX module 1.5 ABI specification, TDH.PHYMEM.CACHE.WB leaf.
    ///
    /// # Errors
    /// The TD, and what stood in the way on the first package that refused.
    pub fn write_back(self) -> Result<Td<WrittenBack, H>, Failed<Self>> {
        let (mut written, mut refused) = (0, None);
        self.host.on_each_package(&mut || match write_back(self.host.module()) {
            Ok(()) => {
                written += 1;
                ControlFlow::Continue(())
            }
            Err(cause) => {
                refused = Some(cause);
                ControlFlow::Break(())
            }
        });
        match refused {
            None => Ok(self.into_stage(|vm| vm)),
            Some(cause) => Err(Failed::after(self, cause, written)),
        }
    }
}

/// Writes the caches of this package back.
fn write_back<S: crate::Seamcall>(module: &S) -> Result<(), Cause> {
    let mut command = WriteBack::Start;
    let mut resumed = 0;
    loop {
        match phymem::cache_wb(module, command) {
            Ok(CacheWb::Done | CacheWb::NoHkidReadyToWbcache) => return Ok(()),
            Ok(CacheWb::InterruptedResumable) if resumed < RESUMES => {
                command = WriteBack::Resume;
                resumed += 1;
            }
            Ok(refused) => return Err(Cause::Refused { leaf: CacheWb::LEAF, status: refused.status() }),
            Err(unavailable) => return Err(Cause::Unavailable(unavailable)),
        }
    }
}

impl<H: Host> Td<WrittenBack, H> {
    /// Gives the key identifier back. From now on the pages of the TD can be reclaimed.
    ///
    /// TDX module 1.5 ABI specification, TDH.MNG.KEY.FREEID leaf.
    ///
    /// # Errors
    /// The TD, and why its key is not free.
    pub fn free_key(self) -> Result<(Td<Teardown, H>, Hkid), Failed<Self>> {
        match settle(mng::key_free_id(self.host.module(), self.tdr)) {
            Ok(()) => {
                let key = self.key;
                Ok((self.into_stage(|vm| vm), key))
            }
            Err(cause) => Err(Failed::new(self, cause)),
        }
    }
}
