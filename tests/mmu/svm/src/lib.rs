//! Nested page tables and guest page tables, checked with the MMU of an AMD CPU.
//!
//! A hypervisor that builds tables with the engine, runs a guest by `VMRUN`, and has it make one access at a time.
//! What must come of an access is taken from the list of mappings that were asked for. The CPU is QEMU's or Bochs's. When
//! it has answered, the engine's own walker is asked, and must say the same.
//!
//! | experiment | |
//! |---|---|
//! | `nested` | random nested tables, mapped before the guest begins, or when it faults |
//! | `paging` | the same of a guest's own tables |
//! | `changes` | nested tables that change while a guest runs on them: protect, unmap, split, merge, and the flushes |
//! | `logging` | the log of written pages, and the age of pages |
//! | `reserved` | frames beyond the CPU's addresses: the engine refuses them, and so does the CPU |
#![no_std]
#![deny(unsafe_code)]
#![cfg(target_arch = "x86_64")]

mod changes;
mod code;
mod guest;
mod history;
mod lab;
mod logging;
mod nested;
mod pages;
mod paging;
mod request;
mod reserved;
mod round;
mod shown;

use crate::lab::Lab;
use pt_freestanding::exit::Outcome;
use pt_freestanding::options::Options;
use pt_freestanding::println;
use pt_plan::Mistake;

/// The experiments, in their order.
const EXPERIMENTS: &[Experiment] = &[
    ("nested", nested::run),
    ("paging", paging::run),
    ("changes", changes::run),
    ("logging", logging::run),
    ("reserved", reserved::run),
];

/// A name, and what is done.
type Experiment = (&'static str, fn(&mut Lab));

/// Runs all experiments.
///
/// Options: `seed` is a number; `plant` is a mistake to make in one mapping of each experiment, by its
/// [name](Mistake::name).
///
/// # Panics
/// If the options are not understood.
pub fn run(options: Options<'_>) -> Outcome {
    let named = |name| Mistake::named(name).unwrap_or_else(|| panic!("`plant={name}`: there is no such mistake"));
    let plant = options.get("plant").map(named);
    let seed = options.number("seed", 1).unwrap_or_else(|error| panic!("{error}"));
    let mut lab = match Lab::new(seed, plant) {
        Ok(lab) => lab,
        Err(missing) => {
            println!("{missing}");
            return Outcome::Unsupported;
        }
    };
    println!("nested tables: {:?}, physical addresses of {} bits", lab.nested_paging, lab.physical_bits);
    for (name, experiment) in EXPERIMENTS {
        let (before, tables) = (lab.report, lab.tables.in_use());
        experiment(&mut lab);
        lab.report.compare(format_args!("tables in use after `{name}`"), tables, lab.tables.in_use());
        lab.report.say(name, &before);
    }
    if lab.report.wrong == 0 { Outcome::Passed } else { Outcome::Failed }
}
