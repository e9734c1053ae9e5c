//! A TD as the emulated CPUs run it.
//!
//! A vCPU is its TDVPR page. It enters by what TDH.VP.ENTER does up to the VM entry ([`Entrance`]), and is then a CPU
//! of its own: it walks the Secure EPT by itself, through the key of the TD, and comes to the module for what a CPU
//! comes to it for: EPT violations and TDCALLs. The same code serves TDH.VP.ENTER as a SEAMCALL.
//!
//! A vCPU keeps the translations of its last turn when it enters in the same epoch, however the tables have changed: it
//! is TDH.MEM.TRACK that makes it drop them, and PAGE.REMOVE that is refused until it has left.

use super::guest::{self, Accepted, Inside, Reason, Touched};
use super::{EncryptedMemory, Memory, Module};
use crate::cpu::{self, Domain, Exception, Exit, Paging, Qualification, Violation};
use crate::encryption::Key;
use crate::machine::Machine;
use crate::seamcall::{Counted, Faulty};
use core::fmt;
use core::sync::atomic::{AtomicU64, Ordering};
use pt_core::{Geometry, Hpa, RawGpa, Split};
use pt_tdx::host::Tdvpr;
use pt_tdx::{Gpaw, Leaf, PageInfo, Registers, SeptLevel, Status, StatusCode};
use std::sync::Arc;

/// Where vCPUs enter: a module, or a decorator around one, so that what it counts or refuses includes TDH.VP.ENTER.
pub trait Entrance: Send + Sync {
    /// The memory that the module works on.
    type Memory: Memory;

    /// The module.
    fn module(&self) -> &Module<Self::Memory>;

    /// Enters the TD: TDH.VP.ENTER up to the VM entry.
    ///
    /// # Errors
    /// The registers of the host if the vCPU does not enter.
    fn enter(&self, registers: &Registers) -> Result<Inside<'_, Self::Memory>, Registers>;
}

impl<M: Memory> Entrance for Module<M> {
    type Memory = M;

    fn module(&self) -> &Module<M> {
        self
    }
    fn enter(&self, registers: &Registers) -> Result<Inside<'_, M>, Registers> {
        Self::enter(self, registers)
    }
}

macro_rules! behind_pointers {
    ($($pointer:ty),*) => {$(
        impl<E: Entrance + ?Sized> Entrance for $pointer {
            type Memory = E::Memory;

            fn module(&self) -> &Module<E::Memory> {
                (**self).module()
            }
            fn enter(&self, registers: &Registers) -> Result<Inside<'_, E::Memory>, Registers> {
                (**self).enter(registers)
            }
        }
    )*};
}
behind_pointers!(&E, Arc<E>);

/// Counts an entry as success, whatever the vCPU leaves with, and a refusal by its status.
impl<E: Entrance> Entrance for Counted<E> {
    type Memory = E::Memory;

    fn module(&self) -> &Module<E::Memory> {
        self.inner().module()
    }
    fn enter(&self, registers: &Registers) -> Result<Inside<'_, E::Memory>, Registers> {
        let entered = self.inner().enter(registers);
        let status = entered.as_ref().err().map_or(Status::SUCCESS, |refused| Status::from_bits(refused.rax));
        self.count(registers.rax, status);
        entered
    }
}

impl<E: Entrance> Entrance for Faulty<E> {
    type Memory = E::Memory;

    fn module(&self) -> &Module<E::Memory> {
        self.inner().module()
    }
    fn enter(&self, registers: &Registers) -> Result<Inside<'_, E::Memory>, Registers> {
        match self.fault(registers) {
            Some(status) => Err(Registers { rax: status.bits(), ..*registers }),
            None => self.inner().enter(registers),
        }
    }
}

/// A TD, for [`cpu::Vcpus`].
pub struct TdDomain<E> {
    entrance: E,
    accepts: AtomicU64,
}

impl<E: Entrance<Memory = EncryptedMemory>> TdDomain<E> {
    /// The TD whose vCPUs enter through `entrance`.
    #[must_use]
    pub const fn new(entrance: E) -> Self {
        Self { entrance, accepts: AtomicU64::new(0) }
    }

    /// How often TDG.MEM.PAGE.ACCEPT made a page usable.
    #[must_use]
    pub fn accepts(&self) -> u64 {
        self.accepts.load(Ordering::Relaxed)
    }
}

impl<E: Entrance<Memory = EncryptedMemory>> Domain for TdDomain<E> {
    type Vcpu = Tdvpr;
    type Inside<'d>
        = Running<'d>
    where
        Self: 'd;
    type Refused = NotEntered;

    fn machine(&self) -> &Arc<Machine> {
        self.entrance.module().memory().machine()
    }

    fn enter(&self, vcpu: Tdvpr) -> Result<Running<'_>, NotEntered> {
        let registers = Registers { rcx: vcpu.page().as_u64(), ..Registers::call(Leaf::VpEnter) };
        let inside = self.entrance.enter(&registers).map_err(|registers| NotEntered::new(&registers))?;
        let key = self.entrance.module().memory().keys().get(inside.td().key().0);
        Ok(Running { inside, key, accepts: &self.accepts })
    }
}

impl<E: fmt::Debug> fmt::Debug for TdDomain<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TdDomain").field("entrance", &self.entrance).finish_non_exhaustive()
    }
}

/// Why a vCPU is not inside.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum NotEntered {
    /// TDH.VP.ENTER was refused.
    Refused(Status),
    /// The vCPU has left before the guest ran: an EPT violation that is still there, which the module does not let the
    /// guest run into again.
    Exit(Exit),
}

impl NotEntered {
    fn new(registers: &Registers) -> Self {
        let status = Status::from_bits(registers.rax);
        if status.is_error() { Self::Refused(status) } else { Self::Exit(exit(registers)) }
    }
}

impl fmt::Display for NotEntered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(status) => write!(f, "TDH.VP.ENTER: {status}"),
            Self::Exit(exit) => write!(f, "left before the guest ran: {exit:?}"),
        }
    }
}
impl core::error::Error for NotEntered {}

/// A vCPU of a TD, inside.
#[derive(Debug)]
pub struct Running<'d> {
    inside: Inside<'d, EncryptedMemory>,
    key: Option<Arc<Key>>,
    accepts: &'d AtomicU64,
}

/// What the guest asks the module for.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Tdcall {
    /// TDG.MEM.PAGE.ACCEPT.
    PageAccept(PageInfo),
    /// TDG.VP.VEINFO.GET. Until it is called, another #VE is a double fault.
    VeInfoGet,
}

impl Tdcall {
    /// TDG.MEM.PAGE.ACCEPT of the page of `level` at `gpa`.
    #[must_use]
    pub const fn page_accept(gpa: u64, level: SeptLevel) -> Self {
        Self::PageAccept(PageInfo::from_bits(gpa | level.into_bits()))
    }
}

impl cpu::Inside for Running<'_> {
    type Operation = Tdcall;
    type Answer = Status;

    fn epoch(&self) -> u64 {
        self.inside.epoch()
    }
    #[inline]
    fn key(&self) -> Option<&Key> {
        self.key.as_deref()
    }
    fn root(&self) -> Hpa {
        self.inside.td().root()
    }

    fn advance(&mut self) {
        self.inside.advance();
    }

    fn violation(&mut self, gpa: RawGpa, qualification: Qualification) -> Violation {
        let (address, access) = (gpa.as_u64(), guest::Access::from(qualification.access()));
        if !self.inside.td().is_private(address) {
            let gpa = RawGpa::new(address & !0xfff);
            return Violation::Exit(Exit::Violation { gpa, qualification, extended: 0 });
        }
        match self.inside.violation(address, access, qualification.rights()) {
            Touched::Exit(left) => Violation::Exit(exit(left.registers())),
            Touched::Exception(guest::Exception::DoubleFault) => Violation::Exception(Exception::DoubleFault),
            _ => Violation::Exception(Exception::Virtualization { gpa, qualification }),
        }
    }

    fn operate(&mut self, operation: Tdcall) -> Result<Status, Exit> {
        let Tdcall::PageAccept(page) = operation else {
            let known = self.inside.exception_information();
            return Ok(if known { Status::SUCCESS } else { StatusCode::NoValidVeInfo.into() });
        };
        match self.inside.accept(page.bits()) {
            Accepted::Returned(status) => {
                self.accepts.fetch_add(u64::from(status == Status::SUCCESS), Ordering::Relaxed);
                Ok(status)
            }
            Accepted::Interrupted => Err(Exit::Kicked),
            Accepted::Exit(left) => Err(exit(left.registers())),
        }
    }
}

impl From<cpu::Access> for guest::Access {
    fn from(access: cpu::Access) -> Self {
        match access {
            cpu::Access::Read => Self::Read,
            cpu::Access::Write => Self::Write,
            cpu::Access::Fetch => Self::Fetch,
        }
    }
}

/// The exit that the registers of the host tell of.
fn exit(registers: &Registers) -> Exit {
    if registers.rax as u32 == Reason::EptViolation as u32 {
        let (gpa, qualification) = (RawGpa::new(registers.r8), Qualification::from_bits(registers.rcx));
        Exit::Violation { gpa, qualification, extended: registers.rdx }
    } else {
        Exit::Monitor { status: registers.rax }
    }
}

/// How the vCPUs of a TD translate: 46 physical address bits below the key identifiers, and no accessed and dirty
/// flags, as `EPTP_CONTROLS` wants it.
#[must_use]
pub fn paging(gpaw: Gpaw, shared_root: Hpa) -> Paging {
    let levels = if gpaw == Gpaw::Bits48 { 4 } else { 5 };
    let shared_bit = gpaw.split_mask().trailing_zeros();
    Paging { shared_root, levels, width: gpaw.width(), shared_bit, physical_width: 46, accessed_dirty: false }
}
