//! The engine against the other page-table libraries and against a walker written by hand, in one process.
//!
//! The command `compare` measures them and writes `RESULTS.md` and `results.svg`; see `README.md` for how.

#![allow(clippy::cast_precision_loss, reason = "counts are small")]

pub mod contender;
pub mod faults;
pub mod goals;
pub mod hooks;
pub mod instructions;
pub mod locked;
pub mod machine;
pub mod markdown;
pub mod measure;
pub mod memory;
pub mod out_of_line;
pub mod peer;
pub mod peers;
pub mod plot;
pub mod program;
pub mod report;
pub mod workload;
