//! Why a guest came back: the exit reason, SDM 3D appendix C, and what it says of an access, 28.2.1.

use super::field::Field;
use super::vmcs::Vmcs;
use core::fmt;

/// Basic exit reasons.
mod reason {
    pub const TRIPLE_FAULT: u64 = 2;
    pub const HLT: u64 = 12;
    pub const VMCALL: u64 = 18;
    pub const EPT_VIOLATION: u64 = 48;
    pub const EPT_MISCONFIGURATION: u64 = 49;
}

/// An exit.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Exit {
    /// `VMCALL`: the guest calls its host.
    Vmcall,
    /// `HLT`.
    Hlt,
    /// The guest could not deliver an exception.
    TripleFault,
    /// The EPT did not let an access through.
    EptViolation {
        /// What it was.
        qualification: Qualification,
        /// Where.
        guest_physical: u64,
        /// The guest's own address for it, if there is one.
        linear: Option<u64>,
    },
    /// An entry of the EPT says what no entry may say.
    EptMisconfiguration {
        /// Where the guest was going.
        guest_physical: u64,
    },
    /// Anything else, or an entry that failed (27.8): reason and qualification.
    Other(u64, u64),
    /// `VMLAUNCH` or `VMRESUME` was not done: the number of the error, 31.4.
    NotEntered(u64),
}

impl Exit {
    /// Why the guest of the current VMCS came back.
    pub(super) fn of(vmcs: &Vmcs) -> Self {
        let reason = vmcs.read(Field::EXIT_REASON);
        let qualification = vmcs.read(Field::EXIT_QUALIFICATION);
        let guest_physical = || vmcs.read(Field::GUEST_PHYSICAL_ADDRESS);
        match reason {
            reason::VMCALL => Self::Vmcall,
            reason::HLT => Self::Hlt,
            reason::TRIPLE_FAULT => Self::TripleFault,
            reason::EPT_VIOLATION => {
                let qualification = Qualification(qualification);
                let linear = qualification.has(Qualification::LINEAR);
                let linear = linear.then(|| vmcs.read(Field::GUEST_LINEAR_ADDRESS));
                Self::EptViolation { qualification, guest_physical: guest_physical(), linear }
            }
            reason::EPT_MISCONFIGURATION => Self::EptMisconfiguration { guest_physical: guest_physical() },
            reason => Self::Other(reason, qualification),
        }
    }
}

/// The exit qualification of an EPT violation, table 28-7.
#[derive(Copy, Clone, PartialEq, Eq)]
pub struct Qualification(
    /// As in the VMCS.
    pub u64,
);

impl Qualification {
    /// The access was a read.
    pub const READ: u64 = 1 << 0;
    /// It was a write.
    pub const WRITE: u64 = 1 << 1;
    /// It was a fetch.
    pub const FETCH: u64 = 1 << 2;
    /// All entries on the way, as far as there were any, allow reads.
    pub const READABLE: u64 = 1 << 3;
    /// They allow writes.
    pub const WRITABLE: u64 = 1 << 4;
    /// They allow fetches.
    pub const EXECUTABLE: u64 = 1 << 5;
    /// The guest has an address of its own for it.
    pub const LINEAR: u64 = 1 << 7;
    /// It was the access of the guest to what that address translates to; not one to its tables, on the way there.
    pub const FINAL: u64 = 1 << 8;

    /// Whether all of these bits are set.
    #[must_use]
    pub const fn has(self, bits: u64) -> bool {
        self.0 & bits == bits
    }
}

impl fmt::Debug for Qualification {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:#x}", self.0)
    }
}
