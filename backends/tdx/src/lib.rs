//! Intel TDX: the declaration of its three tables, and the interface of the TDX module.
//!
//! The shared EPT maps memory that the VMM can read. The private table is what the VMM remembers of the Secure
//! EPT, which the TDX module owns: each change of the private table is propagated to it by a SEAMCALL.
//!
//! - The declaration: [`SharedEpt`], [`PrivateEpt`], [`SecureEpt`], the states [`Sept`], the hooks [`SeptHooks`].
//! - [`seamcall`]: one call into the module, whoever answers it.
//! - [`host`]: one typed function a leaf, and what each can answer.
//! - [`leaf`], [`operand`], [`status`]: what a call names, takes and returns.
//! - [`td`]: the life of a TD as types, and the hooks of the pair over SEAMCALLs.
//! - [`module`]: the Secure EPT as the module keeps it, for those who play the module or watch it.
//!
//! Sources: Intel SDM volume 3C chapter 29 for EPT, the TDX module 1.5 base specification and ABI specification for
//! the Secure EPT and the leaves.
#![no_std]
#![deny(unsafe_code)]

#[cfg(test)]
extern crate std;

mod declaration;
pub mod host;
pub mod leaf;
pub mod module;
pub mod operand;
pub mod seamcall;
pub mod status;
pub mod td;

pub use declaration::tdx::{self, *};
pub use leaf::Leaf;
pub use operand::{EntryDetails, EntryState, PageInfo, PageRecord, PageType, SeptLevel};
pub use seamcall::{Registers, Seamcall, Unavailable};
pub use status::{Operand, Status, StatusCode};
