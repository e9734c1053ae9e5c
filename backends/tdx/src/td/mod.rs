//! The life of a TD, as types, on top of any module and any host.
//!
//! ```text
//! create         configure_key   add_control_pages   init         finalize
//! ------> Created -----------> Keyed -------------> Complete ---> Build ----> Run
//!            |                   |                     |            |          |
//!            +-------------------+---- stop: no vCPU is associated, no leaf works any more
//!                                        |
//!         close           free_key       v  write_back
//! <------ Teardown <----- WrittenBack <-- Flushed
//! ```
//!
//! A [`Td`] is in one stage at a time, and each stage has only the operations that exist there. [`Build`], [`Run`] and
//! [`Teardown`] are the engine's own phases: a `Td<Run, H>` owns a `Vm` in the phase `Run`, and both change together or
//! not at all. A step that fails gives the TD back as it was before, with the leaf that refused and how far the step
//! got ([`Failed`]); the same step can be tried again and goes on there. Pages are either the host's, the module's by
//! way of the TD, or lost on purpose and counted ([`Ended`]); none is forgotten.
//!
//! [`ModuleHooks`] are the hooks of the declared pair over SEAMCALLs:
//!
//! | | busy |
//! |---|---|
//! | installation: SEPT.ADD, PAGE.ADD, PAGE.AUG | is never tried again here: the guest's next fault does |
//! | removal: BLOCK, TRACK, REMOVE, DEMOTE, PROMOTE | the engine asks once more while no vCPU is inside |
//! | what was interrupted: DEMOTE, PROMOTE | the engine calls again until it is done |
//!
//! The module waives blocking and tracking before a TD is finalised. The engine does not: the declaration has one
//! protocol for every phase, and the module accepts it.
//!
//! What a TD gives back is dirty: lines under the TD's key may be in the caches, and content under it means nothing
//! under another. [`Cleaner`] writes the lines back (TDH.PHYMEM.PAGE.WBINVD, the one leaf that takes an address with
//! a key identifier) and overwrites the page by the host's full-line stores ([`Host::clear`]). Pages of tables are
//! cleaned by the hooks, pages of guest memory by a [`CleanSink`].
//!
//! # Order, checked by the compiler
//! Pages with content are added before a TD is finalised:
//! ```compile_fail,E0599
//! # use pt_tdx::td::{Host, Run, Td};
//! fn late<H: Host>(td: &mut Td<Run, H>, page: pt_core::Gpa<pt_core::Private>) {
//!     td.measure_page(page);
//! }
//! ```
//! A TD that is being built does not run:
//! ```compile_fail,E0599
//! # use pt_tdx::td::{Build, Host, Td, Vcpu};
//! fn early<H: Host>(td: &Td<Build, H>, vcpu: &mut Vcpu) {
//!     td.enter(vcpu, &Default::default());
//! }
//! ```
//! Nothing is reclaimed before the key is free:
//! ```compile_fail,E0599
//! # use pt_tdx::td::{Flushed, Host, Td};
//! fn reclaimed<H: Host>(td: Td<Flushed, H>) {
//!     td.close();
//! }
//! ```
//! The key is freed after the caches were written back:
//! ```compile_fail,E0599
//! # use pt_tdx::td::{Flushed, Host, Td};
//! fn freed<H: Host>(td: Td<Flushed, H>) {
//!     td.free_key();
//! }
//! ```
//! A TD is stopped once:
//! ```compile_fail,E0382
//! # use pt_tdx::td::{Host, Run, Td};
//! fn twice<H: Host>(td: Td<Run, H>) {
//!     let stopped = td.stop();
//!     let again = td.stop();
//! }
//! ```
//! And so it compiles:
//! ```
//! # use pt_tdx::td::{Ended, Failed, Host, NoPages, Run, Td};
//! fn end<H: Host>(td: Td<Run, H>) -> Option<Ended> {
//!     let (mut td, _key) = td.stop().ok()?.write_back().ok()?.free_key().ok()?;
//!     assert!(td.reclaim(&mut NoPages).is_complete());
//!     td.close().ok()
//! }
//! ```
//!
//! Sources: TDX module 1.5 base specification, TD life cycle management and physical memory management; the leaves
//! by their names in the TDX module 1.5 ABI specification.

mod build;
mod clean;
mod create;
mod end;
mod failure;
mod hooks;
mod host;
mod outcome;
mod pages;
mod run;
mod stage;
mod teardown;
mod vcpu;

pub use clean::{CleanPages, CleanSink, Cleaner, NoPages, NotCleaned};
pub use failure::{Cause, Failed};
pub use hooks::ModuleHooks;
pub use host::{Host, ModuleInfo};
pub use pt_core::pair::{Build, Run, Teardown};
pub use stage::{Complete, Created, Flushed, Keyed, Stage, Td, VmOf, WithKey, WrittenBack};
pub use teardown::Ended;
pub use vcpu::{UnfinishedVcpu, Vcpu};
