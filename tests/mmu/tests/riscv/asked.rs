//! A tree in the machine that is asked about.

use crate::access::{Access, MXR, Regime, SUM};
use crate::machine::CODE;
use pt_mmu::History;
use pt_mmu::machine::{Exam, Question, exactly};
use pt_plan::{AccessKind, Plan, Privilege, Random, Space};

const PRIVILEGES: [Privilege; 2] = [Privilege::Supervisor, Privilege::User];

/// What satp, vsatp and hgatp are, and what the tables must then map.
#[derive(Copy, Clone, Debug)]
pub struct Asked<'a, const N: usize> {
    pub regime: Regime,
    /// satp or hgatp, as the regime says.
    pub root: u64,
    pub space: Space<'a>,
    /// What the questions are about.
    pub plan: &'a Plan<N>,
    /// What the answers follow from: the same, unless it is to be shown what a mistake changes.
    pub truth: &'a Plan<N>,
}

impl<const N: usize> Asked<'_, N> {
    /// Adds questions: every kind of access, at both privileges, to each mapping; one beside it, and one beyond the width.
    pub fn ask(&self, exam: &mut Exam, random: &mut Random) -> History {
        let mut history = History::default();
        for mapping in self.plan.mappings() {
            let status = match self.regime {
                Regime::Supervisor => random.pick(&[0, SUM, MXR, SUM | MXR]),
                Regime::Guest => 0,
            };
            let mut question = |kind, privilege, address, bits| {
                let access = Access { kind, privilege, regime: self.regime, status };
                if self.is_harmless(address) {
                    self.question(exam, access, address, bits, &mut history);
                }
            };
            for privilege in PRIVILEGES {
                for kind in AccessKind::ALL {
                    question(kind, privilege, self.space.word_of(mapping, random), random.bits());
                }
            }
            let (kind, privilege) = (random.pick(&AccessKind::ALL), random.pick(&PRIVILEGES));
            question(kind, privilege, self.space.word_beside(mapping, random), random.bits());
            // The same address, but for a bit above its width (12.3.2, 18.5.1).
            question(kind, privilege, self.space.word_of(mapping, random) ^ 1 << 62, random.bits());
        }
        history
    }

    /// Whether an access to this address reaches data memory, or nothing.
    fn is_harmless(&self, address: u64) -> bool {
        let reached = self.plan.mappings().iter().find(|mapping| mapping.covers(address));
        !CODE.holds(address) && reached.is_none_or(|mapping| self.space.memory.holds(mapping.translate(address)))
    }

    fn question(&self, exam: &mut Exam, access: Access, address: u64, bits: u64, history: &mut History) {
        let registers = match self.regime {
            Regime::Supervisor => [self.root, 0, 0, access.status],
            Regime::Guest => [0, 0, self.root, access.status],
        };
        let context = exam.context(&registers);
        let value = exam.data.value(bits);
        let mapping = self.truth.mappings().iter().find(|mapping| mapping.covers(address));
        let mut wanted = match mapping {
            Some(mapping) if access.is_allowed(mapping.permissions) => {
                let at = mapping.translate(address);
                history.accessed.insert(mapping.input);
                if access.kind == AccessKind::Store {
                    history.written.insert(mapping.input);
                    exam.data.store(at, value);
                }
                access.let_through(address, exam.data.load(at))
            }
            _ => access.faults(address),
        };
        // The register took the value: the mode exists, and the root is aligned as it must be.
        wanted[5] = exactly(self.root);
        exam.ask(Question { operation: access.operation(), context, address, value }, wanted);
    }
}
