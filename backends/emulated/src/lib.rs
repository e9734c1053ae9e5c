//! An emulated host for confidential VMs: everything that a declaration assumes and that a test machine lacks.
//!
//! - [`machine`]: physical memory, and what a bus shows of it to whoever has no key.
//! - [`encryption`]: the same memory seen through the key of a VM.
//! - [`monitor`]: the monitor, driven by the states and transitions of a declaration.
//! - [`cpu`]: vCPUs that walk the tables on their own, with TLBs that go stale.
//! - [`seamcall`] (feature `tdx`): calls of a TDX module counted, or made to fail.
//! - [`lab`] (feature `tdx`): the monitor as a model of the TDX declaration, behind its hooks.
//! - [`tdx`] (feature `tdx`): the TDX module.
//!
//! A TD, without an engine: one private page is mapped, accepted, used, blocked and removed.
//!
//! ```
//! # #[cfg(feature = "tdx")] {
//! use pt_core::{Hpa, TableAllocator};
//! use pt_emulated::monitor::{Denied, Operation};
//! use pt_emulated::lab::{accept, TdVcpus, address_space, paging};
//! use pt_emulated::{Machine, Monitor};
//! use pt_tdx::{Gpaw, Level, SeptHooksMethod as Method};
//! use std::sync::Arc;
//!
//! let machine = Arc::new(Machine::new(Hpa::new(0x10_0000), 1 << 20));
//! let td = Arc::new(Monitor::new(machine.clone(), 1).create(address_space(Gpaw::Bits48)).unwrap());
//! let frame = || machine.allocate(0).unwrap();
//! for level in [Level::Pml4, Level::Pdpt, Level::Pd] {
//!     td.apply(Operation::new(Method::SeptAdd, 0, level).with_page(frame())).unwrap();
//! }
//! td.finalize().unwrap();
//! let page = frame();
//! td.apply(Operation::new(Method::PageAug, 0, Level::Pt).with_page(page)).unwrap();
//!
//! let vcpus = TdVcpus::new(td.clone(), paging(Gpaw::Bits48, frame()));
//! let mut vcpu = vcpus.add();
//! let mut guest = vcpu.enter().unwrap();
//! guest.operate(accept(0, Level::Pt)).unwrap();
//! guest.write(0, b"private").unwrap();
//! let mut stored = [0; 7];
//! machine.read(page, &mut stored).unwrap();
//! assert_ne!(&stored, b"private", "the VMM sees ciphertext");
//!
//! td.apply(Operation::new(Method::RangeBlock, 0, Level::Pt)).unwrap();
//! guest.read(0, &mut stored).unwrap();
//! assert_eq!(&stored, b"private", "the translation is stale");
//! td.track(Method::Track).unwrap();
//! let remove = Operation::new(Method::PageRemove, 0, Level::Pt);
//! assert_eq!(td.apply(remove), Err(Denied::NotTracked), "the vCPU is still inside");
//! drop(guest);
//! td.apply(remove).unwrap();
//! assert!(vcpu.enter().unwrap().read(0, &mut stored).is_err());
//! # }
//! ```
#![forbid(unsafe_code)]

pub mod cpu;
pub mod encryption;
#[cfg(feature = "tdx")]
pub mod lab;
pub mod machine;
pub mod monitor;
mod random;
#[cfg(feature = "tdx")]
pub mod seamcall;
#[cfg(feature = "tdx")]
pub mod tdx;

pub use encryption::{Key, Keyed};
pub use machine::{BusError, Machine};
pub use monitor::Monitor;
pub use random::Random;
