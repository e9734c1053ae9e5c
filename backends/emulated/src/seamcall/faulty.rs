//! Makes calls fail on purpose, by a plan of faults.
//!
//! A fault is an answer that the module could have given, and the module is not asked: the registers are those that it
//! would return with it. The plan is that of the generic monitor: [`Faults`], here by leaf, address and level.

use crate::monitor::{Fault, Faults};
use core::fmt;
use pt_tdx::{Leaf, Operand, PageInfo, Registers, Seamcall, SeptLevel, Status, StatusCode, Unavailable};
use std::sync::{Mutex, PoisonError, RwLock};

/// Lets a plan of faults answer instead of the module.
///
/// | fault | answer |
/// |---|---|
/// | [`Fault::Busy`] | `TDX_OPERAND_BUSY` with the operand that the leaf finds locked most often |
/// | [`Fault::Interrupt`] | `TDX_INTERRUPTED_RESTARTABLE` of DEMOTE and PROMOTE, `TDX_INTERRUPTED_RESUMABLE` of CACHE.WB; busy of others |
/// | [`Fault::Fail`] | the status that it holds |
pub struct Faulty<S> {
    inner: S,
    /// `None` without a plan, so that calls need not meet at its lock.
    plan: RwLock<Option<Mutex<Plan>>>,
}

type Plan = Faults<Leaf, SeptLevel>;

impl<S> Faulty<S> {
    /// Lets every call of `inner` pass, until a plan is [set](Self::set_faults).
    #[must_use]
    pub const fn new(inner: S) -> Self {
        Self { inner, plan: RwLock::new(None) }
    }

    /// What it makes fail.
    #[must_use]
    pub const fn inner(&self) -> &S {
        &self.inner
    }

    /// Replaces the plan.
    pub fn set_faults(&self, plan: Faults<Leaf, SeptLevel>) {
        *self.plan.write().unwrap_or_else(PoisonError::into_inner) = Some(Mutex::new(plan));
    }

    /// Lets every call pass from now on.
    pub fn clear_faults(&self) {
        *self.plan.write().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// The status that the call in `registers` is made to answer.
    pub(crate) fn fault(&self, registers: &Registers) -> Option<Status> {
        let plan = self.plan.read().unwrap_or_else(PoisonError::into_inner);
        let plan = plan.as_ref()?;
        let leaf = Leaf::from_number(registers.rax as u16)?;
        let page = PageInfo::from_bits(registers.rcx);
        let level = takes_page_info(leaf).then(|| page.level()).flatten();
        let address = registers.rcx & !0xfff;
        let fault = plan.lock().unwrap_or_else(PoisonError::into_inner).next(leaf, address, level)?;
        Some(match fault {
            Fault::Fail(status) => Status::from_bits(status),
            Fault::Interrupt => interruption(leaf).map_or_else(|| busy(leaf), Status::from),
            Fault::Busy => busy(leaf),
        })
    }
}

/// Whether RCX of the leaf is a guest address with a level.
const fn takes_page_info(leaf: Leaf) -> bool {
    use Leaf::{
        MemPageAdd, MemPageAug, MemPageDemote, MemPagePromote, MemPageRelocate, MemPageRemove, MemRangeBlock,
        MemRangeUnblock, MemSeptAdd, MemSeptRd, MemSeptRemove,
    };
    matches!(
        leaf,
        MemPageAdd
            | MemPageAug
            | MemPageDemote
            | MemPagePromote
            | MemPageRelocate
            | MemPageRemove
            | MemRangeBlock
            | MemRangeUnblock
            | MemSeptAdd
            | MemSeptRd
            | MemSeptRemove
    )
}

/// What the leaf answers when an interrupt is pending, if it looks for one.
const fn interruption(leaf: Leaf) -> Option<StatusCode> {
    match leaf {
        Leaf::MemPageDemote | Leaf::MemPagePromote => Some(StatusCode::InterruptedRestartable),
        Leaf::PhymemCacheWb => Some(StatusCode::InterruptedResumable),
        _ => None,
    }
}

/// The answer of a leaf that finds a lock held.
fn busy(leaf: Leaf) -> Status {
    let operand = match leaf {
        Leaf::MemTrack => Operand::TdEpoch,
        Leaf::PhymemPageReclaim | Leaf::VpEnter => Operand::Tdr,
        Leaf::PhymemCacheWb => Operand::Wbcache,
        Leaf::MngCreate | Leaf::MngKeyFreeid | Leaf::MngVpflushdone => Operand::Kot,
        Leaf::MngKeyConfig => Operand::Ket,
        leaf if takes_page_info(leaf) => Operand::SeptTree,
        _ => Operand::Rcx,
    };
    StatusCode::OperandBusy | operand
}

impl<S: Seamcall> Seamcall for Faulty<S> {
    fn seamcall(&self, registers: &mut Registers) -> Result<Status, Unavailable> {
        let Some(status) = self.fault(registers) else { return self.inner.seamcall(registers) };
        // A leaf that takes page info clears RCX and RDX first, and restores them when it is interrupted.
        let restored = matches!(status.code(), Some(StatusCode::InterruptedRestartable));
        if Leaf::from_number(registers.rax as u16).is_some_and(takes_page_info) && !restored {
            (registers.rcx, registers.rdx) = (0, 0);
        }
        registers.rax = status.bits();
        Ok(status)
    }
}

impl<S: fmt::Debug> fmt::Debug for Faulty<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plan = self.plan.read().unwrap_or_else(PoisonError::into_inner);
        f.debug_struct("Faulty").field("inner", &self.inner).field("plan", &plan).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use core::sync::atomic::{AtomicU32, Ordering};

    /// Counts the calls that reach it.
    #[derive(Default)]
    struct Reached(AtomicU32);

    impl Seamcall for Reached {
        fn seamcall(&self, registers: &mut Registers) -> Result<Status, Unavailable> {
            self.0.fetch_add(1, Ordering::Relaxed);
            registers.rax = 0;
            Ok(Status::SUCCESS)
        }
    }

    fn answer(faulty: &Faulty<Reached>, leaf: Leaf) -> (Status, Registers) {
        let mut registers = Registers { rcx: 0x20_0001, rdx: 0x4000_0000, ..Registers::call(leaf) };
        (faulty.seamcall(&mut registers).unwrap(), registers)
    }

    #[test]
    fn a_fault_answers_as_the_leaf_would_and_reaches_nobody() {
        let faulty = Faulty::new(Reached::default());
        faulty.set_faults(Faults::none().when(|_| Some(Fault::Interrupt)));
        let (status, registers) = answer(&faulty, Leaf::MemPagePromote);
        assert_eq!(status, StatusCode::InterruptedRestartable);
        assert_eq!((registers.rax, registers.rcx, registers.rdx), (status.bits(), 0x20_0001, 0x4000_0000));
        let (status, registers) = answer(&faulty, Leaf::MemRangeBlock);
        assert_eq!(status, StatusCode::OperandBusy | Operand::SeptTree);
        assert_eq!((registers.rcx, registers.rdx), (0, 0));
        let (status, registers) = answer(&faulty, Leaf::MemTrack);
        assert_eq!((status, registers.rcx), (StatusCode::OperandBusy | Operand::TdEpoch, 0x20_0001));
        assert_eq!(faulty.inner().0.load(Ordering::Relaxed), 0);
        faulty.clear_faults();
        assert_eq!(answer(&faulty, Leaf::MemTrack).0, Status::SUCCESS);
    }

    #[test]
    fn a_plan_sees_leaf_address_and_level() {
        let faulty = Faulty::new(Reached::default());
        faulty.set_faults(Faults::none().when(|call| {
            let chosen = (call.method, call.address, call.level) == (Leaf::MemPageAug, 0x20_0000, Some(SeptLevel::Pd));
            chosen.then_some(Fault::Fail(0xdead_0000_0000_0000))
        }));
        assert_eq!(answer(&faulty, Leaf::MemPageAug).0.bits(), 0xdead_0000_0000_0000);
        assert_eq!(answer(&faulty, Leaf::MemPageRemove).0, Status::SUCCESS);
    }
}
