//! A tree in the machine that is asked about.

use crate::access::{Access, Refusal, Stage, Way};
use crate::machine::DATA;
use crate::tree::Built;
use pt_mmu::machine::{Exam, Question, Wanted};
use pt_plan::{AccessKind, Mapping, Permissions, Privilege, Random, Space, walk_ends};

const PRIVILEGES: [Privilege; 2] = [Privilege::Supervisor, Privilege::User];

/// What of a leaf follows from the address that it maps, so that the list needs no further column.
#[derive(Copy, Clone, Debug)]
pub struct Traits {
    /// Which byte of `MAIR_EL1` says what memory it is.
    pub attribute_index: u64,
    /// Whether it has the access flag.
    pub accessed: bool,
}

impl Traits {
    pub const fn of(mapping: &Mapping) -> Self {
        let random = Random::new(mapping.input).bits();
        Self { attribute_index: random % 8, accessed: random >> 8 & 7 != 0 }
    }
}

/// What the registers are, and what the tables must then map.
#[derive(Copy, Clone, Debug)]
pub struct Asked<'a> {
    pub stage: Stage,
    pub registers: [u64; 8],
    pub tree: &'a Built,
    /// What the answers follow from: the list of the tree, unless it is to be shown what a mistake changes.
    pub truth: &'a [Mapping],
}

/// Eight kinds of normal memory, cached in one way or another (D24.2.100), each in its byte.
pub const MAIR: u64 = 0xff_bb_aa_ee_fb_bf_77_4f;

impl Asked<'_> {
    /// Adds questions about each mapping, and beside it: every translation, and every access too if it leads to data
    /// memory.
    pub fn ask(&self, exam: &mut Exam, random: &mut Random) {
        let inputs = [self.tree.shape.inputs()];
        let space = Space { inputs: &inputs, memory: self.tree.memory, shifts: &[], permissions: &[] };
        for mapping in &self.tree.plan {
            for privilege in PRIVILEGES {
                for kind in AccessKind::ALL {
                    for way in [Way::Translate, Way::Perform] {
                        let address = space.word_of(mapping, random);
                        self.question(exam, Access { way, kind, privilege, stage: self.stage }, address, random);
                    }
                }
            }
            for way in [Way::Translate, Way::Perform] {
                let (kind, privilege) = (random.pick(&AccessKind::ALL), random.pick(&PRIVILEGES));
                let address = space.word_beside(mapping, random);
                self.question(exam, Access { way, kind, privilege, stage: self.stage }, address, random);
            }
        }
    }

    fn mapping(list: &[Mapping], address: u64) -> Option<&Mapping> {
        list.iter().find(|mapping| mapping.covers(address))
    }

    /// Whether there is such a question, and its access reaches nothing but data memory.
    fn is_asked(&self, access: Access, address: u64) -> bool {
        let reached = Self::mapping(&self.tree.list, address);
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

    fn question(&self, exam: &mut Exam, access: Access, address: u64, random: &mut Random) {
        let value = exam.data.value(random.bits());
        if self.is_asked(access, address) {
            let wanted = self.wanted(exam, access, address, value);
            let context = exam.context(&self.registers);
            let question = Question { operation: access.operation(), context, address, value };
            exam.ask(question, wanted);
        }
    }

    fn wanted(&self, exam: &mut Exam, access: Access, address: u64, value: u64) -> Wanted {
        let Some(mapping) = Self::mapping(self.truth, address) else {
            let end = walk_ends(self.truth, address, &self.tree.shape.shifts());
            return access.refused(address, Refusal::Translation, self.tree.shape.level(end));
        };
        let (level, traits) = (self.tree.shape.level(mapping.shift), Traits::of(mapping));
        if !traits.accessed {
            return access.refused(address, Refusal::AccessFlag, level);
        }
        if !access.is_allowed(mapping.permissions) {
            return access.refused(address, Refusal::Permission, level);
        }
        let at = mapping.translate(address);
        // The memory attributes of the first stage show as they are in `MAIR_EL1`. Those of both stages are combined.
        let memory = match self.stage {
            Stage::First => (0xff << 56, MAIR >> (8 * traits.attribute_index) << 56),
            Stage::Second => (0, 0),
        };
        let mut found = value;
        if access.way == Way::Perform {
            match access.kind {
                AccessKind::Store => exam.data.store(at, value),
                AccessKind::Load | AccessKind::Fetch => found = exam.data.load(at),
            }
        }
        access.let_through(address, at, found, memory)
    }
}
