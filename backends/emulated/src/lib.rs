//! An emulated host for confidential VMs: everything that a declaration assumes and that a test machine lacks.
//!
//! - [`machine`]: physical memory, and what a bus shows of it to whoever has no key.
//! - [`encryption`]: the same memory seen through the key of a VM.
#![forbid(unsafe_code)]

pub mod encryption;
pub mod machine;
mod random;

pub use encryption::{Key, Keyed};
pub use machine::{BusError, Machine};
pub use random::Random;
