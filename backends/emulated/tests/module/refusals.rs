//! Of several reasons to refuse a call, the one that the module finds first.

use crate::td::{Answer, FREE, KEY, TDR, Td, page_of};
use core::sync::atomic::Ordering;
use pt_core::Hpa;
use pt_emulated::tdx::Lock;
use pt_emulated::tdx::lock::Mode;
use pt_emulated::tdx::module::SystemState;
use pt_emulated::tdx::sept::Entry;
use pt_emulated::tdx::td::OpState;
use pt_tdx::{Leaf, Operand, Registers, Seamcall, SeptLevel, Status, StatusCode as Code};

/// Leaves that take an entry in RCX and a TDR page in RDX, held shared.
const ON_ENTRY: [Leaf; 9] = [
    Leaf::MemSeptAdd,
    Leaf::MemSeptRd,
    Leaf::MemSeptRemove,
    Leaf::MemPageAug,
    Leaf::MemPageRemove,
    Leaf::MemRangeBlock,
    Leaf::MemRangeUnblock,
    Leaf::MemPageDemote,
    Leaf::MemPagePromote,
];

/// A level that every one of [`ON_ENTRY`] takes.
const PD: u64 = 1;

#[test]
fn rax_is_looked_at_before_everything_else() {
    let td = Td::runnable();
    let invalid = Code::OperandInvalid | Operand::Rax;
    let status = |rax| td.registers(Registers { rax, rcx: 7, rdx: 7, ..Registers::default() }).status;
    for rax in [1 << 24, 1 << 32 | 6, 1 << 16 | 6, 2 << 16 | 3, 2 << 16 | 0x17, 54, 0xffff] {
        assert_eq!(status(rax), invalid, "{rax:#x}");
    }
    td.module.set_system_state(SystemState::NotReady);
    assert_eq!(
        (status(6), status(54), status(1 << 16 | 6)),
        (Code::SysNotReady.into(), Code::SysNotReady.into(), invalid)
    );
    td.module.set_system_state(SystemState::Shutdown);
    assert_eq!((status(6), status(54)), (Code::SysShutdown.into(), Code::SysShutdown.into()));
}

#[test]
fn a_version_that_is_too_new_is_refused_after_rcx_and_rdx_are_zeroed() {
    let td = Td::runnable();
    for leaf in [Leaf::MemSeptAdd, Leaf::MemPagePromote, Leaf::MemSeptRemove] {
        let registers = Registers { rcx: 1, rdx: TDR, ..Registers::call_version(leaf, 2) };
        assert_eq!(td.registers(registers), Answer::refused(Code::OperandInvalid | Operand::Rax), "{leaf}");
    }
}

#[test]
fn the_tdr_page_comes_before_the_entry() {
    let td = Td::runnable();
    for (rdx, code) in [
        (TDR + 0x800, Code::OperandInvalid),
        (TDR | KEY << 46, Code::OperandInvalid),
        (TDR | 1 << 52, Code::OperandInvalid),
        (0x10_0000, Code::OperandAddrRangeError),
        (0xc000_0000, Code::OperandAddrRangeError),
        (FREE, Code::PageMetadataIncorrect),
        (0x7f00_0000, Code::PageMetadataIncorrect),
    ] {
        for leaf in ON_ENTRY {
            let answer = td.raw(leaf, u64::MAX, rdx, 7);
            assert_eq!(answer, Answer::refused(code | Operand::Rdx), "{leaf} {rdx:#x}");
        }
    }
}

#[test]
fn the_td_must_live_and_be_in_a_state_for_the_leaf() {
    let td = Td::runnable();
    let all = |expected: Status| {
        for leaf in ON_ENTRY {
            assert_eq!(td.call(leaf, u64::MAX, 7), Answer::refused(expected), "{leaf}");
        }
    };
    td.structure().force_op_state(OpState::Uninitialized);
    all(Code::OpStateIncorrect.into());
    td.module.hold(Hpa::new(TDR), Lock::OpState, Mode::Exclusive).unwrap();
    all(Code::OperandBusy | Operand::OpState);
    td.module.release(Hpa::new(TDR), Lock::OpState, Mode::Exclusive);
    td.structure().tdcx_count.store(5, Ordering::Release);
    all(Code::TdcsNotAllocated.into());
    td.structure().fatal.store(true, Ordering::Release);
    all(Code::TdFatal.into());
    td.module.hold(Hpa::new(TDR), Lock::Tdr, Mode::Exclusive).unwrap();
    all(Code::OperandBusy | Operand::Rdx);
}

#[test]
fn address_and_level_come_before_the_tree() {
    let td = Td::runnable();
    td.module.hold(Hpa::new(TDR), Lock::Tree, Mode::Exclusive).unwrap();
    for leaf in ON_ENTRY {
        for info in [PD | 8, PD | 1 << 52, PD | 1 << 63, PD | 0x1000, PD | 1 << 47, PD | 1 << 51, 4, 7] {
            assert_eq!(
                td.call(leaf, info, 7),
                Answer::refused(Code::OperandInvalid | Operand::Rcx),
                "{leaf} {info:#x}"
            );
        }
        assert_eq!(td.call(leaf, PD | 1 << 46, 7), Answer::refused(Code::OperandBusy | Operand::SeptTree), "{leaf}");
    }
    td.module.release(Hpa::new(TDR), Lock::Tree, Mode::Exclusive);
    let walk_failed = Answer::with(Code::EptWalkFailed | Operand::Rcx, 1 << 63, 3);
    for leaf in ON_ENTRY {
        assert_eq!(td.call(leaf, PD | 1 << 46, 7), walk_failed, "{leaf}");
    }
}

#[test]
fn each_leaf_takes_its_own_levels() {
    let td = Td::runnable();
    for (leaf, levels) in [
        (Leaf::MemSeptAdd, 1..=3),
        (Leaf::MemSeptRd, 0..=3),
        (Leaf::MemSeptRemove, 1..=3),
        (Leaf::MemPageAug, 0..=1),
        (Leaf::MemPageRemove, 0..=2),
        (Leaf::MemPageRelocate, 0..=0),
        (Leaf::MemRangeBlock, 0..=3),
        (Leaf::MemRangeUnblock, 0..=3),
        (Leaf::MemPageDemote, 1..=2),
        (Leaf::MemPagePromote, 1..=2),
    ] {
        for level in 0..8 {
            let answer = td.call(leaf, level, FREE + 0xf000);
            let refused = answer == Answer::refused(Code::OperandInvalid | Operand::Rcx);
            assert_eq!(refused, !levels.contains(&level), "{leaf} {level}");
            td.call(Leaf::MemRangeUnblock, level, 0);
        }
    }
}

#[test]
fn a_locked_entry_is_shown_and_marked() {
    let td = Td::runnable();
    let locked = Entry(Entry::FREE.bits() | Entry::LOCK);
    assert!(td.module.force_entry(td.structure(), 0, SeptLevel::Pt, locked));
    let busy = Answer::with(Code::OperandBusy | Operand::Rcx, 1 << 63, 0);
    assert_eq!(td.call(Leaf::MemPageAug, 0, 7), busy, "before R8 is looked at");
    let marked = td.entry(0, SeptLevel::Pt).bits();
    assert_eq!(marked, locked.bits() | Entry::HOST_PRIORITY);
    assert!(td.module.force_entry(td.structure(), 0, SeptLevel::Pt, Entry(marked & !Entry::LOCK)));
    td.must(Leaf::MemSeptRd, 0, 0);
    assert_eq!(td.entry(0, SeptLevel::Pt), Entry::FREE, "the next host that gets it takes the mark away");
}

#[test]
fn the_new_page_comes_last() {
    let td = Td::runnable();
    let invalid = Code::OperandInvalid | Operand::R8;
    let metadata = Code::PageMetadataIncorrect | Operand::R8;
    let pages = [
        (page_of(9) + 0x200, invalid),
        (page_of(9) | KEY << 46, invalid),
        (page_of(9) | 1 << 52, invalid),
        (0x10_0000, Code::OperandAddrRangeError | Operand::R8),
        (page_of(0), metadata),
        (TDR + 0x1000, metadata),
        (0x7f00_0000, metadata),
        (TDR, Code::OperandBusy | Operand::R8),
    ];
    td.must(Leaf::MemPageAug, 0x1000, page_of(8));
    td.block(0x1000);
    for (page, status) in pages {
        assert_eq!(td.call(Leaf::MemPageAug, 0, page), Answer::refused(status), "AUG {page:#x}");
        assert_eq!(td.call(Leaf::MemPageRelocate, 0x1000, page), Answer::refused(status), "RELOCATE {page:#x}");
        let with_flag = td.call(Leaf::MemSeptAdd, PD | 0x20_0000, page | 1 << 63);
        assert_eq!(with_flag, Answer::refused(status), "SEPT.ADD {page:#x}: bit 63 is ignored");
    }
    let large = td.call(Leaf::MemPageAug, PD | 0x20_0000, FREE + 0x1000);
    assert_eq!(large, Answer::refused(invalid), "a large page is aligned to its size");
    assert_eq!(td.call(Leaf::MemPageAug, 0x1000, 7).status, Code::EptEntryStateIncorrect | Operand::Rcx);
    assert_eq!(td.call(Leaf::MemPageRelocate, 0x1000, page_of(8)), Answer::refused(invalid), "the page itself");
}

/// The comparison with the mapped page comes before the page is looked at, and is one of 52 bits.
#[test]
fn a_page_is_not_relocated_to_itself_whatever_is_set_above_its_address() {
    let td = Td::runnable();
    td.must(Leaf::MemPageAug, 0, page_of(8));
    let invalid = Answer::refused(Code::OperandInvalid | Operand::R8);
    let not_blocked = Code::GpaRangeNotBlocked | Operand::Rcx;
    for (page, refused) in [
        (page_of(8), true),
        (page_of(8) | 1 << 52, true),
        (page_of(8) | 1 << 63, true),
        (page_of(8) | KEY << 46, false),
        (page_of(8) | 0x800, false),
        (page_of(9) | 1 << 52, false),
    ] {
        let answer = td.call(Leaf::MemPageRelocate, 0, page);
        assert_eq!((answer == invalid, answer.status == not_blocked), (refused, !refused), "{page:#x}");
    }
}

#[test]
fn a_page_is_added_from_memory_that_the_host_shares() {
    let td = Td::initialized();
    let add = |source, target| {
        let registers = Registers { rcx: 0, rdx: TDR, r8: target, r9: source, ..Registers::call(Leaf::MemPageAdd) };
        td.registers(registers)
    };
    for source in [0x10_0010, 0x3000_0000, 0x10_0000 | KEY << 46, 1 << 52] {
        assert_eq!(add(source, 7), Answer::refused(Code::OperandInvalid | Operand::R9), "{source:#x}");
    }
    assert_eq!(add(0x10_0000, 7), Answer::refused(Code::OperandInvalid | Operand::R8));
    let locked = Entry(Entry::FREE.bits() | Entry::HOST_PRIORITY);
    assert!(td.module.force_entry(td.structure(), 0, SeptLevel::Pt, locked));
    assert_eq!(add(0x10_0000 | 31 << 46, page_of(9)), Answer::DONE, "any key of the host");
    assert_eq!(td.entry(0, SeptLevel::Pt).bits(), 0x8000_0000_0000_00f7 | page_of(9));
}

#[test]
fn a_table_that_exists_is_no_error_where_that_is_allowed() {
    let td = Td::runnable();
    let existing = Answer::with(Code::EptEntryStateIncorrect | Operand::Rcx, 7, 0x8401);
    assert_eq!(td.call(Leaf::MemSeptAdd, PD, page_of(9)), existing);
    assert_eq!(td.raw(Leaf::MemSeptAdd, PD, TDR | 1, 7), Answer::DONE, "and the new page is not looked at");
    assert_eq!(td.raw(Leaf::MemSeptAdd, PD, TDR | 2, 7), Answer::refused(Code::OperandInvalid | Operand::Rdx));
    assert_eq!(
        td.call(Leaf::MemSeptAdd, PD | 0x20_0000, u64::MAX),
        Answer::refused(Code::OperandInvalid | Operand::R8)
    );
    let version = |page, flag, others| {
        let mut registers = Registers {
            rcx: PD,
            rdx: TDR | flag,
            r8: page,
            r9: others,
            r10: u64::MAX,
            r11: u64::MAX,
            ..Registers::call_version(Leaf::MemSeptAdd, 1)
        };
        (td.module.seamcall(&mut registers).unwrap(), registers.r8)
    };
    assert_eq!(version(u64::MAX, 0, u64::MAX), (Status::SUCCESS, u64::MAX), "no table, and one is there");
    assert_eq!(version(page_of(9), 1, u64::MAX), (Status::SUCCESS, page_of(9) | 1 << 63), "not used");
    assert_eq!(version(page_of(9), 1, page_of(10)).0, Code::OperandInvalid | Operand::R9, "there is no L2 VM");
}
