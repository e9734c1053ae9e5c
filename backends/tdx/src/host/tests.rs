//! The tables of the leaves against what module 1.5.01 answered, and against themselves.

use super::{Answer, Possible, decode_any, mem, possible, vp};
use crate::leaf::Leaf;
use crate::operand::{EntryDetails, EntryState, PageInfo, SeptLevel};
use crate::seamcall::{Registers, Seamcall, Unavailable};
use crate::status::{Operand, Status, StatusCode};
use crate::{Gpaw, host};
use core::cell::Cell;
use pt_core::{Gfn, Gpa, Hpa, Private, Split};
use std::string::ToString;

/// An answer of any leaf.
pub(super) struct Decoded {
    status: Status,
    entry: Option<EntryDetails>,
    done: bool,
}

impl<A: Answer> From<A> for Decoded {
    fn from(answer: A) -> Self {
        let done = std::format!("{answer:?}").starts_with("Done");
        Self { status: answer.status(), entry: answer.entry(), done }
    }
}

fn decode(leaf: Leaf, status: Status, rcx: u64, rdx: u64) -> Decoded {
    decode_any(leaf, status, &Registers { rcx, rdx, ..Registers::default() }).expect("a leaf that has a function")
}

fn is_listed(leaf: Leaf, status: Status) -> bool {
    possible(leaf).is_some_and(|all| all.iter().any(|one| one.admits(status)))
}

#[test]
fn every_status_that_the_module_gave_is_in_the_table_of_its_leaf() {
    for (leaf, bits, rcx, rdx) in OBSERVED {
        let status = Status::from_bits(bits);
        let decoded = decode(leaf, status, rcx, rdx);
        assert_eq!(decoded.status, status, "{leaf}");
        assert!(decoded.done || is_listed(leaf, status), "{leaf}: {status}");
        // TDH.VP.ENTER leaves RCX as it was; the others clear it.
        let shown = !decoded.done && leaf != Leaf::VpEnter && rcx | rdx != 0;
        assert!(!shown || decoded.entry == Some(EntryDetails::from_registers(rcx, rdx)), "{leaf}: {status}");
    }
}

#[test]
fn what_a_table_lists_is_decoded_to_itself_and_nothing_else_is() {
    let leaves = Leaf::ALL.iter().filter_map(|&leaf| Some((leaf, possible(leaf)?)));
    assert_eq!(leaves.clone().count(), 31);
    for (leaf, listed) in leaves {
        assert!(is_listed(leaf, StatusCode::SysShutdown.into()), "{leaf}");
        for &code in StatusCode::ALL {
            for operand in Operand::ALL.iter().map(|&operand| Some(operand)).chain([None]) {
                let status = Status::new(code, operand);
                let decoded = decode(leaf, status, 1 << 63, 0);
                assert_eq!(decoded.status, status, "{leaf}");
                let entry = listed.iter().any(|one| matches!(one, Possible::Entry(_)) && one.admits(status));
                assert_eq!(decoded.entry.is_some(), entry, "{leaf}: {status}");
                assert!(!decoded.done || !status.is_error(), "{leaf}: {status}");
            }
        }
    }
}

#[test]
fn no_status_is_lost() {
    let mut word = 1_u64;
    let mut words = || {
        // A sequence that wanders over all bits: Knuth's multiplier.
        word = word.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        word
    };
    for &leaf in Leaf::ALL.iter().filter(|&&leaf| possible(leaf).is_some()) {
        for _ in 0..1_000 {
            let (near, details) = (words(), words());
            let code = StatusCode::ALL[near as usize % StatusCode::ALL.len()];
            for status in [Status::from_bits(near), Status::with_low(code, details as u32)] {
                assert_eq!(decode(leaf, status, details, near).status, status, "{leaf}");
            }
        }
    }
}

/// Answers every call with the same registers, and keeps the last call.
struct Always {
    answer: Registers,
    asked: Cell<Registers>,
}

impl Always {
    fn new(rax: u64, rcx: u64, rdx: u64) -> Self {
        Self { answer: Registers { rax, rcx, rdx, ..Registers::default() }, asked: Cell::default() }
    }
}

impl Seamcall for Always {
    fn seamcall(&self, registers: &mut Registers) -> Result<Status, Unavailable> {
        self.asked.set(*registers);
        *registers = self.answer;
        Ok(Status::from_bits(registers.rax))
    }
}

fn tdr() -> host::Tdr {
    host::Tdr::new(Hpa::new(0x4000_0000)).expect("an aligned page")
}

fn gpa(gfn: u64) -> Gpa<Private> {
    Gpaw::Bits48.address_of(Gfn::new(gfn)).expect("a frame below bit 47")
}

#[test]
fn operands_go_into_their_registers() {
    let module = Always::new(0, 0, 0);
    let at = PageInfo::at(gpa(0x200), SeptLevel::Pd);
    assert_eq!(mem::page_aug(&module, tdr(), at, Hpa::new(0x4040_0000)), Ok(mem::PageAug::Done));
    let asked = Registers { rax: 6, rcx: 0x20_0001, rdx: 0x4000_0000, r8: 0x4040_0000, ..Registers::default() };
    assert_eq!(module.asked.get(), asked);

    let source = host::SourcePage::new(Hpa::new(0x10_0000)).expect("an aligned page");
    assert_eq!(mem::page_add(&module, tdr(), gpa(5), Hpa::new(0x4040_0000), source), Ok(mem::PageAdd::Done));
    let asked =
        Registers { rax: 2, rcx: 0x5000, rdx: 0x4000_0000, r8: 0x4040_0000, r9: 0x10_0000, ..Registers::default() };
    assert_eq!(module.asked.get(), asked);
}

#[test]
fn entering_passes_the_guests_registers_but_not_rax_and_rcx() {
    let module = Always::new(0x4d, 7, 0);
    let vcpu = host::Tdvpr::new(Hpa::new(0x4001_0000)).expect("an aligned page");
    let guest = Registers { rax: 99, rcx: 99, r11: 3, r15: 4, ..Registers::default() };
    let Ok(vp::Enter::Done(exit)) = vp::enter(&module, vcpu, &guest) else { panic!("a TD exit") };
    assert_eq!(module.asked.get(), Registers { rax: 0, rcx: 0x4001_0000, ..guest });
    assert_eq!((exit.reason(), exit.registers().rcx, exit.is_final()), (77, 7, false));
    assert_eq!(exit.ept_violation(), None);

    let module = Always::new(0x30, 2, 0x4088_0000_0001);
    let Ok(vp::Enter::Done(exit)) = vp::enter(&module, vcpu, &guest) else { panic!("a TD exit") };
    let violation = exit.ept_violation().expect("exit reason 48");
    assert_eq!((violation.qualification.write(), violation.extended.level()), (true, Some(SeptLevel::Pd)));

    let dead = Always::new(0x4000_0001_0000_0002, 0, 0);
    let Ok(answer @ vp::Enter::Done(exit)) = vp::enter(&dead, vcpu, &guest) else { panic!("a TD exit") };
    assert_eq!((exit.reason(), exit.is_final(), answer.status().bits()), (2, true, 0x4000_0001_0000_0002));
}

#[test]
fn a_locked_entry_is_told_from_a_locked_page() {
    let at = PageInfo::at(gpa(0x200), SeptLevel::Pt);
    let entry = mem::page_remove(&Always::new(0x8000_0200_0000_0001, 0x8080_0000_4040_08f0, 0x100), tdr(), at);
    let Ok(mem::PageRemove::EntryBusy(details)) = entry else { panic!("{entry:?}") };
    assert_eq!((details.state(), details.level()), (Some(EntryState::Blocked), Some(SeptLevel::Pt)));
    let page = mem::page_remove(&Always::new(0x8000_0200_0000_0001, 0, 0), tdr(), at);
    assert_eq!(page, Ok(mem::PageRemove::OperandBusy(Operand::Rcx)));
}

#[test]
fn a_remark_carries_the_entry_and_is_no_error() {
    let at = PageInfo::at(gpa(0x200), SeptLevel::Pt);
    let module = Always::new(0x0000_0b07_0000_0001, 0x8000_0000_4020_20f0, 0x300);
    let answer = mem::range_block(&module, tdr(), at).expect("a module");
    assert!(matches!(answer, mem::RangeBlock::GpaRangeAlreadyBlocked(_)) && !answer.is_error());
    let name = "TDH.MEM.RANGE.BLOCK: TDX_GPA_RANGE_ALREADY_BLOCKED|RCX, PendingBlocked at Pt (0x80000000402020f0)";
    assert_eq!(answer.to_string(), name);
}

#[test]
fn a_foreign_status_is_kept() {
    let status = 0xc000_0e01_0000_0007;
    let at = PageInfo::at(gpa(0), SeptLevel::Pt);
    let answer = mem::page_remove(&Always::new(status, 0, 0), tdr(), at);
    assert_eq!(answer, Ok(mem::PageRemove::Unlisted(Status::from_bits(status))));
}

/// Leaf, RAX, RCX and RDX: one answer of each kind that module 1.5.01 gave to legal and illegal calls, with locks held
/// and with entries in all sixteen states.
#[rustfmt::skip]
const OBSERVED: [(Leaf, u64, u64, u64); 107] = [
    (Leaf::VpEnter, 0x0000_0000_0000_0030, 0x0000_0000_0000_0002, 0x4088_0000_0001),
    (Leaf::VpEnter, 0x0000_0000_0000_004d, 0x0000_0000_0000_0000, 0x0),
    (Leaf::VpEnter, 0xc000_0608_0000_0000, 0x0000_0000_4001_0000, 0x0),
    (Leaf::VpEnter, 0xc000_0700_0000_0000, 0x0000_0000_4001_0000, 0x0),
    (Leaf::MemPageAdd, 0x0000_0000_0000_0000, 0x0000_0000_0000_0000, 0x0),
    (Leaf::MemPageAdd, 0x8000_0200_0000_0002, 0x0000_0000_0000_0000, 0x0),
    (Leaf::MemPageAdd, 0xc000_0100_0000_0001, 0x0000_0000_0000_0000, 0x0),
    (Leaf::MemPageAdd, 0xc000_0608_0000_0000, 0x0000_0000_0000_0000, 0x0),
    (Leaf::MemPageAdd, 0xc000_0b00_0000_0001, 0x8000_0000_0000_0000, 0x1),
    (Leaf::MemPageAdd, 0xc000_0b0d_0000_0001, 0x8000_0000_4026_80f0, 0x300),
    (Leaf::MemSeptAdd, 0x0000_0000_0000_0000, 0x0000_0000_0000_0000, 0x0),
    (Leaf::MemSeptAdd, 0xc000_0100_0000_0001, 0x0000_0000_0000_0000, 0x0),
    (Leaf::MemSeptAdd, 0xc000_0608_0000_0000, 0x0000_0000_0000_0000, 0x0),
    (Leaf::MemSeptAdd, 0xc000_0b0d_0000_0001, 0x0000_0000_0000_0007, 0x8401),
    (Leaf::MemPageRelocate, 0x0000_0000_0000_0000, 0x0000_0000_4080_1000, 0x0),
    (Leaf::MemPageRelocate, 0xc000_0100_0000_0001, 0x0000_0000_0000_0000, 0x0),
    (Leaf::MemPageRelocate, 0xc000_0100_0000_0002, 0x0000_0000_0000_0000, 0x0),
    (Leaf::MemPageRelocate, 0xc000_0300_0000_0002, 0x0000_0000_0000_0000, 0x0),
    (Leaf::MemPageRelocate, 0xc000_0300_0000_0008, 0x0000_0000_0000_0000, 0x0),
    (Leaf::MemPageRelocate, 0xc000_0b00_0000_0001, 0x8000_0000_4040_00f0, 0x201),
    (Leaf::MemPageRelocate, 0xc000_0b06_0000_0001, 0x8000_0000_4024_d0f7, 0x400),
    (Leaf::MemPageRelocate, 0xc000_0b08_0000_0001, 0x0000_0000_0000_0000, 0x0),
    (Leaf::MemPageRelocate, 0xc000_0b0d_0000_0001, 0x8000_0000_0000_0000, 0x0),
    (Leaf::MemPageAug, 0x0000_0000_0000_0000, 0x0000_0000_0000_0000, 0x0),
    (Leaf::MemPageAug, 0x8000_0200_0000_0002, 0x0000_0000_0000_0000, 0x0),
    (Leaf::MemPageAug, 0x8000_0200_0000_0092, 0x0000_0000_0000_0000, 0x0),
    (Leaf::MemPageAug, 0x8000_0200_0000_00ac, 0x0000_0000_0000_0000, 0x0),
    (Leaf::MemPageAug, 0xc000_0100_0000_0002, 0x0000_0000_0000_0000, 0x0),
    (Leaf::MemPageAug, 0xc000_0300_0000_0002, 0x0000_0000_0000_0000, 0x0),
    (Leaf::MemPageAug, 0xc000_0300_0000_0008, 0x0000_0000_0000_0000, 0x0),
    (Leaf::MemPageAug, 0xc000_0608_0000_0000, 0x0000_0000_0000_0000, 0x0),
    (Leaf::MemPageAug, 0xc000_0b00_0000_0001, 0x8000_0000_4040_00f0, 0x201),
    (Leaf::MemPageAug, 0xc000_0b0d_0000_0001, 0x0000_0000_0000_0007, 0x8401),
    (Leaf::MemRangeBlock, 0x0000_0000_0000_0000, 0x0000_0000_0000_0000, 0x0),
    (Leaf::MemRangeBlock, 0x0000_0b07_0000_0001, 0x8000_0000_4020_20f0, 0x300),
    (Leaf::MemRangeBlock, 0x8000_0200_0000_0002, 0x0000_0000_0000_0000, 0x0),
    (Leaf::MemRangeBlock, 0x8000_0200_0000_0092, 0x0000_0000_0000_0000, 0x0),
    (Leaf::MemRangeBlock, 0x8000_0200_0000_00ac, 0x0000_0000_0000_0000, 0x0),
    (Leaf::MemRangeBlock, 0xc000_0100_0000_0001, 0x0000_0000_0000_0000, 0x0),
    (Leaf::MemRangeBlock, 0xc000_0100_0000_0002, 0x0000_0000_0000_0000, 0x0),
    (Leaf::MemRangeBlock, 0xc000_0300_0000_0002, 0x0000_0000_0000_0000, 0x0),
    (Leaf::MemRangeBlock, 0xc000_0b00_0000_0001, 0x8000_0000_4040_00f0, 0x201),
    (Leaf::MemRangeBlock, 0xc000_0b0d_0000_0001, 0x8000_0000_0000_0000, 0x0),
    (Leaf::MemPageDemote, 0x0000_0000_0000_0000, 0x0000_0000_0000_0000, 0x0),
    (Leaf::MemPageDemote, 0xc000_0100_0000_0001, 0x0000_0000_0000_0000, 0x0),
    (Leaf::MemPageDemote, 0xc000_0100_0000_0002, 0x0000_0000_0000_0000, 0x0),
    (Leaf::MemPageDemote, 0xc000_0300_0000_0002, 0x0000_0000_0000_0000, 0x0),
    (Leaf::MemPageDemote, 0xc000_0300_0000_0008, 0x0000_0000_0000_0000, 0x0),
    (Leaf::MemPageDemote, 0xc000_0b06_0000_0001, 0x8000_0000_4040_00f7, 0x401),
    (Leaf::MemPageDemote, 0xc000_0b08_0000_0001, 0x0000_0000_0000_0000, 0x0),
    (Leaf::MemPageDemote, 0xc000_0b0d_0000_0001, 0x0000_0000_0000_0007, 0x8401),
    (Leaf::MrExtend, 0x0000_0000_0000_0000, 0x0000_0000_0000_0000, 0x0),
    (Leaf::MrExtend, 0xc000_0608_0000_0000, 0x0000_0000_0000_0000, 0x0),
    (Leaf::MrExtend, 0xc000_0b03_0000_0000, 0x0000_0000_0000_0000, 0x0),
    (Leaf::MrExtend, 0xc000_0b03_0000_0001, 0x8000_0000_0000_0000, 0x0),
    (Leaf::MrFinalize, 0x0000_0000_0000_0000, 0x0000_0000_0000_0000, 0x0),
    (Leaf::MrFinalize, 0x8000_0200_0000_0001, 0x0000_0000_0000_0000, 0x0),
    (Leaf::MrFinalize, 0xc000_0608_0000_0000, 0x0000_0000_0000_0000, 0x0),
    (Leaf::MemPagePromote, 0x0000_0000_0000_0000, 0x0000_0000_4000_9000, 0x0),
    (Leaf::MemPagePromote, 0x8000_0200_0000_0002, 0x0000_0000_0000_0000, 0x0),
    (Leaf::MemPagePromote, 0x8000_0200_0000_0092, 0x0000_0000_0000_0000, 0x0),
    (Leaf::MemPagePromote, 0x8000_0200_0000_00ac, 0x0000_0000_0000_0000, 0x0),
    (Leaf::MemPagePromote, 0xc000_0100_0000_0001, 0x0000_0000_0000_0000, 0x0),
    (Leaf::MemPagePromote, 0xc000_0100_0000_0002, 0x0000_0000_0000_0000, 0x0),
    (Leaf::MemPagePromote, 0xc000_0300_0000_0002, 0x0000_0000_0000_0000, 0x0),
    (Leaf::MemPagePromote, 0xc000_0b00_0000_0001, 0x0000_0000_0000_0000, 0x8102),
    (Leaf::MemPagePromote, 0xc000_0b06_0000_0001, 0x0000_0000_0000_0007, 0x8401),
    (Leaf::MemPagePromote, 0xc000_0b08_0000_0001, 0x0000_0000_0000_0000, 0x0),
    (Leaf::MemPagePromote, 0xc000_0b09_0000_0001, 0x0000_0000_0000_0007, 0x8401),
    (Leaf::MemPagePromote, 0xc000_0b0d_0000_0001, 0x8000_0000_0000_0000, 0x1),
    (Leaf::PhymemPageRdmd, 0x0000_0000_0000_0000, 0x0000_0000_0000_0000, 0x0),
    (Leaf::MemSeptRd, 0x0000_0000_0000_0000, 0x8000_0000_4040_00f0, 0x201),
    (Leaf::MemSeptRd, 0x8000_0200_0000_00ac, 0x0000_0000_0000_0000, 0x0),
    (Leaf::MemSeptRd, 0xc000_0100_0000_0001, 0x0000_0000_0000_0000, 0x0),
    (Leaf::MemSeptRd, 0xc000_0100_0000_0002, 0x0000_0000_0000_0000, 0x0),
    (Leaf::MemSeptRd, 0xc000_0b00_0000_0001, 0x0000_0000_0000_0000, 0x8101),
    (Leaf::PhymemPageReclaim, 0x0000_0000_0000_0000, 0x0000_0000_0000_0003, 0x4000_0000),
    (Leaf::PhymemPageReclaim, 0xc000_0300_0000_0001, 0x0000_0000_0000_0000, 0x0),
    (Leaf::MemPageRemove, 0x0000_0000_0000_0000, 0x0000_0000_4023_9000, 0x0),
    (Leaf::MemPageRemove, 0x8000_0200_0000_0002, 0x0000_0000_0000_0000, 0x0),
    (Leaf::MemPageRemove, 0x8000_0200_0000_00ac, 0x0000_0000_0000_0000, 0x0),
    (Leaf::MemPageRemove, 0xc000_0100_0000_0001, 0x0000_0000_0000_0000, 0x0),
    (Leaf::MemPageRemove, 0xc000_0100_0000_0002, 0x0000_0000_0000_0000, 0x0),
    (Leaf::MemPageRemove, 0xc000_0b00_0000_0001, 0x8000_0000_4040_00f0, 0x201),
    (Leaf::MemPageRemove, 0xc000_0b06_0000_0001, 0x8000_0000_4040_00f0, 0x201),
    (Leaf::MemPageRemove, 0xc000_0b08_0000_0001, 0x0000_0000_0000_0000, 0x0),
    (Leaf::MemPageRemove, 0xc000_0b0d_0000_0001, 0x8000_0000_0000_0000, 0x0),
    (Leaf::MemSeptRemove, 0x0000_0000_0000_0000, 0x0000_0000_4026_9000, 0x0),
    (Leaf::MemSeptRemove, 0xc000_0100_0000_0001, 0x0000_0000_0000_0000, 0x0),
    (Leaf::MemSeptRemove, 0xc000_0100_0000_0002, 0x0000_0000_0000_0000, 0x0),
    (Leaf::MemSeptRemove, 0xc000_0300_0000_0002, 0x0000_0000_0000_0000, 0x0),
    (Leaf::MemSeptRemove, 0xc000_0b06_0000_0001, 0x0000_0000_0000_0007, 0x8401),
    (Leaf::MemSeptRemove, 0xc000_0b08_0000_0001, 0x0000_0000_0000_0000, 0x0),
    (Leaf::MemSeptRemove, 0xc000_0b0d_0000_0001, 0x8000_0000_4040_00f7, 0x401),
    (Leaf::MemSeptRemove, 0xc000_0b0e_0000_0001, 0x0000_0000_0000_0000, 0x8101),
    (Leaf::MemTrack, 0x0000_0000_0000_0000, 0x0000_0000_0000_0000, 0x0),
    (Leaf::MemTrack, 0x8000_0200_0000_0001, 0x0000_0000_0000_0000, 0x0),
    (Leaf::MemTrack, 0x8000_0200_0000_00a9, 0x0000_0000_0000_0000, 0x0),
    (Leaf::MemTrack, 0x8000_0200_0000_00ac, 0x0000_0000_0000_0000, 0x0),
    (Leaf::MemTrack, 0x8000_0201_0000_0000, 0x0000_0000_0000_0000, 0x0),
    (Leaf::MemRangeUnblock, 0x0000_0000_0000_0000, 0x0000_0000_0000_0000, 0x0),
    (Leaf::MemRangeUnblock, 0xc000_0100_0000_0001, 0x0000_0000_0000_0000, 0x0),
    (Leaf::MemRangeUnblock, 0xc000_0100_0000_0002, 0x0000_0000_0000_0000, 0x0),
    (Leaf::MemRangeUnblock, 0xc000_0300_0000_0002, 0x0000_0000_0000_0000, 0x0),
    (Leaf::MemRangeUnblock, 0xc000_0b00_0000_0001, 0x8000_0000_4040_00f0, 0x201),
    (Leaf::MemRangeUnblock, 0xc000_0b08_0000_0092, 0x0000_0000_0000_0000, 0x0),
    (Leaf::MemRangeUnblock, 0xc000_0b0d_0000_0001, 0x8000_0000_0000_0000, 0x0),
];
