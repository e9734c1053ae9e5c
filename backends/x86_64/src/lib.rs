//! x86-64 long mode: 4- and 5-level page tables, declared.
//!
//! With the feature `x86_64`, `interop` converts to and from the types of the `x86_64` crate; with `instructions`,
//! its instructions drop stale translations of the CPU that they run on.
//!
//! Sources: Intel SDM volume 3A chapter 4.5, AMD APM volume 2 section 5.3.
#![no_std]
#![deny(unsafe_code)]

mod declaration;
#[cfg(feature = "x86_64")]
pub mod interop;

pub use declaration::long_mode;
pub use declaration::long_mode::*;
