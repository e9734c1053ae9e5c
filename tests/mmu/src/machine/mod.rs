//! Emulated machines: a program in assembly is put into their memory, together with tables that the generated code has
//! made, and answers what the MMU did.
//!
//! | | |
//! |---|---|
//! | [`GuestRam`] | the memory of the machine, a file |
//! | [`Program`] | the program, the *executor*, and how it is assembled |
//! | [`Executor`] | what is asked of it, and what it answers |
//! | [`Exam`] | questions with the answers that are wanted, and the marks |
//! | [`Data`] | what is in the memory that the accesses reach |
//! | [`Emulator`] | runs the machine, for so long and no longer |
//! | [`Board`] | all of that together: the machine that sits an exam |

mod assembler;
mod board;
mod data;
mod emulator;
mod exam;
mod executor;
mod ram;

pub use assembler::{Program, Toolchain};
pub use board::Board;
pub use data::Data;
pub use emulator::{Emulator, Failure, missing};
pub use exam::{ANYTHING, Exam, Mistaken, Wanted, exactly};
pub use executor::{Answer, Executor, Question};
pub use ram::GuestRam;
