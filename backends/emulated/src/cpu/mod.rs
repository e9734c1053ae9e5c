//! A software CPU: vCPUs that run inside the guest and see its memory by guest-physical address.
//!
//! A [`Vcpu`] enters the guest, and the [`Guest`] it is then reads, writes and fetches. The address's split bit
//! chooses the table: the shared EPT, which lies in the open, or the protected table, read through the key of the
//! VM. The walker knows the bits of the entries from the manual alone. An access that cannot complete ends as on
//! hardware: with an EPT violation that leaves the guest, with #VE inside it, or with a misconfiguration.
//!
//! A translation stays in the vCPU's TLB until it is flushed ([`Invalidate`](pt_core::Invalidate) on [`Vcpus`]),
//! or, if it is private, until the vCPU enters a new epoch of its [`Domain`]. A flush or a track that is missing is
//! therefore an access to the old page.
//!
//! The monitor is anything that is a [`Domain`]: the CPU does not know whose table it walks.
//!
//! vCPUs run on threads of their own; [`Vcpus::kick`] makes all of them leave.

mod domain;
mod ept;
mod exit;
mod line;
mod tlb;
mod vcpu;
mod vcpus;
mod walker;

pub use domain::{Domain, Inside, Violation};
pub use exit::{Access, Exception, Exit, Qualification, Stop};
pub use tlb::TlbStatistics;
pub use vcpu::{Guest, Vcpu};
pub use vcpus::{Paging, Vcpus};
