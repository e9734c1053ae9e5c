//! One run: the probes of a plan, and the leaves of its tables.

use crate::machine::{Machine, Shown};
use crate::variant::Variant;
use pt_core::{Arena, Hpa};
use pt_plan::{AccessKind, Expected, Mapping, Plan, Privilege, Probe, Random};
use std::collections::BTreeMap;
use std::error::Error;

/// Where the tables lie, and how much there is for them.
const TABLES: Hpa = Hpa::new(1 << 20);
const TABLE_BYTES: usize = 16 << 20;

/// Probes of each mapping, and of its surroundings.
const INSIDE: usize = 9;
const BESIDE: usize = 7;

/// What a run has seen.
#[derive(Default)]
pub struct Report {
    /// Addresses that were translated.
    pub probes: usize,
    /// Leaves that were shown.
    pub leaves: usize,
    /// Addresses that do not translate as the plan says.
    pub translated: Vec<Wrong>,
    /// Leaves that are not as the plan says.
    pub shown: Vec<Wrong>,
}

/// An address, and what is wrong there.
pub type Wrong = (u64, String);

/// Puts the machine on tables of `mapped`, and compares its answers with what is `requested`.
pub fn run<const N: usize>(
    machine: &mut Machine,
    variant: &dyn Variant,
    (requested, mapped): (&Plan<N>, &Plan<N>),
    random: &mut Random,
) -> Result<Report, Box<dyn Error>> {
    let arena = Arena::new(TABLES, TABLE_BYTES);
    let former = Plan::<N>::random(&variant.space(), random);
    let root = variant.build(&arena, former.mappings(), mapped.mappings())?;
    machine.enter(variant.mode(), &arena, root)?;
    let mut report = Report::default();
    translate(machine, variant, requested, random, &mut report)?;
    show(machine, requested, &mut report)?;
    Ok(report)
}

fn translate<const N: usize>(
    machine: &mut Machine,
    variant: &dyn Variant,
    requested: &Plan<N>,
    random: &mut Random,
    report: &mut Report,
) -> Result<(), Box<dyn Error>> {
    let space = variant.space();
    for mapping in requested.mappings() {
        for probe in 0..INSIDE + BESIDE {
            let inside = probe < INSIDE;
            let address = if inside { space.word_of(mapping, random) } else { space.word_beside(mapping, random) };
            let load = Probe { address, kind: AccessKind::Load, privilege: Privilege::Supervisor };
            let expected = match requested.expect(load) {
                Expected::Reaches(physical) => Some(physical),
                Expected::Denied(_) | Expected::Unmapped => None,
            };
            let found = machine.translate(address)?;
            report.probes += 1;
            if found != expected {
                report.translated.push((address, format!("{address:#x}: expected {expected:x?}, found {found:x?}")));
            }
        }
    }
    Ok(())
}

/// Each mapping is one leaf, and there are no others.
fn show<const N: usize>(machine: &mut Machine, requested: &Plan<N>, report: &mut Report) -> Result<(), Box<dyn Error>> {
    let mut expected: BTreeMap<u64, Shown> = requested.mappings().iter().map(leaf_of).collect();
    for (address, shown) in machine.leaves()? {
        report.leaves += 1;
        let expected = expected.remove(&address);
        if expected != Some(shown) {
            report.shown.push((address, format!("{address:#x}: expected {expected:x?}, shown {shown:x?}")));
        }
    }
    let missing =
        expected.into_iter().map(|(address, leaf)| (address, format!("{address:#x}: {leaf:x?} is not shown")));
    report.shown.extend(missing);
    Ok(())
}

fn leaf_of(mapping: &Mapping) -> (u64, Shown) {
    let &Mapping { input, output, shift, permissions } = mapping;
    (input, Shown { output, large: shift > 12, permissions })
}
