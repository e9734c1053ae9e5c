//! The module as a whole, and the dispatcher of its leaves.

use super::Memory;
use super::guest::Programs;
use super::interrupt::Interrupt;
use super::keys::KeyTable;
use super::pamt::{Pamt, Records};
use super::platform::Platform;
use super::processor::Place;
use super::refusal::{Refusal, Result};
use super::td::{Slots, Td, Vcpu};
use core::fmt;
use core::sync::atomic::{AtomicU8, Ordering};
use pt_core::Hpa;
use pt_tdx::{Leaf, Operand, Registers, Seamcall, Status, StatusCode, Unavailable};

/// What the module as a whole can do.
///
/// TDX module 1.5 base specification, module life cycle (`SYS_STATE`).
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum SystemState {
    /// It is being initialised: leaves that are no TDH.SYS leaves are refused.
    NotReady = 2,
    /// It takes every leaf.
    Ready = 3,
    /// It takes no leaf any more.
    Shutdown = 4,
}

/// A TDX module.
pub struct Module<M> {
    pub(super) memory: M,
    pub(super) pamt: Pamt,
    pub(super) tds: Slots<Td>,
    pub(super) vcpus: Slots<Vcpu>,
    pub(super) interrupt: Interrupt,
    pub(super) keys: KeyTable,
    pub(super) programs: Programs<M>,
    system: AtomicU8,
}

impl<M: Memory> Module<M> {
    /// A module that has been initialised on this platform, with no TD.
    #[must_use]
    pub fn new(platform: Platform, memory: M) -> Self {
        let keys = KeyTable::new(&platform);
        memory.program_key(keys.own());
        Self {
            memory,
            keys,
            pamt: Pamt::new(platform),
            tds: Slots::new(),
            vcpus: Slots::new(),
            interrupt: Interrupt::new(),
            programs: Programs::new(),
            system: AtomicU8::new(SystemState::Ready as u8),
        }
    }

    /// The memory that it works on.
    #[must_use]
    pub const fn memory(&self) -> &M {
        &self.memory
    }

    /// The machine that it was loaded on.
    #[must_use]
    pub const fn platform(&self) -> &Platform {
        self.pamt.platform()
    }

    /// The key identifiers, and the locks around them.
    #[must_use]
    pub const fn keys(&self) -> &KeyTable {
        &self.keys
    }

    /// Makes an interrupt pending for the host after so many polls of a leaf; `None`: none is pending.
    pub fn set_interrupt(&self, polls: Option<u64>) {
        self.interrupt.set(polls);
    }

    /// Puts the module as a whole into another state.
    pub fn set_system_state(&self, state: SystemState) {
        self.system.store(state as u8, Ordering::Release);
    }

    /// The records of a page that the Secure EPT names. It names pages of TDMRs only.
    pub(super) fn implicit_records(&self, page: Hpa) -> Result<Records<'_>> {
        self.pamt.records(page).ok_or_else(|| (StatusCode::OperandAddrRangeError | Operand::Rcx).into())
    }

    /// The checks of RAX, then the leaf.
    fn dispatch(&self, registers: &mut Registers, from: Option<Place>) -> Result<Dispatched> {
        let (number, version) = (registers.rax as u16, (registers.rax >> 16) as u8);
        let invalid = || Refusal::from(StatusCode::OperandInvalid | Operand::Rax);
        let leaf = Leaf::from_number(number);
        let versions = leaf.map_or(0, Leaf::newest_version);
        if registers.rax >> 24 != 0 || (version > 0 && versions == 0) {
            return Err(invalid());
        }
        let system = self.system.load(Ordering::Acquire);
        if system == SystemState::Shutdown as u8 && leaf != Some(Leaf::SysLpShutdown) {
            return Err(StatusCode::SysShutdown.into());
        }
        if system < SystemState::Ready as u8 && !leaf.is_some_and(initialises) {
            return Err(StatusCode::SysNotReady.into());
        }
        match leaf.ok_or_else(invalid)? {
            Leaf::VpEnter => {
                self.vp_enter(registers, from);
                Ok(Dispatched::Entered)
            }
            leaf => self.call(leaf, version, registers, from).map(|()| Dispatched::Returned),
        }
    }

    /// Makes a call that comes from a processor, if it is said which.
    pub(super) fn seamcall_from(&self, registers: &mut Registers, from: Option<Place>) -> Status {
        let status = match self.dispatch(registers, from) {
            Ok(Dispatched::Returned) => Status::SUCCESS,
            Ok(Dispatched::Entered) => return Status::from_bits(registers.rax),
            Err(refusal) => {
                if let Some(details) = refusal.details {
                    (registers.rcx, registers.rdx) = details.registers();
                }
                refusal.status
            }
        };
        registers.rax = status.bits();
        status
    }
}

/// What has become of a call that was not refused.
enum Dispatched {
    /// The leaf succeeded.
    Returned,
    /// TDH.VP.ENTER has filled all registers, RAX among them.
    Entered,
}

/// Whether the leaf belongs to the initialisation of the module.
const fn initialises(leaf: Leaf) -> bool {
    matches!(
        leaf,
        Leaf::SysKeyConfig
            | Leaf::SysInfo
            | Leaf::SysInit
            | Leaf::SysRd
            | Leaf::SysLpInit
            | Leaf::SysRdall
            | Leaf::SysLpShutdown
            | Leaf::SysConfig
            | Leaf::SysShutdown
            | Leaf::SysUpdate
    )
}

impl<M: Memory> Seamcall for Module<M> {
    fn seamcall(&self, registers: &mut Registers) -> core::result::Result<Status, Unavailable> {
        Ok(self.seamcall_from(registers, None))
    }
}

impl<M> fmt::Debug for Module<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Module").field("platform", self.pamt.platform()).finish_non_exhaustive()
    }
}
