//! A tree in the machine that is asked about.

use crate::access::{Access, Stage, Way};
use crate::machine::DATA;
use crate::reach::reach;
use crate::tree::Built;
use pt_mmu::machine::{Exam, Question, Wanted};
use pt_plan::{AccessKind, Mapping, Permissions, Privilege, Random, Space};
use std::collections::BTreeSet;

const PRIVILEGES: [Privilege; 2] = [Privilege::Supervisor, Privilege::User];

/// What the registers are, and what the tables must then map.
#[derive(Copy, Clone, Debug)]
pub struct Asked<'a> {
    pub stage: Stage,
    pub registers: [u64; 8],
    pub tree: &'a Built,
    /// What the answers follow from: the list of the tree, unless it is to be shown what a mistake changes.
    pub truth: &'a [Mapping],
}

/// Pages, by their first addresses.
#[derive(Clone, Debug, Default)]
pub struct Reached {
    /// Those that there is a question about.
    pub asked: BTreeSet<u64>,
    /// Those that an access is let through to.
    pub through: BTreeSet<u64>,
}

/// Eight kinds of normal memory, cached in one way or another (D24.2.100), each in its byte.
pub const MAIR: u64 = 0xff_bb_aa_ee_fb_bf_77_4f;

impl Asked<'_> {
    /// Adds questions about each mapping, and beside it: every translation, and every access too if it leads to data
    /// memory.
    pub fn ask(&self, exam: &mut Exam, random: &mut Random) -> Reached {
        let mut reached = Reached::default();
        let inputs = [self.tree.shape.inputs()];
        let space = Space { inputs: &inputs, memory: self.tree.memory, shifts: &[], permissions: &[] };
        for mapping in &self.tree.plan {
            for privilege in PRIVILEGES {
                for kind in AccessKind::ALL {
                    for way in [Way::Translate, Way::Perform] {
                        let address = space.word_of(mapping, random);
                        self.question(
                            exam,
                            Access { way, kind, privilege, stage: self.stage },
                            address,
                            random,
                            &mut reached,
                        );
                    }
                }
            }
            for way in [Way::Translate, Way::Perform] {
                let (kind, privilege) = (random.pick(&AccessKind::ALL), random.pick(&PRIVILEGES));
                let address = space.word_beside(mapping, random);
                self.question(exam, Access { way, kind, privilege, stage: self.stage }, address, random, &mut reached);
            }
        }
        reached
    }

    /// Whether there is such a question, and its access reaches nothing but data memory.
    fn is_asked(&self, access: Access, address: u64) -> bool {
        let reached = self.tree.list.iter().find(|mapping| mapping.covers(address));
        match (access.way, access.kind) {
            // AT tells nothing of fetches.
            (Way::Translate, AccessKind::Fetch) => false,
            (Way::Translate, _) => true,
            // Whether the second stage lets a fetch through where it does not let a load through is not tried.
            (Way::Perform, kind) => reached.is_none_or(|mapping| {
                let reads = mapping.permissions.contains(Permissions::READ);
                DATA.holds(mapping.translate(address)) && (kind != AccessKind::Fetch || reads)
            }),
        }
    }

    fn question(&self, exam: &mut Exam, access: Access, address: u64, random: &mut Random, reached: &mut Reached) {
        let value = exam.data.value(random.bits());
        if self.is_asked(access, address) {
            if let Some(mapping) = self.truth.iter().find(|mapping| mapping.covers(address)) {
                reached.asked.insert(mapping.input);
                if access.way == Way::Perform && reach(access, self.tree.shape, self.truth, address).is_ok() {
                    reached.through.insert(mapping.input);
                }
            }
            let wanted = self.wanted(exam, access, address, value);
            let context = exam.context(&self.registers);
            let question = Question { operation: access.operation(), context, address, value };
            exam.ask(question, wanted);
        }
    }

    fn wanted(&self, exam: &mut Exam, access: Access, address: u64, value: u64) -> Wanted {
        let (at, traits) = match reach(access, self.tree.shape, self.truth, address) {
            Ok(reached) => reached,
            Err((why, level)) => return access.refused(address, address, why, level),
        };
        // The memory attributes of the first stage show as they are in `MAIR_EL1`. Those of both stages are combined.
        let memory = match self.stage {
            Stage::First => (0xff << 56, MAIR >> (8 * traits.attribute_index) << 56),
            Stage::Second => (0, 0),
        };
        let found = access.follow(&mut exam.data, at, value);
        access.let_through(address, at, found, memory)
    }
}
