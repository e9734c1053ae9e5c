//! Page tables of the engine, executed by MMUs that nobody here wrote.
//!
//! Each environment is one test in `tests/`. It takes a random [plan](pt_plan), has the engine map it, lets the MMU
//! perform the probes, and compares with what the plan says. Nothing in between walks a table in software.
//!
//! | test | the MMU | the tables |
//! |---|---|---|
//! | `svm` | those of QEMU's and Bochs's AMD CPUs | nested tables and guests' own, made inside of the machine |
//! | `ept` | those of Bochs's Intel CPUs | EPT, made inside of the machine |
//! | `kvm` | the one that KVM gives a guest here | x86-64 |
//! | `monitor` | that of QEMU's x86 CPU, asked from outside | x86-64, PAE |
//! | `riscv` | that of QEMU's RISC-V CPU | Sv39 to Sv57, Sv39x4 to Sv57x4, and one behind the other; Svnapot, Svpbmt |
//! | `arm` | that of QEMU's Arm CPU | both stages, and one behind the other, with every granule; LPA2, contiguous leaves |
//!
//! The seed of a run is printed. `PT_SEED` repeats it:
//!
//! ```sh
//! PT_SEED=0x1234 cargo test -p pt-mmu
//! ```
#![forbid(unsafe_code)]

pub mod image;
mod limit;
pub mod machine;
mod said;
mod seed;
mod subject;

pub use limit::TimeLimit;
pub use said::{say, skip};
pub use seed::seed;
pub use subject::{AddressIn, AttributesOf, GeometryOf, History, NoCpus, RangeIn, Refused, Step, Subject, Writer};
pub use subject::{build, collect, range, step_on_block, step_on_page, step_on_span};
