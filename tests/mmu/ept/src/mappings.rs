//! Random mappings: each is made before the guest runs, or where it faults.

use crate::lab::{EptTree, Lab, Requests, probe, violation};
use pt_freestanding::vmx::Exit;
use pt_plan::{AccessKind, Space};

/// EPTs that are made.
const ROUNDS: u32 = 24;

/// Runs the experiment.
pub fn run(lab: &mut Lab) {
    for round in 0..ROUNDS {
        lab.with_space(|lab, space| {
            let mut round = Round::new(lab, space, round % 2 == 1);
            round.probe_all(lab, space);
            lab.free(round.ept);
        });
    }
}

/// One EPT.
struct Round {
    ept: EptTree,
    /// What is requested.
    requested: Requests,
    /// What is mapped: the same, but for a mistake that is to be found.
    built: Requests,
    /// Which of them are mapped so far.
    mapped: [bool; 32],
}

impl Round {
    /// An EPT. If it is `lazy`, nothing is mapped yet.
    fn new(lab: &mut Lab, space: &Space<'_>, lazy: bool) -> Self {
        let requested = Requests::random(space, &mut lab.random);
        let planted = lab.plant.and_then(|mistake| requested.planted(mistake));
        let built = planted.map_or_else(|| requested.clone(), |(built, _)| built);
        let mut round = Self { ept: lab.new_ept(), requested, built, mapped: [false; 32] };
        if !lazy {
            (0..round.built.mappings().len()).for_each(|index| round.map(lab, index));
        }
        round
    }

    fn map(&mut self, lab: &mut Lab, index: usize) {
        lab.map(&mut self.ept, &self.built.mappings()[index]);
        self.mapped[index] = true;
    }

    fn probe_all(&mut self, lab: &mut Lab, space: &Space<'_>) {
        for index in 0..self.requested.mappings().len() {
            let mapping = self.requested.mappings()[index];
            let words = [
                space.word_of(&mapping, &mut lab.random),
                space.word_of(&mapping, &mut lab.random),
                space.word_beside(&mapping, &mut lab.random),
            ];
            for (address, kind) in words.into_iter().flat_map(|word| AccessKind::ALL.map(|kind| (word, kind))) {
                let expected = self.requested.expect(probe(address, kind));
                if lab.is_harmless(expected) {
                    lab.probe((address, kind), expected, |lab, exit| self.resolve(lab, exit, address, kind));
                }
            }
        }
    }

    /// Maps the page that an EPT violation was for, if it is requested and not mapped yet. What was not present is
    /// cached nowhere: there is nothing to flush (29.4.2).
    fn resolve(&mut self, lab: &mut Lab, exit: Exit, address: u64, kind: AccessKind) -> bool {
        let Exit::EptViolation { guest_physical, .. } = exit else { return false };
        let covers = |index: &usize| self.built.mappings()[*index].covers(guest_physical);
        let index = (0..self.built.mappings().len()).find(|index| !self.mapped[*index] && covers(index));
        if let Some(index) = index {
            lab.report.compare("the violation to resolve", violation(kind, None, address), exit);
            self.map(lab, index);
        }
        index.is_some()
    }
}
