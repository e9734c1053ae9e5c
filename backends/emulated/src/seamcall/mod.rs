//! Decorators of [`Seamcall`](pt_tdx::Seamcall): what one puts between a host and a module, to count calls or to make
//! them fail.
//!
//! Each takes anything that answers SEAMCALLs and is such a thing itself, so that they can be stacked: a [`Counted`]
//! around a [`Faulty`] counts the injected answers, too.

mod counted;
mod faulty;

pub use counted::{Counted, LeafCount, LeafCounts};
pub use faulty::Faulty;
