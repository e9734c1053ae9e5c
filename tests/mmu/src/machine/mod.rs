//! Emulated machines: a program in assembly is put into their memory, together with tables that the generated code has
//! made, and answers what the MMU did.
//!
//! | | |
//! |---|---|
//! | [`GuestRam`] | the memory of the machine, a file |
//! | [`assemble`] | makes the program, the *executor* |
//! | [`Executor`] | what is asked of it, and what it answers |
//! | [`Emulator`] | runs the machine, for so long and no longer |

mod assembler;
mod emulator;
mod executor;
mod ram;

pub use assembler::{Toolchain, assemble};
pub use emulator::{Emulator, Failure, missing};
pub use executor::{Answer, Executor, Question};
pub use ram::GuestRam;
