//! The vCPUs of a TD. Each is a value of its own: the host keeps it, runs it, and gives it back at the end.

use super::failure::{Cause, Failed, settle};
use super::host::Host;
use super::pages::{Pages, reclaim};
use super::stage::{Td, WithKey};
use crate::host::{Answer, Tdr, Tdvpr, vp};
use core::fmt;
use pt_core::TableAllocator;
use pt_core::pair::{Build, Run, Teardown};

/// The most pages of a TDVPS: six, and three for each of three nested VMs.
const TDVPS: usize = 15;

/// The control structure of a vCPU (TDVPS), as far as it is there.
struct Structure {
    tdr: Tdr,
    tdvpr: Tdvpr,
    /// The pages beside the TDVPR.
    pages: Pages<TDVPS>,
}

/// A vCPU.
///
/// One that is dropped leaks its pages, and its TD cannot be closed: give it [back](Td::reclaim_vcpu).
#[must_use = "a vCPU that is dropped leaks its pages, and its TD cannot be closed"]
pub struct Vcpu(Structure);

/// A vCPU that the module has pages of, and that is not initialised: [finish](Td::finish_vcpu) it, or give it back at
/// the end.
#[must_use = "a vCPU that is dropped leaks its pages, and its TD cannot be closed"]
pub struct UnfinishedVcpu(Structure);

macro_rules! vcpus {
    ($($name:ident)*) => {$(
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({})", stringify!($name), self.0.tdvpr.page())
            }
        }
    )*};
}
vcpus!(Vcpu UnfinishedVcpu);

impl Vcpu {
    /// The root page.
    #[must_use]
    pub const fn tdvpr(&self) -> Tdvpr {
        self.0.tdvpr
    }

    pub(super) fn is_of(&self, tdr: Tdr) -> Result<(), Cause> {
        if self.0.tdr == tdr { Ok(()) } else { Err(Cause::OtherTd) }
    }
}

/// At the end, a vCPU is its pages, whether it was finished or not.
impl From<Vcpu> for UnfinishedVcpu {
    fn from(vcpu: Vcpu) -> Self {
        Self(vcpu.0)
    }
}

impl<H: Host> Td<Build, H> {
    /// Creates a vCPU. The guest finds `rcx` in RCX and R8 when it starts there.
    ///
    /// TDX module 1.5 ABI specification, TDH.VP.CREATE, ADDCX and INIT leaves.
    ///
    /// # Errors
    /// What stood in the way, and the vCPU if the module has pages of it.
    #[expect(clippy::result_large_err, reason = "the pages come back by value: there is no allocator to box them")]
    pub fn create_vcpu(&mut self, rcx: u64) -> Result<Vcpu, Failed<Option<UnfinishedVcpu>>> {
        let Some(page) = self.host.allocator().allocate(0) else { return Err(Failed::new(None, Cause::OutOfPages)) };
        let created = Tdvpr::new(page).map_err(Cause::from).and_then(|tdvpr| {
            settle(vp::create(self.host.module(), self.tdr, tdvpr))?;
            Ok(tdvpr)
        });
        match created {
            Ok(tdvpr) => {
                let unfinished = UnfinishedVcpu(Structure { tdr: self.tdr, tdvpr, pages: Pages::new() });
                self.finish_vcpu(unfinished, rcx)
                    .map_err(|Failed { value, cause, done }| Failed::after(Some(value), cause, done))
            }
            Err(cause) => {
                self.host.allocator().free(page, 0);
                Err(Failed::new(None, cause))
            }
        }
    }

    /// Goes on where [`create_vcpu`](Self::create_vcpu) stopped.
    ///
    /// # Errors
    /// The vCPU, with the pages that it has by now, and what stood in the way.
    #[expect(clippy::result_large_err, reason = "the pages come back by value: there is no allocator to box them")]
    pub fn finish_vcpu(&mut self, vcpu: UnfinishedVcpu, rcx: u64) -> Result<Vcpu, Failed<UnfinishedVcpu>> {
        let UnfinishedVcpu(mut structure) = vcpu;
        if structure.tdr != self.tdr {
            return Err(Failed::new(UnfinishedVcpu(structure), Cause::OtherTd));
        }
        let (host, tdvpr) = (&self.host, structure.tdvpr);
        let wanted = host.info().vcpu_pages.saturating_sub(1);
        let filled = structure.pages.fill(host, wanted, |page| vp::add_cx(host.module(), tdvpr, page));
        match filled.and_then(|()| settle(vp::init(host.module(), tdvpr, rcx))) {
            Ok(()) => Ok(Vcpu(structure)),
            Err(cause) => {
                let pages = 1 + structure.pages.len();
                Err(Failed::after(UnfinishedVcpu(structure), cause, pages))
            }
        }
    }
}

/// A stage in which there are vCPUs.
macro_rules! flushing {
    ($($stage:ident)*) => {$(
        impl<H: Host> Td<$stage, H> {
            /// Flushes a vCPU. Call it on the processor that the vCPU was on last; every vCPU has to be flushed before
            /// the TD is [stopped](Self::stop). One that is on no processor is fine.
            ///
            /// TDX module 1.5 ABI specification, TDH.VP.FLUSH leaf.
            ///
            /// # Errors
            /// Why it was not flushed.
            pub fn flush_vcpu(&self, vcpu: &mut Vcpu) -> Result<(), Cause> {
                flush(self, vcpu)
            }
        }
    )*};
}
flushing!(Build Run);

fn flush<St: WithKey<H>, H: Host>(td: &Td<St, H>, vcpu: &mut Vcpu) -> Result<(), Cause> {
    vcpu.is_of(td.tdr)?;
    match vp::flush(td.host.module(), vcpu.tdvpr()) {
        Ok(vp::Flush::Done | vp::Flush::VcpuNotAssociated) => Ok(()),
        Ok(refused) => Err(Cause::Refused { leaf: vp::Flush::LEAF, status: refused.status() }),
        Err(unavailable) => Err(Cause::Unavailable(unavailable)),
    }
}

impl<H: Host> Td<Teardown, H> {
    /// Takes the pages of a vCPU back.
    ///
    /// TDX module 1.5 ABI specification, TDH.PHYMEM.PAGE.RECLAIM leaf.
    ///
    /// # Errors
    /// The vCPU with the pages that the module still has, and why.
    #[expect(clippy::result_large_err, reason = "the pages come back by value: there is no allocator to box them")]
    pub fn reclaim_vcpu(&mut self, vcpu: impl Into<UnfinishedVcpu>) -> Result<(), Failed<UnfinishedVcpu>> {
        let UnfinishedVcpu(mut structure) = vcpu.into();
        if structure.tdr != self.tdr {
            return Err(Failed::new(UnfinishedVcpu(structure), Cause::OtherTd));
        }
        let reclaimed = structure.pages.reclaim(&self.host).and_then(|()| reclaim(&self.host, structure.tdvpr.page()));
        reclaimed.map_err(|cause| Failed::new(UnfinishedVcpu(structure), cause))
    }
}
