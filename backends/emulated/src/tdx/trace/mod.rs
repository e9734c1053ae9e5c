//! Traces: what a TDX module was asked, and what it answered.
//!
//! A trace is text. An operation stands on a line after `> `; its answer, if the trace has one, is on the next line.
//! Blank lines and lines that begin with `#` are for readers, and so is what follows a `#` in an answer. Numbers are
//! hexadecimal, with or without `0x`, except the settings of `reset`.
//!
//! ```text
//! > reset gpaw=0 levels=4 vcpus=2
//! ok
//! > sept_add 0 3 40218000
//! rax=0x0000000000000000 rcx=0x0 rdx=0x0  # TDX_SUCCESS
//! ```
//!
//! [`Lines`] reads a trace, [`Operation`] is one line of it and [`GRAMMAR`] lists them; [`Answer`] is what the module
//! said. An answer agrees with an expected one if it is of the same kind and every register that the expected one
//! prints is the same; what is not printed is not compared.
//!
//! [`play()`] plays a [`Script`] of operations: each `reset` begins a [`Session`], which is a TD built by real leaves
//! on a fresh machine, laid out as [`layout`] says. [`matrix`] is the other kind of record: one call on an entry that
//! was forced into a state.
//!
//! Nothing here allocates for a line, unless the line is malformed.

mod answer;
mod build;
mod fields;
mod grammar;
pub mod layout;
mod lines;
mod malformed;
pub mod matrix;
mod misplaced;
mod operation;
mod play;
mod session;

pub use answer::{Answer, Printed, Returned};
pub use grammar::GRAMMAR;
pub use lines::{Line, Lines, Text};
pub use malformed::Malformed;
pub use misplaced::Misplaced;
pub use operation::{At, Operation, Settings};
pub use play::{Script, play};
pub use session::{Session, TraceModule};
