//! The libraries, each in a file that knows its interface.
//!
//! All reach their tables at the same constant offset, kept where their interface keeps it, and take them from an
//! allocator that hands out pages in order and takes none back. None flushes a TLB: on hardware that costs more than
//! anything measured here.

pub mod aarch64;
pub mod chain;
pub mod engine;
pub mod entry;
pub mod generic;
pub mod hand;
pub mod hand_cursor;
pub mod multiarch;
pub mod patina;
pub mod x86_64_crate;
