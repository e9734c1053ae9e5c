//! An emulated host for confidential VMs: everything that a declaration assumes and that a test machine lacks.
//!
//! - [`machine`]: physical memory, and what a bus shows of it to whoever has no key.
//! - [`encryption`]: the same memory seen through the key of a VM.
//! - [`monitor`]: the monitor, driven by the states and transitions of a declaration.
//! - [`cpu`]: vCPUs that walk the tables on their own, with TLBs that go stale.
//! - [`seamcall`] (feature `tdx`): calls of a TDX module counted, or made to fail.
//! - [`tdx`] (feature `tdx`): the TDX module.
//!
//! A TD, without an engine: one private page is mapped, accepted, used, blocked and removed.
//!
//! ```
//! # #[cfg(feature = "tdx")] {
//! use pt_core::{Gfn, Hpa, Private, Split, TableAllocator};
//! use pt_emulated::Machine;
//! use pt_emulated::cpu::Vcpus;
//! use pt_emulated::tdx::{EncryptedMemory, Module, Platform, TdDomain, Tdcall, paging};
//! use pt_tdx::host::{Answer, Hkid, Tdr, Tdvpr, mem, mng, mr, vp};
//! use pt_tdx::operand::TdParams;
//! use pt_tdx::{Gpaw, Leaf, PageInfo, Registers, Seamcall, SeptLevel, Status, Unavailable};
//! use std::sync::Arc;
//!
//! fn done<A: Answer>(answer: Result<A, Unavailable>) {
//!     assert_eq!(answer.unwrap().status(), Status::SUCCESS, "{}", A::LEAF);
//! }
//!
//! let machine = Arc::new(Machine::new(Hpa::new(0x4000_0000), 1 << 20));
//! let module = &Module::new(Platform::reference(), EncryptedMemory::new(machine.clone(), 64, 1));
//! let frame = || machine.allocate(0).unwrap();
//!
//! // A TD with its key, its control structure, one vCPU, and three empty tables.
//! let (tdr, vcpu) = (Tdr::new(frame()).unwrap(), Tdvpr::new(frame()).unwrap());
//! done(mng::create(module, tdr, Hkid(33)));
//! done(mng::key_config(module, tdr));
//! (0..6).for_each(|_| done(mng::add_cx(module, tdr, frame())));
//! let params = frame();
//! machine.write(params, &TdParams::new(Gpaw::Bits48).to_bytes()).unwrap();
//! done(mng::init(module, tdr, params));
//! done(vp::create(module, tdr, vcpu));
//! (1..6).for_each(|_| done(vp::add_cx(module, vcpu, frame())));
//! done(vp::init(module, vcpu, 0));
//! let at = |level| PageInfo::at(Gpaw::Bits48.address_of::<Private>(Gfn::new(0)).unwrap(), level);
//! for level in [SeptLevel::Pml4, SeptLevel::Pdpt, SeptLevel::Pd] {
//!     // Only the engine makes table pages by their type: here the registers are filled by hand.
//!     let (rcx, rdx, r8) = (at(level).bits(), tdr.page().as_u64(), frame().as_u64());
//!     let mut registers = Registers { rcx, rdx, r8, ..Registers::call(Leaf::MemSeptAdd) };
//!     assert_eq!(module.seamcall(&mut registers), Ok(Status::SUCCESS));
//! }
//! done(mr::finalize(module, tdr));
//!
//! let (page, leaf) = (frame(), at(SeptLevel::Pt));
//! done(mem::page_aug(module, tdr, leaf, page));
//! let vcpus = Vcpus::new(Arc::new(TdDomain::new(module)), paging(Gpaw::Bits48, frame()));
//! let mut vcpu = vcpus.add_named(vcpu);
//! let mut guest = vcpu.enter().unwrap();
//! assert_eq!(guest.operate(Tdcall::PageAccept(leaf)), Ok(Status::SUCCESS));
//! guest.write(0, b"private").unwrap();
//! let mut stored = [0; 7];
//! machine.read(page, &mut stored).unwrap();
//! assert_ne!(&stored, b"private", "the VMM sees ciphertext");
//!
//! done(mem::range_block(module, tdr, leaf));
//! guest.read(0, &mut stored).unwrap();
//! assert_eq!(&stored, b"private", "the translation is stale");
//! done(mem::track(module, tdr));
//! assert_eq!(mem::page_remove(module, tdr, leaf), Ok(mem::PageRemove::TlbTrackingNotDone), "the vCPU is inside");
//! drop(guest);
//! done(mem::page_remove(module, tdr, leaf));
//! assert!(vcpu.enter().unwrap().read(0, &mut stored).is_err());
//! # }
//! ```
#![forbid(unsafe_code)]

pub mod cpu;
pub mod encryption;
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
