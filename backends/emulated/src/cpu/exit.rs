//! What an access of the guest comes to, if it does not complete.

use crate::machine::BusError;
use core::fmt;
use pt_core::RawGpa;

/// What the guest does to memory.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Access {
    /// A read.
    Read,
    /// A write.
    Write,
    /// An instruction fetch.
    Fetch,
}

impl Access {
    /// The bit of an EPT entry that allows it; the exit qualification has it at the same place.
    pub(super) const fn right(self) -> u64 {
        match self {
            Self::Read => super::ept::READ,
            Self::Write => super::ept::WRITE,
            Self::Fetch => super::ept::EXECUTE,
        }
    }
}

/// The exit qualification of an EPT violation, SDM 3C table 28-7: bits 2:0 the access, 5:3 what the entries
/// allowed, 7 and 8 set, because every emulated access has a linear address.
#[derive(Copy, Clone, PartialEq, Eq)]
pub struct Qualification(u64);

impl Qualification {
    pub(crate) const fn new(access: Access, rights: u64) -> Self {
        Self(access.right() | rights << 3 | 0x180)
    }

    /// Takes a raw value.
    #[must_use]
    pub const fn from_bits(bits: u64) -> Self {
        Self(bits)
    }

    /// The raw value.
    #[must_use]
    pub const fn bits(self) -> u64 {
        self.0
    }

    /// What the guest did.
    #[must_use]
    pub const fn access(self) -> Access {
        match self.0 & 7 {
            1 => Access::Read,
            2 => Access::Write,
            _ => Access::Fetch,
        }
    }

    /// What the entries allowed together: bit 0 reads, bit 1 writes, bit 2 fetches.
    #[must_use]
    pub const fn rights(self) -> u64 {
        self.0 >> 3 & 7
    }

    /// Whether an entry was present on all levels, and only forbade this access.
    #[must_use]
    pub const fn was_present(self) -> bool {
        self.rights() != 0
    }
}

impl fmt::Debug for Qualification {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} ({:#x})", self.access(), self.0)
    }
}

/// Why the vCPU left the guest.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Exit {
    /// An EPT violation. The VMM resolves it, and the access is tried again.
    Violation {
        /// The address, its low twelve bits zero.
        gpa: RawGpa,
        /// What was tried.
        qualification: Qualification,
        /// What the monitor adds: the extended exit qualification of a TD exit; 0 if there is none.
        extended: u64,
    },
    /// An entry whose value is not supported. Only a mistake in a table leads here.
    Misconfiguration {
        /// The address, its low twelve bits zero.
        gpa: RawGpa,
        /// The level of the entry; 0 is the page table.
        level: u32,
        /// The entry.
        entry: u64,
    },
    /// A table or a leaf points to where there is no memory.
    NoMemory {
        /// The address, its low twelve bits zero.
        gpa: RawGpa,
        /// The physical address.
        error: BusError,
    },
    /// The VMM wanted the vCPU outside, or an interrupt did. What the guest was about to do has not begun.
    Kicked,
    /// The monitor has ended the turn, with this status.
    Monitor {
        /// The status.
        status: u64,
    },
    /// The vCPU has left before: an access was tried after an exit, without entering again.
    Outside,
}

/// What the guest itself gets instead of the access.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Exception {
    /// #VE: the guest is told of an EPT violation, and can mend it or ask for help.
    Virtualization {
        /// The address.
        gpa: RawGpa,
        /// What was tried.
        qualification: Qualification,
    },
    /// #DF: a #VE before the guest has asked about the last one.
    DoubleFault,
    /// #PF with a reserved bit: the address is wider than the guest's address space.
    Reserved {
        /// The address.
        gpa: RawGpa,
    },
}

/// An access that did not complete. Nothing was written by it.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Stop {
    /// The vCPU has left the guest.
    Exit(Exit),
    /// The vCPU is inside, and the guest handles an exception.
    Exception(Exception),
}

impl From<Exit> for Stop {
    fn from(exit: Exit) -> Self {
        Self::Exit(exit)
    }
}

impl From<Exception> for Stop {
    fn from(exception: Exception) -> Self {
        Self::Exception(exception)
    }
}

impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exit(exit) => write!(f, "left the guest: {exit:?}"),
            Self::Exception(exception) => write!(f, "exception in the guest: {exception:?}"),
        }
    }
}
impl core::error::Error for Stop {}
