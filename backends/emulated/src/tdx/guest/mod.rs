//! The guest's side: entering, TDCALLs, accesses, leaving.
//!
//! [`Module::enter`](crate::tdx::Module::enter) is TDH.VP.ENTER up to the VM entry. The [`Inside`] it gives is the vCPU
//! in the guest: it holds the TDR page and the TDVPR page shared, and is counted in its epoch, until it is dropped.
//! What the guest does either completes or makes the vCPU leave; then it is handed an [`Exit`], the host's registers,
//! and the [`Inside`] is to be dropped. A program that runs whenever a vCPU is entered by SEAMCALL is a [`Program`].
//!
//! TDX module 1.5 base specification, TD entry and exit; TDH.VP.ENTER leaf.

mod accept;
mod access;
mod enter;
mod exit;
mod program;
mod stepping;
mod vmcall;

pub use accept::{Accepted, TdcallStatus};
pub use access::{Access, Exception, Touched};
pub use enter::Inside;
pub use exit::{Exit, Reason};
pub use program::{Program, Programs};
pub(crate) use stepping::Stepping;
