//! What a vCPU may still have in its TLB is not taken away.

use crate::td::{Answer, TDR, Td, page_of};
use pt_core::Hpa;
use pt_emulated::tdx::pamt::PageSize;
use pt_emulated::tdx::td::OpState;
use pt_tdx::{Leaf, Operand, Status, StatusCode as Code};

const PD: u64 = 1;

#[test]
fn a_page_is_removed_when_the_last_vcpu_of_its_epoch_has_left() {
    let td = Td::runnable();
    td.must(Leaf::MemPageAug, 0, page_of(9));
    let not_tracked = Answer::refused(Code::TlbTrackingNotDone | Operand::Rcx);
    let not_tracked_tree = Answer::refused(Code::TlbTrackingNotDone | Operand::SeptTree);
    let early = td.enter(0).unwrap();
    td.must(Leaf::MemRangeBlock, 0, 0);
    assert_eq!(td.module.record(Hpa::new(page_of(9)), PageSize::Small).unwrap().epoch(), 1);
    assert_eq!(td.call(Leaf::MemPageRemove, 0, 0), not_tracked, "no track");
    assert_eq!(td.track(), Status::SUCCESS);
    let late = td.enter(1).unwrap();
    assert_eq!((early.epoch(), late.epoch()), (1, 2));
    assert_eq!(td.call(Leaf::MemPageRemove, 0, 0), not_tracked, "somebody is inside");
    assert_eq!(td.call(Leaf::MemRangeUnblock, 0, 0), not_tracked_tree);
    assert_eq!(td.call(Leaf::MemPageRelocate, 0, page_of(10)), not_tracked);
    assert_eq!(td.track(), Code::PreviousTlbEpochBusy);
    drop(early);
    assert_eq!(td.must(Leaf::MemPageRemove, 0, 0), page_of(9), "those of the new epoch do not matter");
    drop(late);
}

#[test]
fn an_interrupted_sequence_begins_again_with_its_own_epoch() {
    let td = Td::runnable();
    td.must(Leaf::MemPageAug, 0, page_of(9));
    td.block(0);
    td.must(Leaf::MemRangeUnblock, 0, 0);
    td.must(Leaf::MemRangeBlock, 0, 0);
    assert_eq!(td.module.record(Hpa::new(page_of(9)), PageSize::Small).unwrap().epoch(), 2);
    assert_eq!(td.call(Leaf::MemPageRemove, 0, 0).status, Code::TlbTrackingNotDone | Operand::Rcx);
    td.track();
    td.must(Leaf::MemPageRelocate, 0, page_of(10));
    assert_eq!(td.module.record(Hpa::new(page_of(10)), PageSize::Small).unwrap().epoch(), 0, "a page of its own");
    assert_eq!(td.module.record(Hpa::new(page_of(9)), PageSize::Small).unwrap().epoch(), 2, "not forgotten");
}

#[test]
fn before_the_td_runs_nothing_is_blocked_or_tracked() {
    let td = Td::initialized();
    td.must(Leaf::MemPageAug, 0, page_of(9));
    assert_eq!(td.must(Leaf::MemPageRemove, 0, 0), page_of(9));
    td.must(Leaf::MemPageAug, 0, page_of(9));
    td.must(Leaf::MemRangeBlock, 0, 0);
    td.must(Leaf::MemRangeUnblock, 0, 0);
    assert_eq!(td.must(Leaf::MemPageRelocate, 0, page_of(10)), page_of(9));
    assert_eq!(td.must(Leaf::MemPageRemove, 0, 0), page_of(10));
    assert_eq!(td.must(Leaf::MemSeptRemove, PD, 0), page_of(2));
}

#[test]
fn during_an_import_a_removed_page_leaves_a_mark() {
    let td = Td::runnable();
    td.must(Leaf::MemPageAug, 0, page_of(9));
    td.structure().force_op_state(OpState::PostImport);
    td.must(Leaf::MemPageRemove, 0, 0);
    let removed = td.call(Leaf::MemSeptRd, 0, 0);
    assert_eq!(removed, Answer::with(Status::SUCCESS, 0, 0x500));
    let not_free = Answer::with(Code::EptPageNotFree | Operand::Rcx, 7, 0x8401);
    assert_eq!(td.call(Leaf::MemSeptRemove, PD, 0), not_free, "which is not free");
    td.structure().force_op_state(OpState::Runnable);
    td.must(Leaf::MemPageAug, 0, page_of(10));
}

#[test]
fn a_blocked_table_hides_what_is_behind_it() {
    let td = Td::runnable();
    td.must(Leaf::MemPageAug, 0, page_of(9));
    td.must(Leaf::MemRangeBlock, 2, 0);
    let stopped = Answer::with(Code::EptWalkFailed | Operand::Rcx, 0, 0x8102);
    for leaf in [Leaf::MemRangeBlock, Leaf::MemPageRemove, Leaf::MemSeptRd, Leaf::MemPageAug, Leaf::MemPageRelocate] {
        assert_eq!(td.call(leaf, 0, page_of(10)), stopped, "{leaf}");
    }
    let already = Answer::with(Code::GpaRangeAlreadyBlocked | Operand::Rcx, 0, 0x8102);
    assert_eq!(td.call(Leaf::MemRangeBlock, 2, 0), already);
    assert!(!already.status.is_error());
    assert_eq!(td.module.record(Hpa::new(page_of(1)), PageSize::Small).unwrap().epoch(), 1, "noted with the table");
    assert_eq!(td.raw(Leaf::MemTrack, TDR, 0x77, 0), Answer::with(Status::SUCCESS, TDR, 0x77), "TRACK returns nothing");
}
