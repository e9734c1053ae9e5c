//! The TDX module 1.5, emulated.

pub mod trace;
