//! TDG.MEM.PAGE.ACCEPT: the guest takes a page that the host has given it.

use super::{Exit, Inside};
use crate::tdx::Memory;
use crate::tdx::lock::Busy;
use crate::tdx::pamt::PageSize;
use crate::tdx::sept::{Entry, LockedEntry, Permissions, Place};
use pt_core::Hpa;
use pt_tdx::module::SeptState;
use pt_tdx::{Operand, SeptLevel, Status, StatusCode};
use std::time::{Duration, Instant};

/// For how long a guest may be turned away for the host before the vCPU leaves.
const PRIORITY_TIMEOUT: Duration = Duration::from_secs(1);
/// 4 KiB pages in a 2 MiB page.
const CHUNKS: u64 = 512;

/// The status of a TDCALL, as the guest finds it in RAX.
pub type TdcallStatus = Status;

/// How TDG.MEM.PAGE.ACCEPT ended.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Accepted {
    /// The call returned.
    Returned(TdcallStatus),
    /// An interrupt is to be taken first: the registers are as they were, and the guest executes the call again.
    Interrupted,
    /// The vCPU leaves.
    Exit(Exit),
}

/// Why a page was not accepted, in the guest's own terms.
enum Refused {
    Status(Status),
    Exit(Exit),
}

impl<M: Memory> Inside<'_, M> {
    /// Clears the page that `page_info` names, address and level in one word, and lets the guest use it. A page of
    /// 2 MiB is cleared in chunks of 4 KiB, and an interrupt may come between any two.
    ///
    /// TDX module 1.5 ABI specification, TDG.MEM.PAGE.ACCEPT leaf.
    pub fn accept(&mut self, page_info: u64) -> Accepted {
        self.vcpu.stepping().exit();
        let status = match self.accept_page(page_info) {
            Ok(true) => return Accepted::Interrupted,
            Ok(false) => Status::SUCCESS,
            Err(Refused::Exit(exit)) => return Accepted::Exit(exit),
            Err(Refused::Status(status)) => status,
        };
        if !status.is(StatusCode::OperandBusyHostPriority) {
            self.turned_away = None;
        } else if self.turned_away.get_or_insert_with(Instant::now).elapsed() >= PRIORITY_TIMEOUT {
            self.turned_away = None;
            return Accepted::Exit(Exit::without_reason(StatusCode::HostPriorityBusyTimeout));
        } else {
            // Guests that do not know the newer code are told the older one.
            self.vcpu.stepping().advance();
            return Accepted::Returned(StatusCode::OperandBusy | Operand::Rcx);
        }
        self.vcpu.stepping().advance();
        Accepted::Returned(status)
    }

    /// Whether it was interrupted.
    fn accept_page(&self, page_info: u64) -> Result<bool, Refused> {
        let (module, td) = (self.module, self.td());
        let (gpa, level) = td
            .page_info_at(page_info, |level| matches!(level, SeptLevel::Pt | SeptLevel::Pd))
            .map_err(|refusal| Refused::Status(refusal.status))?;
        let mut end = td.tree().walk(&module.memory, gpa, level);
        if end.level != level {
            return Err(refuse(gpa, level, &end));
        }
        let mut locked = LockedEntry::take_as_guest(&module.memory, td.key(), end.at).map_err(|busy| {
            let code = match busy {
                Busy::Held => StatusCode::OperandBusy,
                Busy::HostPriority => StatusCode::OperandBusyHostPriority,
            };
            Refused::Status(code | Operand::Rcx)
        })?;
        end.entry = locked.entry;
        if !end.entry.is_free() && !end.entry.is_leaf() {
            return Err(Refused::Status(with_level(StatusCode::PageSizeMismatch, level)));
        }
        let Some(state) = end.entry.state().and_then(SeptState::accepted) else {
            return Err(refuse(gpa, level, &end));
        };
        let chunks = if level == SeptLevel::Pt { 1 } else { CHUNKS };
        let first = if level == SeptLevel::Pt { 0 } else { end.entry.accepted() };
        let base = end.entry.base(level).as_u64();
        for chunk in first..chunks {
            module.memory.fill(Hpa::new(base + (chunk << PageSize::Small.shift())), td.key(), 0);
            if chunk + 1 < chunks && module.interrupt.poll() {
                locked.set(end.entry.with_accepted(chunk + 1));
                return Ok(true);
            }
        }
        locked.set(accepted(end.entry, state, level));
        Ok(false)
    }
}

/// The entry once all of the page is accepted, and the guest can use it.
fn accepted(entry: Entry, state: SeptState, level: SeptLevel) -> Entry {
    let entry = if level == SeptLevel::Pd { entry.with_accepted(0) } else { entry };
    entry.with_state(state).with_permissions(Permissions::All)
}

/// What is said to the guest, or to the host, of an entry that cannot be accepted.
fn refuse(gpa: u64, wanted: SeptLevel, found: &Place) -> Refused {
    if found.entry.is_guest_leaf() {
        Refused::Status(with_level(StatusCode::PageAlreadyAccepted, found.level))
    } else {
        Refused::Exit(Exit::accept(gpa, wanted, found))
    }
}

/// A code with the level of an entry in its lower half.
fn with_level(code: StatusCode, level: SeptLevel) -> Status {
    Status::from_bits(code.into_bits() | level.into_bits())
}
