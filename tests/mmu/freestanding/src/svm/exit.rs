//! Why a guest came back: the exit code, AMD APM volume 2, appendix C, and what it says of a page fault.

use core::fmt;

/// An exit code.
#[derive(Copy, Clone, PartialEq, Eq)]
pub struct ExitCode(
    /// As in the VMCB.
    pub u64,
);

impl ExitCode {
    /// A page fault of the guest's own tables, if that exception is intercepted. Information 1 is its error code,
    /// information 2 what CR2 would hold.
    pub const PAGE_FAULT: Self = Self(0x40 + 14);
    /// `HLT`.
    pub const HLT: Self = Self(0x78);
    /// A triple fault.
    pub const SHUTDOWN: Self = Self(0x7F);
    /// `VMMCALL`.
    pub const VMMCALL: Self = Self(0x81);
    /// A fault of the nested page tables, 15.25.6. Information 1 is the error code, information 2 the guest-physical
    /// address.
    pub const NESTED_PAGE_FAULT: Self = Self(0x400);
    /// `VMRUN` refused the state of the guest, 15.5.1.
    pub const INVALID: Self = Self(u64::MAX);
}

impl fmt::Debug for ExitCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::PAGE_FAULT => f.write_str("#PF"),
            Self::HLT => f.write_str("HLT"),
            Self::SHUTDOWN => f.write_str("shutdown"),
            Self::VMMCALL => f.write_str("VMMCALL"),
            Self::NESTED_PAGE_FAULT => f.write_str("#NPF"),
            Self::INVALID => f.write_str("invalid state"),
            Self(code) => write!(f, "exit {code:#x}"),
        }
    }
}

/// An exit.
#[derive(Copy, Clone, PartialEq, Eq)]
pub struct Exit {
    /// Why.
    pub code: ExitCode,
    /// `EXITINFO1`.
    pub information_1: u64,
    /// `EXITINFO2`.
    pub information_2: u64,
}

impl Exit {
    /// What kind of access faulted, if it was a page fault of either kind.
    #[must_use]
    pub const fn fault(self) -> FaultCode {
        FaultCode(self.information_1)
    }
}

impl fmt::Debug for Exit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} ({:#x}, {:#x})", self.code, self.information_1, self.information_2)
    }
}

/// The error code of a page fault (8.4.2), or of a nested one (15.25.6).
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct FaultCode(
    /// As in the VMCB.
    pub u64,
);

impl FaultCode {
    /// The entry was present: a permission is missing, or a reserved bit is set.
    pub const PRESENT: u64 = 1 << 0;
    /// It was a write.
    pub const WRITE: u64 = 1 << 1;
    /// It was an access of the user. To a nested table every access of a guest is.
    pub const USER: u64 = 1 << 2;
    /// A reserved bit was set.
    pub const RESERVED: u64 = 1 << 3;
    /// It was a fetch.
    pub const FETCH: u64 = 1 << 4;
    /// Nested: the guest's own access, after its tables were walked.
    pub const FINAL: u64 = 1 << 32;
    /// Nested: an access to the guest's tables on the way there.
    pub const GUEST_TABLE: u64 = 1 << 33;

    /// Whether all of these bits are set.
    #[must_use]
    pub const fn has(self, bits: u64) -> bool {
        self.0 & bits == bits
    }
}
