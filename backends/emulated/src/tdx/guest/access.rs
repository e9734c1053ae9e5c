//! Accesses of the guest to its memory.

use super::exit::tried;
use super::{Exit, Inside};
use crate::tdx::{Memory, td::Vcpu};
use core::sync::atomic::Ordering;
use pt_core::Hpa;
use pt_tdx::SeptLevel;
use pt_tdx::operand::{ExtendedQualification, QualificationType};

/// What the guest does to memory. The discriminant is the bit of the permissions that it needs.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
#[repr(u64)]
pub enum Access {
    /// It reads.
    Read = 1,
    /// It writes.
    Write = 2,
    /// It fetches an instruction.
    Fetch = 4,
}

impl Access {
    /// The access with this bit: 1, 2 or 4.
    #[must_use]
    pub const fn from_bits(bits: u64) -> Option<Self> {
        match bits {
            1 => Some(Self::Read),
            2 => Some(Self::Write),
            4 => Some(Self::Fetch),
            _ => None,
        }
    }
}

/// How an access ended.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Touched {
    /// It reached this byte of the TD's memory, through the TD's key.
    Private(Hpa),
    /// The address is shared: the host's own tables say what becomes of it.
    Shared,
    /// The guest is interrupted by an exception.
    Exception(Exception),
    /// The vCPU leaves.
    Exit(Exit),
}

/// An exception that the module raises in the guest.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Exception {
    /// #VE, for a page that the guest has not accepted.
    Virtualization {
        /// The exit qualification.
        qualification: u64,
        /// The address.
        gpa: u64,
    },
    /// #DF: a #VE before the guest has asked about the last one.
    DoubleFault,
    /// #PF with a reserved bit: an address beyond the guest's width.
    PageFault,
}

impl<M: Memory> Inside<'_, M> {
    /// The guest accesses the byte at `gpa`, through the Secure EPT as it is now.
    ///
    /// An instruction may make several accesses: whoever executes it [`advance`](Self::advance)s the guest when it has
    /// completed.
    ///
    /// TDX module 1.5 base specification, private and shared EPT violations.
    pub fn access(&mut self, gpa: u64, access: Access) -> Touched {
        let td = self.td();
        let shared_bit = td.shared_bit();
        if gpa >> (shared_bit + 1) != 0 {
            return Touched::Exception(Exception::PageFault);
        }
        if gpa >> shared_bit != 0 {
            return Touched::Shared;
        }
        match td.tree().translate(&self.module.memory, gpa, access as u64) {
            Ok(byte) => Touched::Private(byte),
            Err(granted) => self.violation(gpa, access, granted),
        }
    }

    /// An access to a private address that the Secure EPT does not let through. `permissions` is what the entries on
    /// the way grant together.
    ///
    /// TDX module 1.5 base specification, private EPT violations and pending pages.
    pub fn violation(&mut self, gpa: u64, access: Access, permissions: u64) -> Touched {
        let td = self.td();
        let qualification = tried(access, permissions);
        let end = td.tree().walk(&self.module.memory, gpa, SeptLevel::Pt);
        let mut extended = ExtendedQualification::new();
        if end.entry.is_acceptable() {
            if !td.pending_leaves() {
                return Touched::Exception(self.vcpu.raise(qualification.bits(), gpa));
            }
            extended = extended.with_kind(QualificationType::PendingEptViolation);
        }
        self.vcpu.stepping().violation(gpa);
        Touched::Exit(Exit::violation(gpa, qualification, extended))
    }

    /// The guest asks about its last #VE, so that another can be raised: TDG.VP.VEINFO.GET. Whether there was one.
    ///
    /// TDX module 1.5 ABI specification, TDG.VP.VEINFO.GET leaf.
    pub fn exception_information(&mut self) -> bool {
        self.called();
        self.vcpu.exception_unread.swap(false, Ordering::AcqRel)
    }
}

impl Vcpu {
    /// Raises #VE. The guest goes on with its handler, which is progress.
    fn raise(&self, qualification: u64, gpa: u64) -> Exception {
        self.stepping().complete();
        if self.exception_unread.swap(true, Ordering::AcqRel) {
            Exception::DoubleFault
        } else {
            Exception::Virtualization { qualification, gpa }
        }
    }
}
