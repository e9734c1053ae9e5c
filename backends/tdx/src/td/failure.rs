//! A step in the life of a TD that was not taken.

use crate::host::Answer;
use crate::leaf::Leaf;
use crate::seamcall::Unavailable;
use crate::status::Status;
use core::fmt;
use pt_core::OutOfTables;
use pt_core::page::Misaligned;

/// A step that was not taken. What it was about is given back, and the step can be tried again.
#[must_use = "what the step was about is in here"]
pub struct Failed<T> {
    /// What the step was about, as it was before, or as far as the step got.
    pub value: T,
    /// Why.
    pub cause: Cause,
    /// How many parts of the step are done: pages added, packages configured. They stay done.
    pub done: usize,
}

impl<T> Failed<T> {
    pub(super) const fn new(value: T, cause: Cause) -> Self {
        Self { value, cause, done: 0 }
    }

    pub(super) const fn after(value: T, cause: Cause, done: usize) -> Self {
        Self { value, cause, done }
    }
}

impl<T> fmt::Debug for Failed<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Failed").field("cause", &self.cause).field("done", &self.done).finish_non_exhaustive()
    }
}

impl<T> fmt::Display for Failed<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.done {
            0 => self.cause.fmt(f),
            done => write!(f, "after {done} parts: {}", self.cause),
        }
    }
}

impl<T> core::error::Error for Failed<T> {}

/// Why a step was not taken.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Cause {
    /// The module refused.
    Refused {
        /// The leaf.
        leaf: Leaf,
        /// What it answered.
        status: Status,
    },
    /// No module took the call.
    Unavailable(Unavailable),
    /// The allocator has no page.
    OutOfPages,
    /// The allocator gave a page that is none.
    Misaligned(Misaligned),
    /// More pages are wanted than there is room to remember: the host's [`ModuleInfo`](super::ModuleInfo) is not that
    /// of module 1.5.
    TooManyPages,
    /// The levels and the address width of `TD_PARAMS` do not go together.
    NoGeometry,
    /// The vCPU is another TD's.
    OtherTd,
}

impl Cause {
    /// Whether only a lock, an interrupt or a lack of entropy stood in the way: the same step can succeed later.
    #[must_use]
    pub fn passes(&self) -> bool {
        use crate::status::StatusCode::{
            InterruptedRestartable, InterruptedResumable, KeyGenerationFailed, RndNoEntropy,
        };
        let passing = [InterruptedResumable, InterruptedRestartable, RndNoEntropy, KeyGenerationFailed];
        match self {
            Self::Refused { status, .. } => status.is_busy() || passing.iter().any(|code| status.is(*code)),
            Self::OutOfPages => true,
            Self::Unavailable(_) | Self::Misaligned(_) | Self::TooManyPages | Self::NoGeometry | Self::OtherTd => false,
        }
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused { leaf, status } => write!(f, "{leaf}: {status}"),
            Self::Unavailable(unavailable) => unavailable.fmt(f),
            Self::OutOfPages => f.write_str("there is no page"),
            Self::Misaligned(misaligned) => misaligned.fmt(f),
            Self::TooManyPages => f.write_str("the control structure has more pages than this crate remembers"),
            Self::NoGeometry => f.write_str("no Secure EPT has these levels and this address width"),
            Self::OtherTd => f.write_str("the vCPU is another TD's"),
        }
    }
}

impl core::error::Error for Cause {}

impl From<OutOfTables> for Cause {
    fn from(_: OutOfTables) -> Self {
        Self::OutOfPages
    }
}

impl From<Misaligned> for Cause {
    fn from(misaligned: Misaligned) -> Self {
        Self::Misaligned(misaligned)
    }
}

/// Whether a leaf did it; a remark of the module is no refusal.
pub(super) fn settle<A: Answer>(answer: Result<A, Unavailable>) -> Result<(), Cause> {
    match answer {
        Ok(answer) if answer.is_error() => Err(Cause::Refused { leaf: A::LEAF, status: answer.status() }),
        Ok(_) => Ok(()),
        Err(unavailable) => Err(Cause::Unavailable(unavailable)),
    }
}
