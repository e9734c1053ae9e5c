//! One vCPU.

use crate::tdx::Place;
use crate::tdx::guest::Stepping;
use crate::tdx::refusal::Result;
use core::sync::atomic::{AtomicBool, AtomicU8, AtomicU32, AtomicU64, Ordering};
use pt_core::Hpa;
use pt_tdx::StatusCode;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// What a vCPU is doing.
///
/// TDX module 1.5 base specification, vCPU state machine (`VCPU_STATE`).
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum VcpuState {
    /// TDH.VP.INIT has not been called.
    Uninitialized = 0,
    /// It can enter.
    Ready = 1,
    /// It is inside.
    Active = 2,
    /// It can never enter again.
    Disabled = 3,
}

/// How many pages make a TDVPS without L2 VMs, the TDVPR page among them.
pub const TDVPS_PAGES: u32 = 6;

/// Associated with no processor.
const NOWHERE: u32 = 0;
/// Associated with a processor that has not said which it is. Processor `n` is `n + 2`.
const SOMEWHERE: u32 = 1;

/// The control structure of one vCPU: TDVPR and its further pages.
#[derive(Debug, Default)]
pub struct Vcpu {
    state: AtomicU8,
    tdr: AtomicU64,
    /// How many TDCX pages it has, the TDVPR page among them.
    pub pages: AtomicU32,
    /// The epoch in which it entered last: `VCPU_EPOCH`.
    pub epoch: AtomicU64,
    /// The logical processor that it is associated with, whose caches and TLBs may know it.
    associated: AtomicU32,
    /// Whether a #VE was raised that the guest has not asked about.
    pub exception_unread: AtomicBool,
    /// Only the entry that is under way and the guest inside use it, so that nobody waits.
    stepping: Mutex<Stepping>,
}

impl Vcpu {
    /// What it is doing.
    #[inline]
    #[must_use]
    pub fn state(&self) -> VcpuState {
        match self.state.load(Ordering::Acquire) {
            0 => VcpuState::Uninitialized,
            1 => VcpuState::Ready,
            2 => VcpuState::Active,
            _ => VcpuState::Disabled,
        }
    }

    pub(crate) fn set_state(&self, state: VcpuState) {
        self.state.store(state as u8, Ordering::Release);
    }

    /// From one state to another; whether it was in the first.
    #[inline]
    pub(crate) fn advance(&self, from: VcpuState, to: VcpuState) -> bool {
        self.state.compare_exchange(from as u8, to as u8, Ordering::AcqRel, Ordering::Acquire).is_ok()
    }

    /// The violations since the guest last advanced.
    pub(crate) fn stepping(&self) -> MutexGuard<'_, Stepping> {
        self.stepping.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether it is associated with a processor.
    #[must_use]
    pub fn is_associated(&self) -> bool {
        self.associated.load(Ordering::Acquire) != NOWHERE
    }

    /// Whether a call from `from` may take the vCPU as associated with where it comes from.
    fn is_at(associated: u32, from: Option<Place>) -> bool {
        associated == SOMEWHERE || from.is_none_or(|place| associated == place.processor + 2)
    }

    /// Associates it with the processor; whether it was with none before.
    pub(super) fn associate(&self, from: Option<Place>) -> Result<bool> {
        let number = from.map_or(SOMEWHERE, |place| place.processor + 2);
        match self.associated.compare_exchange(NOWHERE, number, Ordering::AcqRel, Ordering::Acquire) {
            Ok(_) => Ok(true),
            Err(associated) if Self::is_at(associated, from) => Ok(false),
            Err(_) => Err(StatusCode::VcpuAssociated.into()),
        }
    }

    /// Ends the association with the processor that the call comes from.
    pub(super) fn dissociate(&self, from: Option<Place>) -> Result<()> {
        let here = |associated: u32| (associated != NOWHERE && Self::is_at(associated, from)).then_some(NOWHERE);
        let ended = self.associated.fetch_update(Ordering::AcqRel, Ordering::Acquire, here);
        ended.map(|_| ()).map_err(|_| StatusCode::VcpuNotAssociated.into())
    }

    /// The TDR page of its TD.
    #[must_use]
    pub fn tdr(&self) -> Hpa {
        Hpa::new(self.tdr.load(Ordering::Acquire))
    }

    /// Begins the life of a vCPU of the TD at `tdr`, with its TDVPR page only.
    pub(crate) fn create(&self, tdr: Hpa) {
        self.tdr.store(tdr.as_u64(), Ordering::Release);
        self.pages.store(1, Ordering::Release);
        self.epoch.store(0, Ordering::Release);
        self.associated.store(NOWHERE, Ordering::Release);
        self.exception_unread.store(false, Ordering::Release);
        *self.stepping() = Stepping::default();
        self.set_state(VcpuState::Uninitialized);
    }
}
