//! The declared formats, bit by bit: what a field reads and writes is what the manual's table says.
//!
//! The tables here are written from the manuals, independently of the declarations. For raw values of every kind, each
//! getter reads the bits of its field, each `with_` writes those and no others, and an entry that is read field by
//! field and written again is the same on all bits that have a meaning. x86-64 is compared with the flags of the
//! `x86_64` crate as well. `PT_SEED` repeats the random values.
#![forbid(unsafe_code)]

mod arm;
mod codec;
mod ept;
mod loongarch;
mod npt;
mod packed;
mod pae;
mod riscv;
mod shape;
mod x86_64;
