//! Tests and benchmarks that cross crates. The library itself is empty; see `tests/`, `compile-fail/` and `benches/`.
#![forbid(unsafe_code)]
