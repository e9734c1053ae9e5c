//! Mistakes that do not compile: see `cases/`, and `tests/compile_fail.rs` for how they are run.
#![no_std]
#![forbid(unsafe_code)]
