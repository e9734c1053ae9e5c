//! The functions whose machine code is compared: each as the engine does it, and as a *twin* that does the same by
//! hand, in the style of C, as one would write it without an engine.
//!
//! Nothing calls them. The test `assembly` compiles this crate with the release profile, takes the functions out of
//! the assembly, counts their instructions, and compares the text with `golden/`.
//!
//! A twin gets the same input, does the same checks and returns the same. It is `unsafe` because it follows
//! addresses without a type that vouches for them; the engine leaves that to its memory.
#![no_std]

pub mod accessors;
pub mod alone;
pub mod freeze;
pub mod map;
pub mod nested;
pub mod pool;
pub mod range;
pub mod translate;
pub mod twin;
