//! Both stages: a virtual address leads to an intermediate one, and that to the machine's.

use crate::access::{Access, Stage, Way};
use crate::granule::Granule;
use crate::machine::{DATA, RAM};
use crate::reach::reach;
use crate::shape::Shape;
use crate::tree::Built;
use crate::{stage1, stage2};
use pt_mmu::machine::{Exam, Question, Wanted};
use pt_plan::{AccessKind, Mapping, Permissions, Privilege, Random, Space, Span};

/// The intermediate addresses that the first stage leads to, but for the stub page.
pub const WINDOW: Span = Span::new(0x8_0000_0000, 0x8_03ff_ffff);

/// What the second stage maps: RAM below the data, with the tables of the first and the stub page, where it is; and of
/// the window, in blocks or in pages, the most part, with random permissions.
pub fn second_stage<G: Granule>(shape: Shape, permissions: &[Permissions], random: &mut Random) -> Vec<Mapping> {
    let all = Permissions::READ | Permissions::WRITE | Permissions::EXECUTE | Permissions::USER_EXECUTE;
    let block = shape.shift(2);
    let blocks = |span: Span| (span.first >> block..=span.last >> block).map(|number| number << block);
    let identical = |input| Mapping { input, output: input, shift: block, permissions: all };
    let mut list: Vec<Mapping> = blocks(Span::new(RAM.first, DATA.first - 1)).map(identical).collect();
    for first in blocks(WINDOW) {
        let shift = match random.below(4) {
            0 => G::SHIFT,
            1 | 2 => block,
            _ => continue,
        };
        for input in (first..first + (1 << block)).step_by(1 << shift) {
            let output = (DATA.first + random.below(DATA.last - DATA.first)) >> shift << shift;
            if shift == block || random.below(8) != 0 {
                list.push(Mapping { input, output, shift, permissions: random.pick(permissions) });
            }
        }
    }
    list
}

/// Trees of both stages.
#[derive(Copy, Clone, Debug)]
pub struct Both<'a> {
    /// The first, which leads to the window.
    pub first: &'a Built,
    pub second: &'a Built,
}

impl Both<'_> {
    /// Adds questions about each mapping of the first stage: every translation, and every access.
    pub fn ask(&self, exam: &mut Exam, random: &mut Random) {
        let space = Space { inputs: &[], memory: WINDOW, shifts: &[], permissions: &[] };
        let context = exam.context(&self.registers());
        for mapping in &self.first.plan {
            for privilege in [Privilege::Supervisor, Privilege::User] {
                for kind in AccessKind::ALL {
                    for way in [Way::Translate, Way::Perform] {
                        let access = Access { way, kind, privilege, stage: Stage::Second };
                        let (address, value) = (space.word_of(mapping, random), exam.data.value(random.bits()));
                        if self.is_asked(access, mapping.translate(address)) {
                            let wanted = self.wanted(exam, access, address, value);
                            exam.ask(Question { operation: access.operation(), context, address, value }, wanted);
                        }
                    }
                }
            }
        }
    }

    /// The registers of both stages. There is no tree of the upper end.
    fn registers(&self) -> [u64; 8] {
        let first = stage1::registers((self.first.shape, self.first.root), (self.first.shape, 0));
        let second = stage2::registers(self.second.shape, self.second.root);
        // The last three are of the second stage; HCR_EL2 says that it is on, SCTLR_EL1 that the first is.
        core::array::from_fn(|register| if register < 5 { first[register] } else { second[register] })
    }

    /// As for one stage: AT tells nothing of fetches, and no fetch is tried where the second stage lets no load through.
    fn is_asked(&self, access: Access, intermediate: u64) -> bool {
        let mapping = self.second.list.iter().find(|mapping| mapping.covers(intermediate));
        let reads = mapping.is_none_or(|mapping| mapping.permissions.contains(Permissions::READ));
        access.kind != AccessKind::Fetch || access.way == Way::Perform && reads
    }

    fn wanted(&self, exam: &mut Exam, access: Access, address: u64, value: u64) -> Wanted {
        let first = Access { stage: Stage::First, ..access };
        let intermediate = match reach(first, self.first.shape, &self.first.list, address) {
            Ok((intermediate, _)) => intermediate,
            Err((why, level)) => return first.refused(address, address, why, level),
        };
        let at = match reach(access, self.second.shape, &self.second.list, intermediate) {
            Ok((at, _)) => at,
            Err((why, level)) => return access.refused(address, intermediate, why, level),
        };
        // What the memory attributes of both stages combine to is not compared.
        let found = access.follow(&mut exam.data, at, value);
        access.let_through(address, at, found, (0, 0))
    }
}
