//! What a leaf can answer, as one enum a leaf.
//!
//! Each enum is written as one table: the statuses that the leaf gives, grouped by what the lower half of the status
//! and the registers say. From it follow the variants, the decoder, and the list that tests and emulators compare
//! with ([`Answer::POSSIBLE`]).
//!
//! A variant has the name of its status code. `Done` is `TDX_SUCCESS`; `EntryBusy` is `TDX_OPERAND_BUSY|RCX` where
//! the module shows the locked entry; `Unlisted` keeps a status that the leaf of module 1.5 does not give.

use crate::leaf::Leaf;
use crate::operand::EntryDetails;
use crate::seamcall::Registers;
use crate::status::{Operand, Status, StatusCode};
use core::fmt;
use pt_core::Hpa;

/// The answer of one leaf.
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
    /// The code with exactly this operand, or with none.
    Plain(StatusCode, Option<Operand>),
    /// The code, with a number of its own in the lower half.
    Number(StatusCode),
    /// The code about one of these operands.
    About(StatusCode, &'static [Operand]),
    /// The code about RCX, with the entry in RCX and RDX.
    Entry(StatusCode),
}

impl Possible {
    /// Whether `status` is this one.
    #[must_use]
    pub fn admits(&self, status: Status) -> bool {
        match *self {
            Self::Plain(code, None) => status == code,
            Self::Plain(code, Some(operand)) => status == code | operand,
            Self::Number(code) => status.is(code),
            Self::About(code, operands) => operands.iter().any(|&operand| status == code | operand),
            Self::Entry(code) => status == code | Operand::Rcx,
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

/// Writes the enum of a leaf from the table of its statuses. The groups, in this order, all but the first optional:
/// - `done`, with the type of what the leaf returns,
/// - `entry`: codes about RCX, with the entry. `EntryBusy = OperandBusy` renames, and then the details must be there,
/// - `about`: codes with one of several operands, in the order in which the module looks at them,
/// - `number`: codes with a number in the lower half,
/// - `plain`: codes without an operand, or with one that is always the same (`| Rcx`).
macro_rules! answers {
    (@code $variant:ident) => { StatusCode::$variant };
    (@code $variant:ident $code:ident) => { StatusCode::$code };
    (@operand) => { None };
    (@operand $operand:ident) => { Some(Operand::$operand) };
    (@done) => { () };
    (@done $done:ty) => { $done };
    (@shown $registers:ident) => { EntryDetails::from_registers($registers.rcx, $registers.rdx) };
    (@link $code:ident) => { concat!("[`", stringify!($code), "`](StatusCode::", stringify!($code), ")") };
    (@doc $variant:ident) => { concat!(answers!(@link $variant), ".") };
    (@doc $variant:ident = $code:ident) => { concat!(answers!(@link $code), " without an operand.") };
    (@doc $variant:ident | $operand:ident) => {
        concat!(answers!(@link $variant), ", about [`", stringify!($operand), "`](Operand::", stringify!($operand), ").")
    };
    (@entry $variant:ident) => { concat!(answers!(@link $variant), ", and the entry.") };
    (@entry $variant:ident = $code:ident) => { concat!(answers!(@link $code), ", and the entry that is locked.") };
    (
        $(#[$meta:meta])*
        $name:ident = $leaf:ident {
            $(#[$done_meta:meta])*
            done $(($done:ty))?;
            $(entry $($entry:ident $(= $entry_code:ident)?),+;)?
            $(about $($about:ident($($operand:ident),+)),+;)?
            $(number $($number:ident),+;)?
            $(plain $($plain:ident $(= $plain_code:ident)? $(| $plain_operand:ident)?),+;)?
        }
    ) => {
        $(#[$meta])*
        #[derive(Copy, Clone, PartialEq, Eq, Debug)]
        #[must_use]
        pub enum $name {
            $(#[$done_meta])*
            Done $(($done))?,
            $($(
                #[doc = answers!(@entry $entry $(= $entry_code)?)]
                $entry(EntryDetails),
            )+)?
            $($(
                #[doc = concat!(
                    answers!(@link $about), ", about" $(, " [`", stringify!($operand), "`](Operand::", stringify!($operand), ")")+, "."
                )]
                $about(Operand),
            )+)?
            $($(
                #[doc = concat!(answers!(@link $number), ", and what the lower half of the status holds.")]
                $number(u32),
            )+)?
            $($(
                #[doc = answers!(@doc $plain $(= $plain_code)? $(| $plain_operand)?)]
                $plain,
            )+)?
            /// A status that this leaf of module 1.5 does not give.
            Unlisted(Status),
        }

        impl $crate::host::Answer for $name {
            const LEAF: $crate::leaf::Leaf = $crate::leaf::Leaf::$leaf;
            const POSSIBLE: &'static [$crate::host::Possible] = &[
                $($($crate::host::Possible::Plain(
                    answers!(@code $plain $($plain_code)?), answers!(@operand $($plain_operand)?)
                ),)+)?
                $($($crate::host::Possible::Number(StatusCode::$number),)+)?
                $($($crate::host::Possible::About(StatusCode::$about, &[$(Operand::$operand),+]),)+)?
                $($($crate::host::Possible::Entry(answers!(@code $entry $($entry_code)?)),)+)?
            ];

            #[allow(unused_variables)] // some leaves return nothing but a status
            fn decode(status: Status, registers: &$crate::seamcall::Registers) -> Self {
                if <answers!(@done $($done)?) as $crate::host::Output>::is_done(status) {
                    return Self::Done $((<$done as $crate::host::Output>::read(status, registers)))?;
                }
                match (status.code(), status.operand()) {
                    $($(
                        (Some(answers!(@code $entry $($entry_code)?)), Some(Operand::Rcx))
                            $(if status.is(StatusCode::$entry_code) && answers!(@shown registers).are_given())? =>
                            Self::$entry(answers!(@shown registers)),
                    )+)?
                    $($(
                        (Some(answers!(@code $plain $($plain_code)?)), answers!(@operand $($plain_operand)?))
                            if status == Self::$plain.status() => Self::$plain,
                    )+)?
                    $($((Some(StatusCode::$number), _) => Self::$number(status.low()),)+)?
                    $($(
                        (Some(StatusCode::$about), Some(operand)) if matches!(operand, $(Operand::$operand)|+) => {
                            Self::$about(operand)
                        }
                    )+)?
                    _ => Self::Unlisted(status),
                }
            }

            fn status(&self) -> Status {
                $(if let Self::Done(done) = self {
                    return <$done as $crate::host::Output>::status(done);
                })?
                match *self {
                    Self::Done { .. } => Status::SUCCESS,
                    $($(Self::$plain => Status::new(
                        answers!(@code $plain $($plain_code)?), answers!(@operand $($plain_operand)?)
                    ),)+)?
                    $($(Self::$number(low) => Status::with_low(StatusCode::$number, low),)+)?
                    $($(Self::$about(operand) => StatusCode::$about | operand,)+)?
                    $($(Self::$entry(_) => answers!(@code $entry $($entry_code)?) | Operand::Rcx,)+)?
                    Self::Unlisted(status) => status,
                }
            }

            fn entry(&self) -> Option<EntryDetails> {
                match *self {
                    $($(Self::$entry(details) => Some(details),)+)?
                    _ => None,
                }
            }
        }

        impl ::core::fmt::Display for $name {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                $crate::host::answer::describe(self, f)
            }
        }
    };
}
pub(super) use answers;
