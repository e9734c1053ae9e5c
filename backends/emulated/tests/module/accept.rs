//! The guest's side: pages taken into use, in pieces; what it cannot have; what the host is told.

use crate::td::{Answer, Td, page_of};
use pt_core::Hpa;
use pt_emulated::tdx::guest::{Accepted, Access, Exception, Touched};
use pt_emulated::tdx::sept::Entry;
use pt_emulated::tdx::{KeyId, Memory};
use pt_tdx::module::SeptState;
use pt_tdx::{Leaf, Operand, Registers, SeptLevel, Status, StatusCode as Code};

const LARGE: u64 = 0x4040_0000;
const PD: u64 = 1;
const PENDING: u64 = 0x8100_0000_0000_00f0;
const TOLD: u64 = 0x8000_0000_0000_00f0;
const MAPPED: u64 = 0x8000_0000_0000_00f7;

#[test]
fn a_small_page_is_cleared_and_not_interrupted() {
    let td = Td::runnable();
    td.must(Leaf::MemPageAug, 0x1000, page_of(9));
    td.module.memory().fill(Hpa::new(page_of(9)), KeyId(33), 0xaaaa);
    td.module.set_interrupt(Some(0));
    let mut guest = td.enter(0).unwrap();
    assert_eq!(guest.accept(0x1000), Accepted::Returned(Status::SUCCESS));
    assert_eq!(td.entry(0x1000, SeptLevel::Pt).bits(), MAPPED | page_of(9));
    assert_eq!(td.module.memory().load(Hpa::new(page_of(9) + 0xff8), KeyId(33)), 0);
    assert_eq!(guest.access(0x1234, Access::Write), Touched::Private(Hpa::new(page_of(9) + 0x234)));
    assert_eq!(guest.accept(0x1000), Accepted::Returned(Code::PageAlreadyAccepted.into()));
}

#[test]
fn a_large_page_is_cleared_chunk_by_chunk() {
    let td = Td::runnable();
    let info = 0x20_0000 | PD;
    td.must(Leaf::MemPageAug, info, LARGE);
    for chunk in [0, 1, 7, 8, 511] {
        td.module.memory().store(Hpa::new(LARGE + (chunk << 12)), KeyId(33), 1);
    }
    let mut guest = td.enter(0).unwrap();
    td.module.set_interrupt(Some(7));
    assert_eq!(guest.accept(info), Accepted::Interrupted);
    assert_eq!(td.entry(info, SeptLevel::Pd).bits(), PENDING | LARGE | 8 << 12, "8 chunks, and unlocked");
    let dirty = |chunk: u64| td.module.memory().load(Hpa::new(LARGE + (chunk << 12)), KeyId(33));
    assert_eq!([0, 7, 8, 511].map(dirty), [0, 0, 1, 1]);
    assert_eq!(guest.accept(info), Accepted::Interrupted, "one more, since it stays pending");
    assert_eq!(td.entry(info, SeptLevel::Pd).accepted(), 9);
    td.module.set_interrupt(None);
    assert_eq!(guest.accept(info), Accepted::Returned(Status::SUCCESS));
    assert_eq!(td.entry(info, SeptLevel::Pd).bits(), MAPPED | LARGE);
    assert_eq!([0, 7, 8, 511].map(dirty), [0; 4]);
}

/// What the host sees of a page that is partly accepted: some leaves clean the entry first, some do not.
#[test]
fn the_count_of_accepted_chunks_shows_where_the_module_forgets_it() {
    let td = Td::runnable();
    let info = 0x20_0000 | PD;
    td.must(Leaf::MemPageAug, info, LARGE);
    td.module.set_interrupt(Some(4));
    assert_eq!(td.enter(0).unwrap().accept(info), Accepted::Interrupted);
    let leaked = TOLD | LARGE | 5 << 12;
    let leak = |code| Answer::with(code, leaked, 0x201);
    assert_eq!(td.call(Leaf::MemSeptRd, info, 0), leak(Status::SUCCESS));
    assert_eq!(td.call(Leaf::MemPageAug, 0x20_3000, 7), leak(Code::EptWalkFailed | Operand::Rcx));
    assert_eq!(td.call(Leaf::MemPagePromote, info, 0), leak(Code::EptEntryStateIncorrect | Operand::Rcx));
    let clean = Answer::with(Code::GpaRangeNotBlocked | Operand::Rcx, TOLD | LARGE, 0x201);
    assert_eq!(td.call(Leaf::MemPageRemove, info, 0), clean);
    assert_eq!(td.call(Leaf::MemPageDemote, info, 7), clean);
    td.block(info);
    assert_eq!(td.entry(info, SeptLevel::Pd).bits(), 0x8180_0000_0000_00f0 | LARGE, "blocking begins anew");
    assert_eq!(td.must(Leaf::MemPageRemove, info, 0), LARGE);
}

#[test]
fn what_cannot_be_accepted_is_told_to_guest_or_host() {
    let td = Td::runnable();
    let info = 0x20_0000 | PD;
    td.must(Leaf::MemPageAug, info, LARGE);
    let exit = |gpa: u64, page_info: u64| match td.enter(1).unwrap().accept(page_info) {
        Accepted::Exit(exit) => {
            let Registers { rax, rcx, rdx, r8, r9, .. } = *exit.registers();
            assert_eq!((rax, r8, r9), (48, gpa, 0));
            (rcx, rdx & 0xf, rdx >> 32)
        }
        other => panic!("{other:?}"),
    };
    let found = |wanted: u64, level: u64, state: u64, leaf: u64| (2, 1, wanted | level << 3 | state << 6 | leaf << 14);
    assert_eq!(exit(0x20_3000, 0x20_3000), found(0, 1, 2, 1), "a large page that is pending");
    assert_eq!(exit(0x5000, 0x5000), found(0, 0, 0, 0), "nothing");
    assert_eq!(exit(0x40_0000, 0x40_0000), found(0, 1, 0, 0), "no table");
    assert_eq!(exit(0x1_0000_0000, 0x1_0000_0000 | PD), found(1, 2, 0, 0));
    td.must(Leaf::MemRangeBlock, PD, 0);
    assert_eq!(exit(0x5000, 0x5000), found(0, 1, 129, 0), "a blocked table");
    let mut guest = td.enter(0).unwrap();
    let status = |guest: &mut pt_emulated::tdx::guest::Inside<'_, _>, info| match guest.accept(info) {
        Accepted::Returned(status) => status,
        other => panic!("{other:?}"),
    };
    let mismatch = Status::from_bits(Code::PageSizeMismatch.into_bits() | 1);
    assert_eq!(status(&mut guest, PD), mismatch);
    for refused in [2, 8, 1 << 52, PD | 0x1000, 1 << 47] {
        assert_eq!(status(&mut guest, refused), Code::OperandInvalid | Operand::Rcx, "{refused:#x}");
    }
    assert_eq!(status(&mut guest, info), Status::SUCCESS);
    let already = Status::from_bits(Code::PageAlreadyAccepted.into_bits() | 1);
    assert_eq!((status(&mut guest, 0x20_3000), status(&mut guest, info)), (already, already));
}

#[test]
fn a_host_at_work_on_the_entry_goes_first() {
    let td = Td::runnable();
    td.must(Leaf::MemPageAug, 0, page_of(9));
    let entry = td.entry(0, SeptLevel::Pt).bits();
    let force = |bits| td.module.force_entry(td.structure(), 0, SeptLevel::Pt, Entry(bits));
    let mut guest = td.enter(0).unwrap();
    let busy = Accepted::Returned(Code::OperandBusy | Operand::Rcx);
    force(entry | Entry::LOCK);
    assert_eq!(guest.accept(0), busy);
    assert_eq!(td.entry(0, SeptLevel::Pt).bits(), entry | Entry::LOCK, "a guest leaves no mark");
    force(entry | Entry::HOST_PRIORITY);
    assert_eq!(guest.accept(0), busy, "told by the older code");
    assert_eq!(td.entry(0, SeptLevel::Pt).bits(), entry | Entry::HOST_PRIORITY);
    td.call(Leaf::MemSeptRd, 0, 0);
    assert_eq!(guest.accept(0), Accepted::Returned(Status::SUCCESS));
}

#[test]
fn an_access_to_a_pending_page_raises_an_exception_or_leaves() {
    let td = Td::runnable();
    td.must(Leaf::MemPageAug, 0x1000, page_of(9));
    let mut guest = td.enter(0).unwrap();
    let raised = Exception::Virtualization { qualification: 2, gpa: 0x1008 };
    assert_eq!(guest.access(0x1008, Access::Write), Touched::Exception(raised));
    assert_eq!(guest.access(0x1008, Access::Read), Touched::Exception(Exception::DoubleFault));
    assert!(guest.exception_information() && !guest.exception_information());
    assert!(matches!(guest.access(0x1008, Access::Read), Touched::Exception(Exception::Virtualization { .. })));
    td.structure().attributes.store(1 << 28, core::sync::atomic::Ordering::Release);
    let Touched::Exit(exit) = guest.access(0x1008, Access::Fetch) else { panic!() };
    let Registers { rax, rcx, rdx, r8, .. } = *exit.registers();
    assert_eq!((rax, rcx, rdx, r8), (48, 4, 6, 0x1000));
    assert_eq!(guest.access(1 << 47, Access::Read), Touched::Shared);
    assert_eq!(guest.access(1 << 48, Access::Read), Touched::Exception(Exception::PageFault));
}

#[test]
fn a_page_that_is_blocked_for_writing_can_be_read() {
    let td = Td::runnable();
    td.must(Leaf::MemPageAug, 0, page_of(9));
    let mut guest = td.enter(0).unwrap();
    let entry =
        Entry::leaf(SeptState::BlockedW, Hpa::new(page_of(9)), pt_emulated::tdx::sept::Permissions::ReadExecute);
    td.module.force_entry(td.structure(), 0, SeptLevel::Pt, entry);
    assert_eq!(guest.access(8, Access::Read), Touched::Private(Hpa::new(page_of(9) + 8)));
    let Touched::Exit(exit) = guest.access(8, Access::Write) else { panic!() };
    assert_eq!(exit.registers().rcx, 0b10_1010, "a write, where reads and fetches are allowed");
}

#[test]
fn a_guest_passes_the_registers_that_it_selects() {
    let td = Td::runnable();
    let mut guest = td.enter(0).unwrap();
    let registers = Registers { rcx: 1 << 11 | 1 << 3, rbx: 3, rdx: 2, r11: 11, r12: 12, ..Registers::default() };
    let exit = guest.vmcall(&registers).unwrap();
    let expected = Registers { rax: 77, rcx: registers.rcx, rbx: 3, r11: 11, ..Registers::default() };
    assert_eq!(*exit.registers(), expected);
    for refused in [1, 2, 1 << 4, 1 << 32] {
        let status = guest.vmcall(&Registers { rcx: refused, ..registers });
        assert_eq!(status.unwrap_err(), Code::OperandInvalid | Operand::Rcx);
    }
}

#[test]
fn a_vcpu_that_faults_at_one_instruction_again_and_again_is_held_back() {
    let td = Td::runnable();
    for fault in 0..7 {
        let mut guest = td.enter(0).unwrap_or_else(|status| panic!("{fault}: {status}"));
        assert!(matches!(guest.access(0x3000, Access::Read), Touched::Exit(_)));
    }
    let registers = Registers { rcx: crate::td::TDVPR, ..Registers::call(Leaf::VpEnter) };
    let held_back = td.module.enter(&registers).unwrap_err();
    assert_eq!((held_back.rax, held_back.rcx, held_back.rdx, held_back.r8), (48, 2, 0, 0x3000));
    assert_eq!(td.structure().epoch.inside(1), 0, "it does not count as inside");
    td.module
        .hold(Hpa::new(crate::td::TDR), pt_emulated::tdx::Lock::Tree, pt_emulated::tdx::lock::Mode::Shared)
        .unwrap();
    assert_eq!(td.enter(0).unwrap_err(), Code::OperandBusy | Operand::SeptTree);
    td.module.release(Hpa::new(crate::td::TDR), pt_emulated::tdx::Lock::Tree, pt_emulated::tdx::lock::Mode::Shared);
    td.must(Leaf::MemPageAug, 0x3000, page_of(9));
    td.enter(1).unwrap().accept(0x3000);
    assert!(td.enter(0).is_ok(), "the page is there now");
}

/// A guest that is let run again and again without getting anywhere is not let run any more.
#[test]
fn a_vcpu_that_faults_at_one_instruction_is_entered_when_its_pages_are_mapped() {
    let td = Td::runnable();
    let touch = || match td.enter(0).map(|mut guest| guest.access(0x1234, Access::Read)) {
        Ok(Touched::Exit(exit)) => exit.registers().rcx,
        other => panic!("{other:?}"),
    };
    let refused = || td.enter(0).map(drop).err() == Some(Status::from_bits(48));
    assert_eq!([(); 7].map(|()| touch()), [1; 7]);
    assert!(refused(), "the seventh violation is noted");
    td.must(Leaf::MemPageAug, 0x1000, page_of(9));
    assert!(refused(), "a pending page faults too");
    td.must(Leaf::MemRangeBlock, 0x1000, 0);
    td.track();
    td.must(Leaf::MemPageRemove, 0x1000, 0);
    assert_eq!(td.structure().epoch.inside(0) + td.structure().epoch.inside(1), 0);
    assert!(refused());
    let mapped = Entry(MAPPED | page_of(9));
    assert!(td.module.force_entry(td.structure(), 0x1000, SeptLevel::Pt, mapped));
    assert!(!refused());
}
