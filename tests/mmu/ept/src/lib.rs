//! Extended page tables, checked with the MMU of an Intel CPU.
//!
//! The image is a small hypervisor with one guest. The engine makes the guest's EPT inside of the image, resolves its
//! EPT violations, and flushes it by `INVEPT`; what the guest's accesses come to is compared with what was requested.
//!
//! | experiment | |
//! |---|---|
//! | `mappings` | random mappings, made before the guest runs or where it faults |
//! | `changes` | mappings that are taken away and protected while their translations are cached |
//! | `history` | accessed and dirty bits |
//! | `walk` | the guest's own tables, which the EPT translates as well |
//! | `misconfiguration` | entries that no EPT may have |
#![no_std]
#![deny(unsafe_code)]

mod changes;
mod code;
mod guest;
mod history;
mod lab;
mod mappings;
mod misconfiguration;
mod pointer;
mod request;
mod walk;

use lab::Lab;
use pt_freestanding::exit::Outcome;
use pt_freestanding::options::Options;
use pt_freestanding::println;
use pt_freestanding::report::Report;
use pt_plan::Mistake;

/// Runs all experiments, with the seed of the option `seed`, and the mistake of the option `plant` in each plan, by
/// its [name](Mistake::name).
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
    println!("capabilities: {:?}", lab.capabilities);
    println!("five levels: {}", u8::from(lab.capabilities.five_levels()));
    mappings::run(&mut lab);
    changes::run(&mut lab);
    history::run(&mut lab);
    walk::run(&mut lab);
    misconfiguration::run(&mut lab);
    lab.report.say("ept", &Report::default());
    println!("ept misconfigurations: {}", lab.misconfigurations);
    if lab.report.wrong == 0 { Outcome::Passed } else { Outcome::Failed }
}
