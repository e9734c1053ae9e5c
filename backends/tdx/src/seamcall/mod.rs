//! SEAMCALL: how the host reaches the TDX module.
//!
//! [`Seamcall`] is one call: registers in, registers and a status out. Everything that this crate does to a module
//! goes through it, so that the module behind it may be the real one ([`Instruction`]), an emulated one, or a
//! recording of either ([`Recorder`], [`Replayer`]).

#[cfg(target_arch = "x86_64")]
mod instruction;
mod record;
mod registers;
mod replay;

#[cfg(target_arch = "x86_64")]
pub use instruction::Instruction;
pub use record::{Exchange, Recorder, Sink};
pub use registers::{Function, Registers};
pub use replay::{Departure, Replayer};

use crate::status::Status;
use core::fmt;

/// Something that answers SEAMCALLs.
///
/// A caller puts the leaf and its version into RAX ([`Registers::call`]) and the operands into the registers that the
/// leaf names. The module returns the status in RAX and leaves what it does not name as it was.
///
/// What stands between a caller and its module is one too:
///
/// ```
/// use pt_tdx::{Registers, Seamcall, Status, StatusCode, Unavailable};
///
/// /// Calls again while the random number generator is empty.
/// struct Patient<S>(S);
///
/// impl<S: Seamcall> Seamcall for Patient<S> {
///     fn seamcall(&self, registers: &mut Registers) -> Result<Status, Unavailable> {
///         let call = *registers;
///         for _ in 0..10 {
///             let status = self.0.seamcall(registers)?;
///             if !status.is(StatusCode::RndNoEntropy) {
///                 return Ok(status);
///             }
///             *registers = call;
///         }
///         self.0.seamcall(registers)
///     }
/// }
/// ```
///
/// TDX module 1.5 ABI specification, SEAMCALL interface functions.
pub trait Seamcall {
    /// Makes one call. The status is also left in `registers.rax`.
    ///
    /// # Errors
    /// [`Unavailable`] if no module took the call; `registers` are then as before.
    fn seamcall(&self, registers: &mut Registers) -> Result<Status, Unavailable>;
}

impl<S: Seamcall + ?Sized> Seamcall for &S {
    #[inline]
    fn seamcall(&self, registers: &mut Registers) -> Result<Status, Unavailable> {
        (**self).seamcall(registers)
    }
}

/// Why no TDX module took a call.
///
/// Intel Trust Domain CPU Architectural Extensions (343754), SEAMCALL.
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug)]
pub enum Unavailable {
    /// SEAMCALL set CF, `VMfailInvalid`: no TDX module is loaded, or it is disabled.
    VmFailInvalid,
    /// SEAMCALL set ZF, `VMfailValid`. Processors never do; only an emulation of the instruction could.
    VmFailValid,
    /// A [`Replayer`] has no answer, because the caller departed from the record.
    NotRecorded,
}

impl fmt::Display for Unavailable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::VmFailInvalid => "no TDX module is loaded, or it is disabled (VMfailInvalid)",
            Self::VmFailValid => "SEAMCALL failed (VMfailValid)",
            Self::NotRecorded => "the call is not the next one of the record",
        })
    }
}

impl core::error::Error for Unavailable {}
