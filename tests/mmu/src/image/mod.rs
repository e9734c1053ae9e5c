//! Images: programs that run on a bare x86-64 machine and report on its serial line, see the crate `pt-freestanding`.
//!
//! | | |
//! |---|---|
//! | [`Image`] | builds one, with the host's own target |
//! | [`qemu`], [`bochs`] | run one to its end |
//! | [`Transcript`] | what it said |

pub mod bochs;
mod build;
pub mod qemu;
mod reset_rom;
mod transcript;

pub use build::{Image, flat};
pub use transcript::Transcript;
