//! Both stages: vsatp leads an address of the guest to one of its physical memory, and hgatp that to the machine's.

use crate::access::{Access, Regime, SUM};
use crate::machine::DATA;
use pt_mmu::machine::{Exam, Question, Wanted, exactly};
use pt_plan::{AccessKind, Mapping, Permissions, Privilege, Random, Space, Span};

/// The guest's physical memory, beside that of its tables.
pub const WINDOW: Span = Span::new(0x12_0000_0000, 0x12_01ff_ffff);
/// A block of the second stage.
const BLOCK: u32 = 21;

/// What the second stage maps: the tables of the first where they are, to be read and written by the MMU; and of the
/// window, in blocks or in pages, the most part, with random permissions.
pub fn second_stage(tables: Span, permissions: &[Permissions], random: &mut Random) -> Vec<Mapping> {
    let writable = Permissions::READ | Permissions::WRITE | Permissions::USER;
    let blocks = |span: Span| (span.first >> BLOCK..=span.last >> BLOCK).map(|block| block << BLOCK);
    let identical = |input| Mapping { input, output: input, shift: BLOCK, permissions: writable };
    let mut list: Vec<Mapping> = blocks(tables).map(identical).collect();
    for block in blocks(WINDOW) {
        let shift = match random.below(4) {
            0 => 12,
            1 | 2 => BLOCK,
            _ => continue,
        };
        for input in (block..block + (1 << BLOCK)).step_by(1 << shift) {
            let output = (DATA.first + random.below(DATA.last - DATA.first)) >> shift << shift;
            if shift == BLOCK || random.below(8) != 0 {
                list.push(Mapping { input, output, shift, permissions: random.pick(permissions) });
            }
        }
    }
    list
}

/// Trees of both stages, and the lists that they were made from.
#[derive(Copy, Clone, Debug)]
pub struct Both<'a> {
    pub vsatp: u64,
    pub hgatp: u64,
    /// What the first stage can map: to the window.
    pub space: Space<'a>,
    pub first: &'a [Mapping],
    pub second: &'a [Mapping],
}

impl Both<'_> {
    /// Adds questions: every kind of access, at both privileges of the guest, to each mapping of the first stage.
    pub fn ask(&self, exam: &mut Exam, random: &mut Random) {
        for mapping in self.first {
            // In HLV and HSV QEMU 7.2 takes SUM for set and MXR for clear, whatever vsstatus says; and it calls page
            // faults access faults unless satp, too, translates.
            let status = SUM;
            let context = exam.context(&[self.vsatp, self.vsatp, self.hgatp, 0, SUM]);
            for privilege in [Privilege::Supervisor, Privilege::User] {
                for kind in AccessKind::ALL {
                    let access = Access { kind, privilege, regime: Regime::Guest, status };
                    let address = self.space.word_of(mapping, random);
                    let value = exam.data.value(random.bits());
                    let mut wanted = self.wanted(exam, access, address, value);
                    [wanted[5], wanted[6]] = [exactly(self.hgatp), exactly(self.vsatp)];
                    exam.ask(Question { operation: access.operation(), context, address, value }, wanted);
                }
            }
        }
    }

    fn wanted(&self, exam: &mut Exam, access: Access, address: u64, value: u64) -> Wanted {
        let covers = |list: &[Mapping], address| list.iter().copied().find(|mapping| mapping.covers(address));
        let first = Access { regime: Regime::Supervisor, ..access };
        let Some(mapping) = covers(self.first, address).filter(|mapping| first.is_allowed(mapping.permissions)) else {
            return first.faults(address);
        };
        let guest = mapping.translate(address);
        let Some(mapping) = covers(self.second, guest).filter(|mapping| access.is_allowed(mapping.permissions)) else {
            return access.faults_at(address, guest);
        };
        let at = mapping.translate(guest);
        if access.kind == AccessKind::Store {
            exam.data.store(at, value);
        }
        access.let_through(address, exam.data.load(at))
    }
}
