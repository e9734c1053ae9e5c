//! The TDX module 1.5, emulated: the same answers to the same calls.
//!
//! A [`Module`] answers SEAMCALLs ([`Seamcall`](pt_tdx::Seamcall)) over any [`Memory`]. It keeps what the module keeps:
//! the PAMT, the control structures, and the Secure EPTs in memory under the keys of their TDs. Checks come in the
//! module's order, and what is locked is locked as the module locks it, so that a wrong call gets the status and
//! registers of the real one. All state is shared: leaves run on any number of threads at a time, a lock that is taken
//! is an immediate `TDX_OPERAND_BUSY`, and nothing waits.
//!
//! - [`lock`]: lock words. [`pamt`]: what pages are used for. [`sept`]: entries and walks. [`td`]: control structures.
//! - `check`: the steps that leaves share. `leaf`: the leaves, one a file.
//! - [`guest`]: the guest's side. [`Lock`] and the methods beside it: outside agents.
//! - [`TdDomain`]: a TD as the emulated CPUs run it.
//! - [`Processor`]: calls that come from one logical processor.
//! - [`trace`]: records of what a module was asked and answered.
//!
//! Not modelled: L2 VMs (a TD has none), the leaves of migration (their states and operation states are) and those that
//! read metadata, which are refused as unknown ones are, and the module's own initialisation: a [`Module`] begins in
//! `SYS_READY` with all TDMRs initialised. Where the real module halts because its own structures contradict each
//! other, the emulated one refuses the call.

mod agent;
mod check;
mod domain;
pub mod guest;
mod inspect;
mod interrupt;
pub mod keys;
mod leaf;
pub mod lock;
mod measurement;
pub mod memory;
pub mod module;
pub mod pamt;
mod platform;
mod processor;
mod refusal;
pub mod sept;
pub mod td;
pub mod trace;

pub use agent::Lock;
pub use domain::{Entrance, NotEntered, Running, TdDomain, Tdcall, paging};
pub use inspect::SeptEntry;
pub use measurement::Measurement;
pub use memory::{EncryptedMemory, Memory, SparseMemory};
pub use module::Module;
pub use platform::{KeyId, Platform, Tdmr};
pub use processor::{Place, Processor};
