//! TDH.VP.ENTER up to the VM entry.

use super::exit::tried;
use super::{Access, Exit};
use crate::tdx::check::LockedTd;
use crate::tdx::lock::{Held, Mode};
use crate::tdx::pamt::Walked;
use crate::tdx::refusal::{Refusal, Result, busy};
use crate::tdx::td::{TDVPS_PAGES, Td, Vcpu, VcpuState};
use crate::tdx::{Memory, Module, Place};
use core::fmt;
use core::sync::atomic::Ordering;
use pt_core::Hpa;
use pt_tdx::module::SeptOperation;
use pt_tdx::operand::{ExtendedQualification, VpEnterTdvpr};
use pt_tdx::{Operand, PageType, Registers, StatusCode};
use std::time::Instant;

/// A vCPU in the guest. It leaves when this is dropped.
pub struct Inside<'m, M: Memory> {
    pub(super) module: &'m Module<M>,
    pub(super) vcpu: &'m Vcpu,
    epoch: u64,
    /// Since when the guest is turned away for the host.
    pub(super) turned_away: Option<Instant>,
    // The order in which they are released.
    owner: LockedTd<'m>,
    page: Walked<'m>,
}

impl<M: Memory> Module<M> {
    /// Enters the vCPU whose TDVPR page is in RCX.
    ///
    /// TDX module 1.5 ABI specification, TDH.VP.ENTER leaf.
    ///
    /// # Errors
    /// The registers that the host is returned without the guest having run.
    pub fn enter(&self, registers: &Registers) -> core::result::Result<Inside<'_, M>, Registers> {
        self.enter_from(registers, None)
    }

    /// [`enter`](Self::enter) on a processor, if it is said which.
    pub(in crate::tdx) fn enter_from(
        &self,
        registers: &Registers,
        from: Option<Place>,
    ) -> core::result::Result<Inside<'_, M>, Registers> {
        match self.enter_guest(registers.rcx, from) {
            Ok(Ok(inside)) => Ok(inside),
            Ok(Err(exit)) => Err(*exit.registers()),
            Err(refusal) => Err(Registers { rax: refusal.status.bits(), ..*registers }),
        }
    }

    /// The vCPU inside, or the exit that takes the place of the entry.
    fn enter_guest(&self, rcx: u64, from: Option<Place>) -> Result<core::result::Result<Inside<'_, M>, Exit>> {
        let invalid = || Refusal::from(StatusCode::OperandInvalid | Operand::Rcx);
        let named = VpEnterTdvpr::try_from_bits(rcx).map_err(|_| invalid())?;
        let page = self.explicit_page(named.tdvpr().as_u64(), Operand::Rcx, Mode::Shared, PageType::Tdvpr)?;
        let owner = self.implicit_td(page.record().owner(), Mode::Shared)?;
        let td = owner.td;
        let op_state = owner.ready(SeptOperation::VpEnter)?;
        let vcpu = self.vcpus.get(page.record().control());
        if vcpu.pages.load(Ordering::Acquire) < TDVPS_PAGES {
            return Err(StatusCode::TdcxNumIncorrect.into());
        }
        // Taken at once, so that of two entries of a vCPU one is refused.
        if !vcpu.advance(VcpuState::Ready, VcpuState::Active) {
            return Err(StatusCode::VcpuStateIncorrect.into());
        }
        let ready = Undo(vcpu);
        td.associate(vcpu, from)?;
        if named.resume_l1() || named.host_recoverability_hint() {
            return Err(invalid());
        }
        let epoch = td.epoch.enter().map_err(busy(Operand::TdEpoch))?;
        vcpu.epoch.store(epoch, Ordering::Release);
        let inside = Inside { module: self, vcpu, epoch, turned_away: None, owner, page };
        core::mem::forget(ready);
        let mut stepping = vcpu.stepping();
        stepping.enter();
        if stepping.is_suspicious() {
            let _tree = Held::take(&td.tree_lock, Mode::Exclusive).map_err(busy(Operand::SeptTree))?;
            if let Some(gpa) = stepping.still_faulting(&self.memory, td.tree()) {
                return Ok(Err(Exit::violation(gpa, tried(Access::Write, 0), ExtendedQualification::new())));
            }
        }
        drop(stepping);
        drop(op_state);
        Ok(Ok(inside))
    }
}

/// Makes a vCPU ready again if its entry fails.
struct Undo<'m>(&'m Vcpu);

impl Drop for Undo<'_> {
    fn drop(&mut self) {
        self.0.set_state(VcpuState::Ready);
    }
}

impl<'m, M: Memory> Inside<'m, M> {
    /// The TD.
    #[must_use]
    pub fn td(&self) -> &'m Td {
        self.owner.td
    }

    /// The vCPU.
    #[must_use]
    pub const fn vcpu(&self) -> &'m Vcpu {
        self.vcpu
    }

    /// The TDVPR page.
    #[must_use]
    pub fn tdvpr(&self) -> Hpa {
        self.page.address()
    }

    /// The guest has made a call that returns to it.
    pub(super) fn called(&mut self) {
        self.vcpu.stepping().complete();
    }

    /// The guest has completed an instruction that is no TDCALL: its RIP is another one from here on.
    pub fn advance(&mut self) {
        self.vcpu.stepping().advance();
    }

    /// The epoch that it entered in.
    #[must_use]
    pub const fn epoch(&self) -> u64 {
        self.epoch
    }
}

impl<M: Memory> Drop for Inside<'_, M> {
    fn drop(&mut self) {
        self.vcpu.stepping().exit();
        self.vcpu.set_state(VcpuState::Ready);
        self.owner.td.epoch.leave(self.epoch);
    }
}

impl<M: Memory> fmt::Debug for Inside<'_, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Inside").field("tdvpr", &self.tdvpr()).field("epoch", &self.epoch).finish_non_exhaustive()
    }
}
