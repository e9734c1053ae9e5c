//! Intel TDX: the declaration of its three tables.
//!
//! The shared EPT maps memory that the VMM can read. The private table is what the VMM remembers of the Secure
//! EPT, which the TDX module owns: each change of the private table is propagated to it by a SEAMCALL.
//!
//! Sources: Intel SDM volume 3C chapter 29 for EPT, the TDX module 1.5 base specification and ABI reference for
//! the Secure EPT.
#![no_std]
#![forbid(unsafe_code)]

mod declaration;

pub use declaration::tdx::*;
