//! What the answers of all leaves have in common.

use crate::leaf::Leaf;
use crate::operand::EntryDetails;
use crate::seamcall::Registers;
use crate::status::{Operand, Status, StatusCode};
use core::fmt;
use pt_core::Hpa;

/// The answer of one leaf: an enum with a variant for each status that the leaf gives.
///
/// A variant has the name of its status code. `Done` is `TDX_SUCCESS`; `EntryBusy` is `TDX_OPERAND_BUSY|RCX` where the
/// module shows the locked entry; `Unlisted` keeps a status that the leaf of module 1.5 does not give.
///
/// A refusal that a `match` forgets does not compile:
///
/// ```compile_fail,E0004
/// # use pt_tdx::host::mem::PageDemote;
/// fn is_split(answer: PageDemote) -> bool {
///     match answer {
///         PageDemote::Done => true,
///         PageDemote::TlbTrackingNotDone => false,
///     }
/// }
/// ```
pub trait Answer: Sized + fmt::Debug {
    /// The leaf.
    const LEAF: Leaf;
    /// Every status that the leaf gives, but success.
    const POSSIBLE: &'static [Possible];

    /// Reads status and registers as the module left them.
    fn decode(status: Status, registers: &Registers) -> Self;
    /// The status that the answer was read from.
    fn status(&self) -> Status;
    /// The entry that the module showed with a refusal or a remark.
    fn entry(&self) -> Option<EntryDetails>;

    /// Whether the leaf refused or did not finish. A remark (`TDX_GPA_RANGE_ALREADY_BLOCKED`) is no error.
    #[inline]
    fn is_error(&self) -> bool {
        self.status().is_error()
    }

    /// Whether a resource was busy, so that the same call can succeed later: a lock, vCPUs of an older epoch, the random
    /// number generator.
    #[inline]
    fn is_busy(&self) -> bool {
        self.status().is_busy()
    }
}

/// A status that a leaf can give.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Possible {
    /// This status, and the entry in RCX and RDX.
    Entry(Status),
    /// The code about one of these operands.
    About(StatusCode, &'static [Operand]),
    /// The code, with a number of its own in the lower half.
    Number(StatusCode),
    /// This status.
    Plain(Status),
}

impl Possible {
    /// Whether `status` is this one.
    #[must_use]
    pub fn admits(&self, status: Status) -> bool {
        match *self {
            Self::Entry(entry) => status == entry,
            Self::About(code, operands) => operands.iter().any(|&operand| status == code | operand),
            Self::Number(code) => status.is(code),
            Self::Plain(plain) => status == plain,
        }
    }
}

/// What a leaf returns in registers when it is done.
pub(crate) trait Output: Sized {
    /// Whether this status means that the leaf is done.
    #[must_use]
    fn is_done(status: Status) -> bool {
        status == Status::SUCCESS
    }
    /// Reads the registers.
    #[must_use]
    fn read(status: Status, registers: &Registers) -> Self;
    /// The status that the output was read from.
    #[must_use]
    fn status(&self) -> Status {
        Status::SUCCESS
    }
}

impl Output for () {
    fn read(_: Status, _: &Registers) -> Self {}
}

/// The page that the leaf gave back: RCX.
impl Output for Hpa {
    fn read(_: Status, registers: &Registers) -> Self {
        Self::new(registers.rcx)
    }
}

/// The previous content: R8.
impl Output for u64 {
    fn read(_: Status, registers: &Registers) -> Self {
        registers.r8
    }
}

/// RCX and RDX.
impl Output for EntryDetails {
    fn read(_: Status, registers: &Registers) -> Self {
        Self::from_registers(registers.rcx, registers.rdx)
    }
}

/// `TDH.MEM.PAGE.AUG: TDX_EPT_WALK_FAILED|RCX, NlBlocked at Pd (0x0000000000000000)`.
pub(super) fn describe<A: Answer>(answer: &A, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    write!(f, "{}: {}", A::LEAF, answer.status())?;
    answer.entry().map_or(Ok(()), |entry| write!(f, ", {entry}"))
}
