//! An emulated host for confidential VMs: everything that a declaration assumes and that a test machine lacks.
//!
//! - [`machine`]: physical memory, and what a bus shows of it to whoever has no key.
//! - [`encryption`]: the same memory seen through the key of a VM.
//! - [`monitor`]: the monitor, driven by the states and transitions of a declaration.
//! - [`cpu`]: vCPUs that walk the tables on their own, with TLBs that go stale.
//! - [`tdx`] (feature `tdx`): the monitor as the TDX module, behind the hooks of the TDX declaration.
#![forbid(unsafe_code)]

pub mod cpu;
pub mod encryption;
pub mod machine;
pub mod monitor;
mod random;
#[cfg(feature = "tdx")]
pub mod tdx;

pub use encryption::{Key, Keyed};
pub use machine::{BusError, Machine};
pub use monitor::Monitor;
pub use random::Random;
