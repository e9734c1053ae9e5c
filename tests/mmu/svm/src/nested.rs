//! Random nested page tables: each page is mapped before the guest begins, or when it faults there.

use crate::code::CALL_WORD;
use crate::guest::{Guest, Outcome, error_bits, seen};
use crate::lab::Lab;
use crate::request::map_nested;
use core::sync::atomic::Ordering;
use pt_core::Hpa;
use pt_freestanding::svm::FaultCode;
use pt_plan::{AccessKind, Expected, Permissions, Plan, Privilege, Probe, Space, Span};

/// Mappings in one tree.
const MAPPINGS: usize = 32;
/// Trees.
const ROUNDS: u32 = 24;
/// Words of each mapping that are probed, and words beside it.
const WORDS: u32 = 3;

const READ: Permissions = Permissions::READ.union(Permissions::USER);
const WRITE: Permissions = READ.union(Permissions::WRITE);
const EXECUTE: Permissions = Permissions::EXECUTE;
/// The last lets nothing through: no access of a guest is one of the supervisor, 15.25.5.
const PERMISSIONS: [Permissions; 5] =
    [READ, WRITE, READ.union(EXECUTE), WRITE.union(EXECUTE), WRITE.union(EXECUTE).without(Permissions::USER)];

/// Runs the experiment.
pub fn run(lab: &mut Lab) {
    // The guest's own pages lie in the first GiB.
    let inputs = [Span::new(1 << 30, (1 << lab.physical_bits) - 1)];
    let space = Space { inputs: &inputs, memory: lab.probed(), shifts: &[12, 12, 21, 30], permissions: &PERMISSIONS };
    for number in 0..ROUNDS {
        let asked = Plan::random(&space, &mut lab.random);
        let planted = lab.plant.filter(|_| number == 0).and_then(|mistake| asked.planted(mistake));
        let built = planted.map_or_else(|| asked.clone(), |(built, _)| built);
        Round::new(lab, asked, built, number % 2 == 1).run(lab, &space);
    }
}

/// One tree.
struct Round {
    guest: Guest,
    /// What is asked for.
    asked: Plan<MAPPINGS>,
    /// What is mapped: the same, but for a mistake that is to be found.
    built: Plan<MAPPINGS>,
    /// Which of them are mapped so far.
    mapped: [bool; MAPPINGS],
}

impl Round {
    /// A tree. If it is `lazy`, nothing is mapped yet.
    fn new(lab: &mut Lab, asked: Plan<MAPPINGS>, built: Plan<MAPPINGS>, lazy: bool) -> Self {
        let paging = match lab.nested_paging {
            pt_npt::Paging::FiveLevels if lab.random.below(2) == 0 => pt_x86_64::Paging::FiveLevels,
            _ => pt_x86_64::Paging::FourLevels,
        };
        let mut round = Self { guest: Guest::new(lab, paging), asked, built, mapped: [false; MAPPINGS] };
        if !lazy {
            for index in 0..round.built.mappings().len() {
                round.map(lab, index);
            }
        }
        round
    }

    fn map(&mut self, lab: &mut Lab, index: usize) {
        map_nested(lab, &mut self.guest.nested.exclusive(lab.tables), &self.built.mappings()[index]);
        self.mapped[index] = true;
        lab.report.mappings += 1;
    }

    fn run(mut self, lab: &mut Lab, space: &Space<'_>) {
        for index in 0..self.asked.mappings().len() {
            let mapping = self.asked.mappings()[index];
            for _ in 0..WORDS {
                let inside = space.word_of(&mapping, &mut lab.random);
                self.probe_word(lab, inside);
                let beside = space.word_beside(&mapping, &mut lab.random);
                // It may lie in another page, a large one, at the memory of the host itself.
                let touched = self.asked.mappings().iter().find(|mapping| mapping.covers(beside));
                if touched.is_none_or(|mapping| space.memory.holds(mapping.translate(beside))) {
                    self.probe_word(lab, beside);
                }
            }
        }
        self.guest.free(lab);
    }

    /// Probes a word in every way. Whatever lies at a wrong address is not run.
    fn probe_word(&mut self, lab: &mut Lab, address: u64) {
        let _ = AccessKind::ALL.iter().all(|&kind| self.probe(lab, address, kind));
    }

    /// Makes an access, and compares. Returns whether it was as expected.
    fn probe(&mut self, lab: &mut Lab, address: u64, kind: AccessKind) -> bool {
        let index = self.asked.mappings().iter().position(|mapping| mapping.covers(address));
        let mapping = index.map(|index| self.asked.mappings()[index]);
        let what = format_args!("{kind:?} at {address:#x}, {mapping:x?}");
        let (value, before) = (lab.random.bits(), lab.random.bits());
        let word = mapping.map(|mapping| lab.memory.word64(Hpa::new(mapping.translate(address))));
        let before = match kind {
            AccessKind::Load => value,
            AccessKind::Store => before,
            AccessKind::Fetch => CALL_WORD,
        };
        if let Some(word) = word {
            word.store(before, Ordering::Relaxed);
        }

        let mut outcome = self.guest.access(lab, kind, address, if kind == AccessKind::Store { value } else { 0 });
        if let Some(index) = index.filter(|&index| !self.mapped[index]) {
            if !lab.report.compare(what, fault(Expected::Unmapped, kind, address), outcome) {
                return false;
            }
            self.map(lab, index);
            lab.report.resolved += 1;
            outcome = self.guest.go_on(lab);
        }
        lab.report.probes += 1;
        let expected = self.asked.expect(probe(address, kind));
        if !lab.report.compare(what, fault(expected, kind, address), outcome) {
            return false;
        }
        let done = outcome == Outcome::Done;
        let after = word.map(|word| word.load(Ordering::Relaxed));
        match kind {
            AccessKind::Load if done => lab.report.compare(what, value, self.guest.vcpu.registers.rbx),
            AccessKind::Store if done => lab.report.compare(what, Some(value), after),
            AccessKind::Fetch if done => lab.report.compare(what, seen(address), self.guest.vcpu.vmcb.save.rip),
            _ => lab.report.compare(what, word.map(|_| before), after),
        }
    }
}

/// An access to nested tables, all of which are the user's.
const fn probe(address: u64, kind: AccessKind) -> Probe {
    Probe { address, kind, privilege: Privilege::User }
}

/// How an access ends.
const fn fault(expected: Expected, kind: AccessKind, address: u64) -> Outcome {
    let present = match expected {
        Expected::Reaches(_) => return Outcome::Done,
        Expected::Denied(_) => FaultCode::PRESENT,
        Expected::Unmapped => 0,
    };
    Outcome::NestedFault(FaultCode(FaultCode::FINAL | FaultCode::USER | present | error_bits(kind)), address)
}
