//! Splitting and merging: entries, records, counts, interrupts.

use crate::td::{Answer, FREE, TDR, Td, page_of};
use pt_core::Hpa;
use pt_emulated::tdx::pamt::PageSize;
use pt_emulated::tdx::sept::Entry;
use pt_tdx::{Leaf, Operand, PageType, SeptLevel, Status, StatusCode as Code};

/// A free block of 2 MiB, and one of 1 GiB.
const LARGE: u64 = 0x4040_0000;
const HUGE: u64 = 0x8000_0000;
const PD: u64 = 1;
const PDPT: u64 = 2;

/// A TD with a pending 2 MiB page at 2 MiB.
fn with_large_page() -> Td {
    let td = Td::runnable();
    td.must(Leaf::MemPageAug, 0x20_0000 | PD, LARGE);
    td
}

#[test]
fn a_block_is_split_and_merged_again() {
    let td = with_large_page();
    let info = 0x20_0000 | PD;
    let children = td.children();
    assert_eq!(td.page(LARGE + 0x5000), (PageSize::Large, PageType::Regular));
    td.block(info);
    td.must(Leaf::MemPageDemote, info, page_of(9));
    assert_eq!(td.children(), children + 1);
    assert_eq!(td.page(LARGE + 0x5000), (PageSize::Small, PageType::Regular));
    assert_eq!(td.page(page_of(9)), (PageSize::Small, PageType::Ept));
    assert_eq!(td.entry(0x20_0000, SeptLevel::Pd).bits(), 0x8000_0000_0000_0007 | page_of(9));
    assert_eq!(td.entry(0x20_5000, SeptLevel::Pt).bits(), 0x8100_0000_0000_00f0 | (LARGE + 0x5000), "unblocked");

    td.block(info);
    assert_eq!(td.must(Leaf::MemPagePromote, info, 0), page_of(9));
    assert_eq!(td.children(), children);
    assert_eq!(td.page(LARGE + 0x5000), (PageSize::Large, PageType::Regular));
    assert_eq!(td.page(page_of(9)), (PageSize::Small, PageType::Nda));
    assert_eq!(td.entry(0x20_0000, SeptLevel::Pd).bits(), 0x8100_0000_0000_00f0 | LARGE);
    let record = td.module.page(Hpa::new(LARGE)).unwrap().1;
    assert_eq!((record.owner().as_u64(), record.epoch()), (TDR, 1), "the epoch is from before the split");
}

#[test]
fn a_page_of_1_gib_is_made_by_merging_and_can_be_split_and_removed() {
    let td = Td::runnable();
    let gpa = 0x4000_0000;
    td.table(gpa | PDPT, page_of(10));
    for block in (0..512).map(|block| block << 21) {
        td.must(Leaf::MemPageAug, (gpa + block) | PD, HUGE + block);
    }
    let children = td.children();
    td.block(gpa | PDPT);
    assert_eq!(td.must(Leaf::MemPagePromote, gpa | PDPT, 0), page_of(10));
    assert_eq!(td.page(HUGE + 0x12_3000), (PageSize::Huge, PageType::Regular));
    assert_eq!(td.children(), children - 1);
    let used = td.call(Leaf::MemPageAug, 0, HUGE + 0x3000);
    assert_eq!(used, Answer::refused(Code::PageMetadataIncorrect | Operand::R8));
    let walk_failed = Answer::with(Code::EptWalkFailed | Operand::Rcx, 0x8000_0000_0000_00f0 | HUGE, 0x202);
    assert_eq!(td.call(Leaf::MemRangeBlock, gpa | PD, 0), walk_failed);

    td.block(gpa | PDPT);
    td.must(Leaf::MemPageDemote, gpa | PDPT, page_of(10));
    assert_eq!(td.page(HUGE + 0x12_3000), (PageSize::Large, PageType::Regular));
    td.block(gpa | PDPT);
    td.must(Leaf::MemPagePromote, gpa | PDPT, 0);
    td.block(gpa | PDPT);
    assert_eq!(td.must(Leaf::MemPageRemove, gpa | PDPT, 0), HUGE);
    assert_eq!(td.children(), children - 1 - 262_144);
    assert_eq!(td.page(HUGE), (PageSize::Small, PageType::Nda));
    td.must(Leaf::MemPageAug, (0x20_0000) | PD, HUGE);
}

#[test]
fn only_what_lies_side_by_side_in_one_state_is_merged() {
    let invalid = |state: u64| Answer::with(Code::EptInvalidPromoteConditions | Operand::Rcx, 0, state);
    let td = Td::initialized();
    let conditions = invalid(0x8101);
    td.must(Leaf::MemRangeBlock, PD, 0);
    assert_eq!(td.call(Leaf::MemPagePromote, PD, 0), conditions, "nothing is mapped");
    td.must(Leaf::MemRangeUnblock, PD, 0);
    for page in (0..512).map(|page| page << 12) {
        td.must(Leaf::MemPageAug, page, LARGE + page);
    }
    let first = td.entry(0, SeptLevel::Pt);
    let forced = [
        (0x7000, Entry::FREE),
        (0x7000, td.entry(0x8000, SeptLevel::Pt)),
        (0x7000, Entry(td.entry(0x7000, SeptLevel::Pt).bits() | 1 << 57)),
        (0, first.with_frame(Hpa::new(LARGE + 0x1000))),
        (0, Entry(first.bits() | 1 << 55)),
    ];
    td.must(Leaf::MemRangeBlock, PD, 0);
    for (gpa, entry) in forced {
        td.must(Leaf::MemRangeUnblock, PD, 0);
        let before = td.entry(gpa, SeptLevel::Pt);
        td.module.force_entry(td.structure(), gpa, SeptLevel::Pt, entry);
        let locked = Entry(td.entry(0x9000, SeptLevel::Pt).bits());
        td.must(Leaf::MemRangeBlock, PD, 0);
        assert_eq!(td.call(Leaf::MemPagePromote, PD, 0), conditions, "{gpa:#x} {entry:?}");
        td.must(Leaf::MemRangeUnblock, PD, 0);
        assert_eq!(td.entry(0x9000, SeptLevel::Pt), locked, "every lock is given back");
        td.module.force_entry(td.structure(), gpa, SeptLevel::Pt, before);
        td.must(Leaf::MemRangeBlock, PD, 0);
    }
    td.must(Leaf::MemRangeUnblock, PD, 0);
    let held = td.entry(0x3000, SeptLevel::Pt);
    td.module.force_entry(td.structure(), 0x3000, SeptLevel::Pt, Entry(held.bits() | Entry::LOCK));
    let busy = Answer::with(Code::OperandBusy | Operand::Rcx, 7, 0x8401);
    assert_eq!(
        td.call(Leaf::MemPagePromote, PD, 0),
        busy,
        "one entry is locked; before finalisation nothing is blocked"
    );
    td.module.force_entry(td.structure(), 0x3000, SeptLevel::Pt, held);
    let pages = || (0..512).map(|page| page << 12);
    pages().for_each(|page| _ = td.must(Leaf::MemRangeBlock, page, 0));
    let alike = Answer::with(Code::EptInvalidPromoteConditions | Operand::Rcx, 7, 0x8401);
    assert_eq!(td.call(Leaf::MemPagePromote, PD, 0), alike, "all are blocked");
    pages().for_each(|page| _ = td.must(Leaf::MemRangeUnblock, page, 0));
    assert_eq!(td.must(Leaf::MemPagePromote, PD, 0), page_of(2));
    assert_eq!(td.entry(0, SeptLevel::Pd).bits(), 0x8100_0000_0000_00f0 | LARGE);
}

#[test]
fn an_interrupt_stops_splitting_and_merging_before_anything_has_changed() {
    let td = with_large_page();
    let info = 0x20_0000 | PD;
    td.block(info);
    let restartable = Answer::with(Code::InterruptedRestartable, info, TDR);
    let before = (td.entry(info, SeptLevel::Pd), td.children());
    td.module.set_interrupt(Some(0));
    assert_eq!(td.call(Leaf::MemPageDemote, info, page_of(9)), restartable);
    assert_eq!(td.raw(Leaf::MemPageDemote, info, TDR | 1, page_of(9)).rdx, TDR | 1);
    assert_eq!((td.entry(info, SeptLevel::Pd), td.children()), before);
    assert_eq!(td.page(page_of(9)), (PageSize::Small, PageType::Nda));

    td.module.set_interrupt(Some(1));
    td.must(Leaf::MemPageDemote, info, page_of(9));
    td.block(info);
    assert_eq!(td.call(Leaf::MemPagePromote, info, 0), restartable, "the second poll finds it");
    td.module.set_interrupt(None);
    assert_eq!(td.must(Leaf::MemPagePromote, info, 0), page_of(9));
}

#[test]
fn refusals_come_before_the_interrupt() {
    let td = with_large_page();
    td.module.set_interrupt(Some(0));
    let not_blocked = Answer::with(Code::GpaRangeNotBlocked | Operand::Rcx, 0x8000_0000_0000_00f0 | LARGE, 0x201);
    assert_eq!(td.call(Leaf::MemPageDemote, 0x20_0000 | PD, 7), not_blocked);
    td.must(Leaf::MemRangeBlock, 0x20_0000 | PD, 0);
    let untracked = Answer::refused(Code::TlbTrackingNotDone | Operand::Rcx);
    assert_eq!(td.call(Leaf::MemPageDemote, 0x20_0000 | PD, 7), untracked);
    td.track();
    assert_eq!(td.call(Leaf::MemPageDemote, 0x20_0000 | PD, 7), Answer::refused(Code::OperandInvalid | Operand::R8));
    assert_eq!(
        td.call(Leaf::MemPageDemote, 0x20_0000 | PD, LARGE + 0x1000),
        Answer::refused(Code::PageMetadataIncorrect | Operand::R8),
        "a table inside the block itself"
    );
}

#[test]
fn a_block_is_free_only_if_all_of_its_pages_are() {
    let td = Td::runnable();
    let refused = |operand| Answer::refused(operand);
    let info = 0x20_0000 | PD;
    td.must(Leaf::MemPageAug, 0, LARGE + 0x7000);
    let metadata = Code::PageMetadataIncorrect | Operand::R8;
    assert_eq!(td.call(Leaf::MemPageAug, info, LARGE), refused(metadata));
    td.block(0);
    td.must(Leaf::MemPageRelocate, 0, FREE + 0x5000);
    td.must(Leaf::MemPageAug, info, LARGE);
    assert_eq!(td.call(Leaf::MemPageAug, 0x1000, LARGE + 0x7000), refused(metadata), "a page of the block");
    assert_eq!(td.call(Leaf::MemPageAug, 0x40_0000 | PD, LARGE), refused(metadata), "the block");
    assert_eq!(td.call(Leaf::MemPageAug, 0x40_0000 | PD, 0x7f00_0000), refused(metadata), "reserved");
    let busy = Code::OperandBusy | Operand::R8;
    assert_eq!(td.call(Leaf::MemPageAug, 0x40_0000 | PD, TDR), refused(busy), "the leaf itself holds the TDR page");
}

#[test]
fn a_table_is_removed_when_it_is_empty() {
    let td = Td::runnable();
    td.must(Leaf::MemPageAug, 0x3000, page_of(9));
    let blocked = |code| Answer::with(code, 0, 0x8101);
    assert_eq!(td.call(Leaf::MemSeptRemove, PD, 0), Answer::with(Code::GpaRangeNotBlocked | Operand::Rcx, 7, 0x8401));
    td.must(Leaf::MemRangeBlock, PD, 0);
    assert_eq!(td.call(Leaf::MemSeptRemove, PD, 0), Answer::refused(Code::TlbTrackingNotDone | Operand::Rcx));
    td.track();
    assert_eq!(td.call(Leaf::MemSeptRemove, PD, 0), blocked(Code::EptPageNotFree | Operand::Rcx));
    td.must(Leaf::MemRangeUnblock, PD, 0);
    td.block(0x3000);
    assert_eq!(td.must(Leaf::MemPageRemove, 0x3000, 0), page_of(9));
    td.block(PD);
    let children = td.children();
    assert_eq!(td.must(Leaf::MemSeptRemove, PD, 0), page_of(2));
    assert_eq!((td.children(), td.entry(0, SeptLevel::Pd)), (children - 1, Entry::FREE));
    assert_eq!(
        td.module.record(Hpa::new(page_of(2)), PageSize::Small).unwrap().owner().as_u64(),
        TDR,
        "the owner is not forgotten"
    );
}

/// The blocking epoch outlives the use of a page. Leaves that put a page into the tree begin anew, except that
/// TDH.MEM.PAGE.DEMOTE does not, nor do those that make control structures.
#[test]
fn a_page_that_is_used_again_has_a_new_epoch_or_the_old_one() {
    let epoch_after = |leaf: Leaf, page_info: u64| {
        let td = Td::initialized();
        td.must(Leaf::MemPageAug, 0, page_of(9));
        td.must(Leaf::MemPageAug, 0x20_0000 | PD, LARGE);
        td.must(Leaf::MemPageAug, 0x2000, page_of(10));
        td.must(Leaf::MemRangeBlock, 0, 0);
        td.must(Leaf::MemPageRemove, 0, 0);
        match leaf {
            Leaf::VpCreate => assert_eq!(td.raw(leaf, page_of(9), TDR, 0).status, Status::SUCCESS),
            _ => _ = td.must(leaf, page_info, page_of(9)),
        }
        td.module.record(Hpa::new(page_of(9)), PageSize::Small).unwrap().epoch()
    };
    for (leaf, page_info, epoch) in [
        (Leaf::MemPageAug, 0x1000, 0),
        (Leaf::MemSeptAdd, 0x40_0000 | PD, 0),
        (Leaf::MemPageRelocate, 0x2000, 0),
        (Leaf::MemPageDemote, 0x20_0000 | PD, 1),
        (Leaf::VpCreate, 0, 1),
    ] {
        assert_eq!(epoch_after(leaf, page_info), epoch, "{leaf}");
    }
}
