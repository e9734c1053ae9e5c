//! One run: the probes of a plan, and what came of them.

use crate::Requests;
use crate::machine::{Machine, Outcome, error_code};
use crate::{executor, ram, tables};
use pt_core::GuestRam;
use pt_plan::{AccessKind, Expected, Privilege, Probe, Random, Space};
use pt_x86_64::Paging;
use std::error::Error;
use std::fmt::Debug;

/// What a run has seen.
#[derive(Default)]
pub struct Report {
    pub probes: usize,
    /// What came to something else than the plan says.
    pub wrong: Vec<(Probe, String)>,
}

impl Report {
    fn check<T: PartialEq + Debug>(&mut self, probe: Probe, expected: &T, found: &T) {
        self.probes += 1;
        if expected != found {
            self.wrong.push((probe, format!("{probe:x?}: expected {expected:x?}, found {found:x?}")));
        }
    }
}

/// Tables of `mapped`, on a vCPU of their own; probes of each mapping and its surroundings; answers against `requested`.
pub fn run(
    machine: &mut Machine<'_>,
    ram: &GuestRam,
    (paging, space): (Paging, Space<'_>),
    (requested, mapped): (&Requests, &Requests),
    random: &mut Random,
) -> Result<Report, Box<dyn Error>> {
    let tables = tables::build(ram, paging, mapped.mappings(), random);
    let mut report = Report::default();
    for privilege in [Privilege::Supervisor, Privilege::User] {
        for mapping in requested.mappings() {
            let inside = [space.word_of(mapping, random), space.word_of(mapping, random)];
            for address in [inside[0], inside[1], space.word_beside(mapping, random)] {
                for kind in AccessKind::ALL {
                    let probe = Probe { address, kind, privilege };
                    // A fault has left the user's segments.
                    machine.enter(tables.root_frame().as_u64(), paging == Paging::FiveLevels, privilege)?;
                    try_access(machine, ram, probe, requested.expect(probe), random, &mut report)?;
                }
                let load = Probe { address, kind: AccessKind::Load, privilege: Privilege::Supervisor };
                let reached = match requested.expect(load) {
                    Expected::Reaches(physical) => Some(physical),
                    Expected::Denied(_) | Expected::Unmapped => None,
                };
                report.check(load, &reached, &machine.translate(address)?);
            }
        }
    }
    Ok(report)
}

/// One access of the guest, with a number that it is to carry from or to memory.
fn try_access(
    machine: &mut Machine<'_>,
    ram: &GuestRam,
    probe: Probe,
    expected: Expected,
    random: &mut Random,
    report: &mut Report,
) -> Result<(), Box<dyn Error>> {
    let token = random.bits() >> 32;
    if let Expected::Reaches(physical) = expected {
        match probe.kind {
            AccessKind::Load => ram::write(ram, physical, &token.to_le_bytes()),
            AccessKind::Store => ram::write(ram, physical, &[0; 8]),
            AccessKind::Fetch => ram::write(ram, physical, &executor::CODE.landing(token as u32).to_le_bytes()),
        }
    }
    let rbx = if probe.kind == AccessKind::Store { token } else { 0 };
    let found = machine.probe(probe, rbx)?;
    let fault = |present| {
        let error = error_code(present, probe.kind, probe.privilege);
        Outcome::PageFault { error, address: probe.address }
    };
    match expected {
        Expected::Unmapped => report.check(probe, &fault(false), &found),
        Expected::Denied(_) => report.check(probe, &fault(true), &found),
        Expected::Reaches(physical) if probe.kind == AccessKind::Store && found == Outcome::Done(token) => {
            report.check(probe, &token, &ram::read(ram, physical));
        }
        Expected::Reaches(_) => report.check(probe, &Outcome::Done(token), &found),
    }
    Ok(())
}
