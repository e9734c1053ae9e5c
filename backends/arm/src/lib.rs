//! Arm VMSAv8-64: the translation tables of both stages, declared for each granule.
//!
//! | module | granule | addresses |
//! |---|---|---|
//! | `k4`, `k16`, `k64` | 4, 16, 64 KiB | 48 bits |
//! | `k4_lpa2`, `k16_lpa2` | 4, 16 KiB | 52 bits: `FEAT_LPA2`, with `TCR_ELx.DS` set |
//! | `k64_lpa` | 64 KiB | 52 bits: `FEAT_LPA` and `FEAT_LVA` |
//!
//! Sources: Arm ARM (DDI 0487) chapters D8.2 (the translation process), D8.3 (descriptors), D8.16 (TLB maintenance
//! and break-before-make).
#![no_std]
#![forbid(unsafe_code)]

pub mod stage1;
pub mod stage2;
