//! QEMU's x86 MMU, asked through the monitor: no code runs in the machine.
//!
//! The engine makes tables in the memory of a machine that is paused before its first instruction, and GDB's protocol
//! sets the registers that turn paging on. Then `gva2gpa` says what an address translates to, and `info tlb` shows
//! each leaf with its permissions; both are walks of QEMU's own. What either should say is in the list of requested
//! mappings.
//!
//! `info tlb` shows the bits of leaves only: what the entries above them allow is tried where code runs.
#![cfg(unix)]
#![forbid(unsafe_code)]

mod gdb;
mod machine;
mod run;
mod variant;

use machine::{Machine, QEMU};
use pt_mmu::machine::missing;
use pt_mmu::{say, seed, skip};
use pt_plan::{Mistake, Plan, Random};
use run::run;
use std::error::Error;
use variant::VARIANTS;

/// A machine, unless there is no QEMU, and random numbers.
fn machine(name: &str) -> Result<Option<(Machine, Random)>, Box<dyn Error>> {
    if let Some(why) = missing(&[QEMU]) {
        skip(name, why);
        return Ok(None);
    }
    Ok(Some((Machine::start(name)?, Random::new(seed(name)))))
}

#[test]
fn addresses_translate_as_requested() -> Result<(), Box<dyn Error>> {
    let Some((mut machine, mut random)) = machine("monitor")? else { return Ok(()) };
    for variant in VARIANTS {
        let plan = Plan::<400>::random(&variant.space(), &mut random);
        let report = run(&mut machine, variant, (&plan, &plan), &mut random)?;
        let (mappings, probes, leaves) = (plan.mappings().len(), report.probes, report.leaves);
        let wrong: Vec<_> = report.translated.iter().chain(&report.shown).map(|(_, what)| what).collect();
        say(format_args!(
            "monitor, {variant:?}: {mappings} mappings, {probes} probes and {leaves} leaves, {} wrong",
            wrong.len()
        ));
        assert!(wrong.is_empty(), "{variant:?}: {:#?}", &wrong[..wrong.len().min(10)]);
        assert!(probes >= 5_000, "{probes} probes are too few");
    }
    Ok(())
}

#[test]
fn a_planted_mistake_is_seen_where_it_is() -> Result<(), Box<dyn Error>> {
    let Some((mut machine, mut random)) = machine("monitor-mistakes")? else { return Ok(()) };
    for variant in VARIANTS {
        let right = Plan::<40>::random(&variant.space(), &mut random);
        for mistake in Mistake::ALL {
            let (wrong, at) = right.planted(mistake).ok_or("no mapping can have this mistake")?;
            let place = right.mappings()[at];
            let report = run(&mut machine, variant, (&right, &wrong), &mut random)?;
            let what = format!("{variant:?}: {mistake:?} of {place:x?}");
            // An address translates whatever it permits.
            assert_eq!(report.translated.is_empty(), mistake == Mistake::Permission, "{what}: {:?}", report.translated);
            assert!(!report.shown.is_empty(), "{what} is not shown");
            let mut seen = report.translated.iter().chain(&report.shown);
            let elsewhere = seen.find(|(address, _)| !place.covers(*address));
            assert!(elsewhere.is_none(), "{what} is seen at {elsewhere:x?}");
        }
    }
    Ok(())
}
