//! One random list of mappings, made with the engine and probed word by word.
//!
//! What is mapped, and how it is accessed, is a [`Target`]: nested tables, or a guest's own. Each mapping is made
//! before the first probe, or in the handler of the fault that a probe ends with.

use crate::code::CALL_WORD;
use crate::guest::Outcome;
use crate::history::{Bits, History};
use crate::lab::Lab;
use crate::shown::Shown;
use core::sync::atomic::Ordering;
use pt_core::Hpa;
use pt_freestanding::svm::Vcpu;
use pt_plan::{AccessKind, Mapping, Mistake, Permissions, Plan, Random, Space};

/// Mappings in one list.
pub const MAPPINGS: usize = 32;
/// Words of each mapping that are probed, and words beside it.
const WORDS: u32 = 3;
/// The same for one with a planted mistake: in some of the ways that an access can be made, it does not show.
const WORDS_OF_MISTAKE: u32 = 64;

/// A guest, and the tables that are tried.
pub trait Target {
    /// Asks the engine for a mapping.
    fn map(&mut self, lab: &Lab, mapping: &Mapping);
    /// Chooses how the next access is made.
    fn choose(&mut self, random: &mut Random);
    /// How an access must end, at an address that `mapping` covers, if any does.
    fn expected(&self, mapping: Option<&Mapping>, kind: AccessKind, address: u64) -> Outcome;
    /// How the engine's own walker says that an access must end.
    fn walk(&self, address: u64, kind: AccessKind) -> Outcome;
    /// Makes an access, with `value` if it is a store.
    fn access(&mut self, lab: &mut Lab, kind: AccessKind, address: u64, value: u64) -> Outcome;
    /// Runs the guest on from where it is.
    fn go_on(&mut self, lab: &mut Lab) -> Outcome;
    /// The guest's own address for the one that is accessed.
    fn seen(&self, address: u64) -> u64;
    /// The virtual CPU.
    fn vcpu(&self) -> &Vcpu;
    /// What the CPU has written into the leaf of a mapping.
    fn bits(&self, mapping: &Mapping) -> Option<Bits>;
    /// Gives back the tables.
    fn free(self, lab: &Lab);
}

/// The list, and how much of it is mapped.
pub struct Round<T> {
    target: T,
    /// What is asked for.
    asked: Plan<MAPPINGS>,
    /// What is mapped: the same, but for a mistake that is to be found.
    built: Plan<MAPPINGS>,
    /// Which of them are mapped so far.
    mapped: [bool; MAPPINGS],
    /// Which of them has a mistake.
    mistaken: Option<usize>,
    history: History<MAPPINGS>,
}

impl<T: Target> Round<T> {
    /// A random list. In every other round, all of it is mapped now; in the first one, a planted mistake is in it.
    pub fn new(lab: &mut Lab, space: &Space<'_>, target: T, number: u32) -> Self {
        let (asked, built, mistaken) = match lab.plant {
            Some(mistake) if number == 0 => planted(space, mistake, &mut lab.random),
            _ => {
                let asked = Plan::random(space, &mut lab.random);
                (asked.clone(), asked, None)
            }
        };
        let mapped = [false; MAPPINGS];
        let mut round = Self { target, asked, built, mapped, mistaken, history: History::new() };
        if number.is_multiple_of(2) {
            (0..round.built.mappings().len()).for_each(|index| round.map(lab, index));
        }
        round
    }

    fn map(&mut self, lab: &mut Lab, index: usize) {
        self.target.map(lab, &self.built.mappings()[index]);
        self.mapped[index] = true;
        lab.report.mappings += 1;
    }

    /// Probes words of each mapping, and words beside it, and gives back the tables.
    pub fn run(mut self, lab: &mut Lab, space: &Space<'_>) {
        for index in 0..self.asked.mappings().len() {
            let mapping = self.asked.mappings()[index];
            for _ in 0..if self.mistaken == Some(index) { WORDS_OF_MISTAKE } else { WORDS } {
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
        self.history.compare(&mut lab.report, self.asked.mappings(), |mapping| self.target.bits(mapping));
        self.target.free(lab);
    }

    /// Probes a word in every way. Whatever lies at a wrong address is not run: a load shows it first, unless it is one of
    /// the supervisor that SMAP denies, right or wrong, and a word that a store has left there need not come to an end.
    fn probe_word(&mut self, lab: &mut Lab, address: u64) {
        let runs = !self.leads_elsewhere(address);
        let mut kinds = AccessKind::ALL.iter().filter(|&&kind| runs || kind != AccessKind::Fetch);
        let _ = kinds.all(|&kind| self.probe(lab, address, kind));
    }

    /// Whether the planted mistake takes an address to another word than was asked for.
    fn leads_elsewhere(&self, address: u64) -> bool {
        self.mistaken.is_some_and(|index| {
            let (asked, built) = (&self.asked.mappings()[index], &self.built.mappings()[index]);
            built.covers(address) && built.translate(address) != asked.translate(address)
        })
    }

    /// Makes an access, and compares. Returns whether it was as expected.
    fn probe(&mut self, lab: &mut Lab, address: u64, kind: AccessKind) -> bool {
        let index = self.asked.mappings().iter().position(|mapping| mapping.covers(address));
        let mapping = index.map(|index| self.asked.mappings()[index]);
        let what = format_args!("{kind:?} at {address:#x}{}", Shown(mapping));
        let word = mapping.map(|mapping| lab.memory.word64(Hpa::new(mapping.translate(address))));
        let value = lab.random.bits();
        let before = match kind {
            AccessKind::Load => value,
            AccessKind::Store => !value,
            AccessKind::Fetch => CALL_WORD,
        };
        if let Some(word) = word {
            word.store(before, Ordering::Relaxed);
        }

        self.target.choose(&mut lab.random);
        let stored = if kind == AccessKind::Store { value } else { 0 };
        let mut outcome = self.target.access(lab, kind, address, stored);
        if let Some(index) = index.filter(|&index| !self.mapped[index]) {
            let unmapped = self.target.expected(None, kind, address);
            if !lab.report.compare(what, unmapped, outcome) {
                return false;
            }
            self.map(lab, index);
            lab.report.resolved += 1;
            outcome = self.target.go_on(lab);
        }
        lab.report.probes += 1;
        let expected = self.target.expected(mapping.as_ref(), kind, address);
        if !lab.report.compare(what, expected, outcome) {
            return false;
        }
        // What the CPU does is settled: now it is the expectation.
        let walked = format_args!("the walker's answer, {kind:?} at {address:#x}{}", Shown(mapping));
        lab.report.compare(walked, outcome, self.target.walk(address, kind));
        let after = word.map(|word| word.load(Ordering::Relaxed));
        let (Outcome::Done, Some(index)) = (outcome, index) else {
            return lab.report.compare(what, word.map(|_| before), after);
        };
        self.history.record(index, kind);
        let vcpu = self.target.vcpu();
        match kind {
            AccessKind::Load => lab.report.compare(what, value, vcpu.registers.rbx),
            AccessKind::Store => lab.report.compare(what, Some(value), after),
            AccessKind::Fetch => lab.report.compare(what, self.target.seen(address), vcpu.vmcb.save.rip),
        }
    }
}

/// A random list, the same with a mistake, and where: in a mapping that guests can use, so that it shows.
fn planted(
    space: &Space<'_>,
    mistake: Mistake,
    random: &mut Random,
) -> (Plan<MAPPINGS>, Plan<MAPPINGS>, Option<usize>) {
    loop {
        let asked = Plan::random(space, random);
        if let Some((built, index)) = asked.planted(mistake)
            && asked.mappings()[index].permissions.contains(Permissions::USER)
        {
            return (asked, built, Some(index));
        }
    }
}
