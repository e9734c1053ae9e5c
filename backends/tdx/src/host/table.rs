//! The enum of a leaf, from the table of its statuses.
//!
//! The groups of a table, in this order, all but the first optional:
//! - `done`, with the type of what the leaf returns in registers,
//! - `entry`: codes about RCX, with the entry. `EntryBusy = OperandBusy` gives the variant a name of its own; then the
//!   entry has to be there, for the same code about RCX to be in the next group as well,
//! - `about`: codes about one of several operands, in the order in which the module looks at them,
//! - `number`: codes with a number in the lower half,
//! - `plain`: codes without an operand (`= EptEntryNotPresent` names the code), or with always the same (`| Rcx`).
//!
//! What is not in the table becomes `Unlisted`, so that every status decodes to something that has the same status.

macro_rules! answers {
    (@status $code:ident) => { Status::new(StatusCode::$code, None) };
    (@status $code:ident | $operand:ident) => { Status::new(StatusCode::$code, Some(Operand::$operand)) };
    (@status $variant:ident = $code:ident $(| $operand:ident)?) => { answers!(@status $code $(| $operand)?) };
    (@output) => { () };
    (@output $output:ty) => { $output };
    (@given $details:ident) => { true };
    (@given $details:ident $code:ident) => { $details.are_given() };
    (@link $code:ident) => { concat!("[`", stringify!($code), "`](StatusCode::", stringify!($code), ")") };
    (@operands $($operand:ident),+) => {
        concat!(", about" $(, " [`", stringify!($operand), "`](Operand::", stringify!($operand), ")")+)
    };
    (@doc $code:ident) => { concat!(answers!(@link $code), ".") };
    (@doc $variant:ident = $code:ident) => { concat!(answers!(@link $code), " without an operand.") };
    (@doc $code:ident | $operand:ident) => { concat!(answers!(@link $code), answers!(@operands $operand), ".") };
    (@entry $code:ident) => { concat!(answers!(@link $code), ", and the entry.") };
    (@entry $variant:ident = $code:ident) => { concat!(answers!(@link $code), ", and the entry that is locked.") };
    (
        $(#[$meta:meta])*
        $name:ident = $leaf:ident {
            $(#[$done_meta:meta])*
            done $(($output:ty))?;
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
            Done $(($output))?,
            $($(
                #[doc = answers!(@entry $entry $(= $entry_code)?)]
                $entry(EntryDetails),
            )+)?
            $($(
                #[doc = concat!(answers!(@link $about), answers!(@operands $($operand),+), ".")]
                $about(Operand),
            )+)?
            $($(
                #[doc = concat!(answers!(@link $number), ", and the number in the lower half of the status.")]
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
                $($($crate::host::Possible::Entry(answers!(@status $entry $(= $entry_code)? | Rcx)),)+)?
                $($($crate::host::Possible::About(StatusCode::$about, &[$(Operand::$operand),+]),)+)?
                $($($crate::host::Possible::Number(StatusCode::$number),)+)?
                $($($crate::host::Possible::Plain(answers!(@status $plain $(= $plain_code)? $(| $plain_operand)?)),)+)?
            ];

            #[allow(unused_variables)] // some leaves return nothing but a status
            fn decode(status: Status, registers: &$crate::seamcall::Registers) -> Self {
                if <answers!(@output $($output)?) as $crate::host::Output>::is_done(status) {
                    return Self::Done $((<$output as $crate::host::Output>::read(status, registers)))?;
                }
                let details = EntryDetails::from_registers(registers.rcx, registers.rdx);
                $($(
                    if status == answers!(@status $entry $(= $entry_code)? | Rcx)
                        && answers!(@given details $($entry_code)?)
                    {
                        return Self::$entry(details);
                    }
                )+)?
                $($(
                    if status.is(StatusCode::$about)
                        && let Some(operand) = status.operand()
                        && matches!(operand, $(Operand::$operand)|+)
                    {
                        return Self::$about(operand);
                    }
                )+)?
                $($(
                    if status.is(StatusCode::$number) {
                        return Self::$number(status.low());
                    }
                )+)?
                $($(
                    if status == answers!(@status $plain $(= $plain_code)? $(| $plain_operand)?) {
                        return Self::$plain;
                    }
                )+)?
                Self::Unlisted(status)
            }

            fn status(&self) -> Status {
                $(if let Self::Done(output) = self {
                    return <$output as $crate::host::Output>::status(output);
                })?
                match *self {
                    Self::Done { .. } => Status::SUCCESS,
                    $($(Self::$entry(_) => answers!(@status $entry $(= $entry_code)? | Rcx),)+)?
                    $($(Self::$about(operand) => StatusCode::$about | operand,)+)?
                    $($(Self::$number(low) => Status::with_low(StatusCode::$number, low),)+)?
                    $($(Self::$plain => answers!(@status $plain $(= $plain_code)? $(| $plain_operand)?),)+)?
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
