//! Random lists of requested mappings, and what an MMU must answer to each probe of them.
//!
//! An environment maps a [`Plan`] with the engine, lets an MMU that nobody here wrote perform the probes, and compares
//! what it did with [`Plan::expect`]. That reads the list of requests and nothing else: no entry, no table, no walker.
//! [`Plan::planted`] is the same list with one wrong mapping, for a harness to show that it would have seen it.
//! Where a guest of x86-64 performs the probes, [`AccessCode`] is what it runs.
//!
//! Everything here runs without an allocator and without a standard library, because half of the environments are
//! freestanding images.
#![no_std]
#![forbid(unsafe_code)]

mod access_code;
mod mapping;
mod plan;
mod probe;
mod random;
mod walk;

pub use access_code::AccessCode;
pub use mapping::{Mapping, Permissions};
pub use plan::{Mistake, Plan, Space, Span};
pub use probe::{AccessKind, Expected, Privilege, Probe};
pub use random::Random;
pub use walk::walk_ends;
