//! SEAMCALL: how the host reaches the TDX module.
//!
//! [`Seamcall`] is one call: registers in, registers and a status out. Everything that this crate does to a module
//! goes through it, so that the module behind it may be the real one, an emulated one, or a recording.

mod registers;

pub use registers::Registers;

use crate::status::Status;
use core::fmt;

/// Something that answers SEAMCALLs.
///
/// A caller puts the leaf and its version into RAX ([`Registers::call`]) and the operands into the registers that the
/// leaf names. The module returns the status in RAX and leaves what it does not name as it was.
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

/// No TDX module took the call: SEAMCALL ended with `VMfailInvalid`.
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug)]
pub struct Unavailable;

impl fmt::Display for Unavailable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no TDX module takes SEAMCALLs on this processor")
    }
}

impl core::error::Error for Unavailable {}
