//! Status words: what a leaf answers in RAX.
//!
//! The upper half of the word is the [`StatusCode`]; the lower half says more, in a way that depends on the code:
//! [`Status::details`]. Only bit 63 makes a status an error. A status without it is a success, even where the
//! module adds a remark to it (`TDX_GPA_RANGE_ALREADY_BLOCKED`).

mod code;
mod operand;

pub use code::StatusCode;
pub use operand::Operand;

use core::fmt;
use core::ops::BitOr;
use pt_macros::{register, values};

/// Which kind of thing a code is about.
///
/// TDX module 1.5 ABI specification, function completion status: bits 47:40.
#[values]
pub enum Class {
    /// Success, TD exits, and calls that were interrupted.
    General = 0x00,
    /// An operand is not valid.
    Operand = 0x01,
    /// A resource is busy.
    Busy = 0x02,
    /// What a page is used for.
    PageMetadata = 0x03,
    /// Something else depends on it.
    Dependent = 0x04,
    /// The state of the module.
    Module = 0x05,
    /// The state of the TD.
    Td = 0x06,
    /// The state of the vCPU.
    Vcpu = 0x07,
    /// Keys and their identifiers.
    Key = 0x08,
    /// The processor, its MSRs and its CPUID.
    Platform = 0x09,
    /// Memory regions (TDMR) and the PAMT.
    PhysicalMemory = 0x0a,
    /// Guest memory and the Secure EPT.
    GuestMemory = 0x0b,
    /// Metadata fields.
    Metadata = 0x0c,
    /// Service TDs.
    ServiceTd = 0x0d,
    /// Migration.
    Migration = 0x0e,
}

/// Where the parts of a status are.
#[register(reserved(48..=59))]
struct Parts {
    #[bits(0..=31)]
    low: u32,
    #[bits(32..=39)]
    number: u8,
    #[bits(40..=47, values, default = General)]
    class: Class,
    #[bits(60)]
    host_recoverability_hint: bool,
    #[bits(61)]
    fatal: bool,
    #[bits(62)]
    non_recoverable: bool,
    #[bits(63)]
    error: bool,
}

/// The word that a leaf returns in RAX.
///
/// TDX module 1.5 ABI specification, function completion status: bits 31:0 details, 39:32 number of the code in its
/// class, 47:40 class, 60 host recoverability hint, 61 fatal, 62 non-recoverable, 63 error.
#[derive(Copy, Clone, PartialEq, Eq, Hash, Default)]
#[repr(transparent)]
pub struct Status(u64);

impl Status {
    /// `TDX_SUCCESS`, without details.
    pub const SUCCESS: Self = Self(0);

    const fn parts(self) -> Parts {
        Parts::from_bits(self.0)
    }

    /// Takes RAX as a status.
    #[inline]
    #[must_use]
    pub const fn from_bits(bits: u64) -> Self {
        Self(bits)
    }

    /// The word as it is in RAX.
    #[inline]
    #[must_use]
    pub const fn bits(self) -> u64 {
        self.0
    }

    /// `code`, about `operand` if there is one: the module adds the identifier to the code.
    #[inline]
    #[must_use]
    pub const fn new(code: StatusCode, operand: Option<Operand>) -> Self {
        match operand {
            Some(operand) => Self::with_low(code, operand.id()),
            None => Self(code.into_bits()),
        }
    }

    /// `code`, with a number in the lower half.
    #[inline]
    #[must_use]
    pub const fn with_low(code: StatusCode, low: u32) -> Self {
        Self(Parts::from_bits(code.into_bits()).with_low(low).bits())
    }

    /// Whether the leaf refused or did not finish: bit 63.
    #[inline]
    #[must_use]
    pub const fn is_error(self) -> bool {
        self.parts().error()
    }

    /// Whether a resource is busy, so that the same call may succeed later: an error of class 2.
    #[inline]
    #[must_use]
    pub const fn is_busy(self) -> bool {
        self.is_error() && matches!(self.class(), Some(Class::Busy))
    }

    /// Whether the TD or the vCPU cannot go on: bit 62, of a status that is not an error.
    #[inline]
    #[must_use]
    pub const fn is_non_recoverable(self) -> bool {
        self.parts().non_recoverable()
    }

    /// Whether the failure is fatal to the TD: bit 61.
    #[inline]
    #[must_use]
    pub const fn is_fatal(self) -> bool {
        self.parts().fatal()
    }

    /// Whether the host may be able to mend the cause: bit 60, the host recoverability hint.
    #[inline]
    #[must_use]
    pub const fn host_can_recover(self) -> bool {
        self.parts().host_recoverability_hint()
    }

    /// The class: bits 47:40; `None` for one that the specification does not list.
    #[inline]
    #[must_use]
    pub const fn class(self) -> Option<Class> {
        self.parts().class()
    }

    /// The upper half, the lower half zero: comparable with [`StatusCode::into_bits`] also where the code has no name.
    #[inline]
    #[must_use]
    pub const fn code_bits(self) -> u64 {
        self.parts().with_low(0).bits()
    }

    /// The code, if this crate knows it.
    #[inline]
    #[must_use]
    pub const fn code(self) -> Option<StatusCode> {
        StatusCode::from_bits(self.code_bits())
    }

    /// Whether the code is `code`, whatever the details are.
    #[inline]
    #[must_use]
    pub const fn is(self, code: StatusCode) -> bool {
        self.code_bits() == code.into_bits()
    }

    /// The lower half as a number.
    #[inline]
    #[must_use]
    pub const fn low(self) -> u32 {
        self.parts().low()
    }

    /// What the lower half says.
    #[must_use]
    pub const fn details(self) -> Details {
        let low = self.low();
        match self.code() {
            Some(StatusCode::PageAlreadyAccepted | StatusCode::PageSizeMismatch) => Details::Level(low),
            Some(StatusCode::L2SeptWalkFailed) => Details::L2 { vm: (low >> 16) as u16, level: low as u16 },
            Some(
                StatusCode::VcpuStateIncorrect
                | StatusCode::InconsistentMsr
                | StatusCode::IncorrectMsrValue
                | StatusCode::X2apicIdNotUnique,
            ) => Details::number(low),
            Some(
                StatusCode::OperandInvalid
                | StatusCode::OperandAddrRangeError
                | StatusCode::OperandBusy
                | StatusCode::OperandBusyHostPriority
                | StatusCode::PageMetadataIncorrect,
            ) => Details::operand(low),
            _ if matches!(self.class(), Some(Class::General)) || low == 0 => Details::number(low),
            _ => Details::operand(low),
        }
    }

    /// The operand that the status is about, if it names one.
    #[must_use]
    pub const fn operand(self) -> Option<Operand> {
        match self.details() {
            Details::Operand(operand) => Some(operand),
            _ => None,
        }
    }
}

/// What the lower half of a status says.
///
/// TDX module 1.5 ABI specification, function completion status: bits 31:0.
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug)]
pub enum Details {
    /// Nothing.
    None,
    /// Which operand the code is about. Identifier 0 is RAX, and is one only after the codes that always name an
    /// operand; after others it means that there is none.
    Operand(Operand),
    /// The level of the entry that the guest's page overlaps, counted from 0 for 4 KiB.
    Level(u32),
    /// Where the walk of an L2 VM's Secure EPT ended.
    L2 {
        /// The number of the L2 VM, from 1.
        vm: u16,
        /// The level of the entry.
        level: u16,
    },
    /// Another number: of an MSR after `TDX_INCONSISTENT_MSR`, of a vCPU's state after `TDX_VCPU_STATE_INCORRECT`, the
    /// VM exit reason after TDH.VP.ENTER.
    Other(u32),
}

impl Details {
    const fn operand(id: u32) -> Self {
        match Operand::from_id(id) {
            Some(operand) => Self::Operand(operand),
            None => Self::Other(id),
        }
    }

    const fn number(low: u32) -> Self {
        if low == 0 { Self::None } else { Self::Other(low) }
    }
}

impl From<StatusCode> for Status {
    #[inline]
    fn from(code: StatusCode) -> Self {
        Self(code.into_bits())
    }
}

/// Reads as the module's own names do: `OperandBusy | SeptTree`.
impl BitOr<Operand> for StatusCode {
    type Output = Status;
    #[inline]
    fn bitor(self, operand: Operand) -> Status {
        Status::new(self, Some(operand))
    }
}

impl PartialEq<StatusCode> for Status {
    /// Whether the status is this code without any details.
    fn eq(&self, code: &StatusCode) -> bool {
        self.0 == code.into_bits()
    }
}

/// The module's names: `TDX_OPERAND_BUSY|SEPT_TREE`, `TDX_PAGE_SIZE_MISMATCH|level=1`, `TDX_SUCCESS+0x4d`; a code
/// without a name as a number.
impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.code() {
            Some(code) => f.write_str(code.name())?,
            None => write!(f, "{:#018x}", self.code_bits())?,
        }
        match self.details() {
            Details::None | Details::Level(0) => Ok(()),
            Details::Operand(operand) => write!(f, "|{operand}"),
            Details::Level(level) => write!(f, "|level={level}"),
            Details::L2 { vm, level } => write!(f, "|vm={vm},level={level}"),
            Details::Other(low) => write!(f, "+{low:#x}"),
        }
    }
}

impl fmt::Debug for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:#018x} ({self})", self.0)
    }
}

#[cfg(test)]
mod tests;
