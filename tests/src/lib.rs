//! Tests and benchmarks that cross crates. The library is what several of them use; see `tests/`, `compile-fail/` and
//! `benches/`.
#![forbid(unsafe_code)]

mod stage2;

pub use stage2::stage2::*;
