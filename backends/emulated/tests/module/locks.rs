//! Locks: who excludes whom, and what a failed attempt leaves behind.

use crate::td::{TDR, TDVPR, Td, page_of};
use pt_core::Hpa;
use pt_emulated::tdx::Lock;
use pt_emulated::tdx::lock::{Busy, Mode};
use pt_emulated::tdx::td::VcpuState;
use pt_tdx::{Leaf, Operand, Status, StatusCode as Code};

const TD: Hpa = Hpa::new(TDR);
const PD: u64 = 1;

#[test]
fn leaves_that_change_the_tree_exclude_all_others() {
    let td = Td::runnable();
    td.must(Leaf::MemPageAug, 0, page_of(9));
    let status = |leaf| td.call(leaf, PD, page_of(10)).status;
    let busy: Status = Code::OperandBusy | Operand::SeptTree;
    td.module.hold(TD, Lock::Tree, Mode::Shared).unwrap();
    for leaf in [Leaf::MemRangeBlock, Leaf::MemRangeUnblock, Leaf::MemSeptRemove] {
        assert_eq!(status(leaf), busy, "{leaf}");
    }
    for leaf in [Leaf::MemSeptAdd, Leaf::MemPageAug, Leaf::MemPageRemove, Leaf::MemPageDemote, Leaf::MemSeptRd] {
        assert_ne!(status(leaf), busy, "{leaf}");
    }
    td.module.release(TD, Lock::Tree, Mode::Shared);
    assert_eq!(td.structure().tree_lock.bits(), 0);
}

#[test]
fn failed_attempts_leave_what_the_next_one_finds() {
    let td = Td::runnable();
    td.module.hold(TD, Lock::Tree, Mode::Exclusive).unwrap();
    td.module.hold(TD, Lock::OpState, Mode::Shared).unwrap();
    (0..3).for_each(|_| _ = td.call(Leaf::MemSeptRd, 0, 0));
    assert_eq!(td.structure().tree_lock.bits(), 3 << 1 | 1, "three readers that failed");
    assert_eq!(td.structure().op_state_lock.bits(), 1 << 2, "one that did not");
    td.module.release(TD, Lock::Tree, Mode::Exclusive);
    assert_eq!(td.structure().tree_lock.bits(), 0);
    assert_eq!(td.module.hold(TD, Lock::OpState, Mode::Exclusive), Err(Busy::Held));
    assert_eq!(td.structure().op_state_lock.bits(), 1 << 2 | 1 << 1, "the host goes first");
    td.must(Leaf::MemPageAug, 0, page_of(9));
    assert_eq!(td.structure().op_state_lock.bits(), 1 << 2, "and has been back");
}

#[test]
fn a_vcpu_inside_holds_its_td() {
    let td = Td::initialized();
    td.structure().force_op_state(pt_emulated::tdx::td::OpState::Runnable);
    let guest = td.enter(0).unwrap();
    let busy = |leaf, rcx, rdx| td.raw(leaf, rcx, rdx, 0).status;
    assert_eq!(busy(Leaf::MrFinalize, TDR, 0), Code::OperandBusy | Operand::Rcx);
    assert_eq!(busy(Leaf::MemPageAdd, 0, TDR), Code::OperandBusy | Operand::Rdx);
    assert_eq!(busy(Leaf::MrExtend, 0, TDR), Code::OperandBusy | Operand::Rdx);
    assert_eq!(busy(Leaf::MngVpflushdone, TDR, 0), Code::OperandBusy | Operand::Rcx);
    assert_eq!(busy(Leaf::VpFlush, TDVPR, 0), Code::OperandBusy | Operand::Rcx);
    assert_eq!(td.enter(0).unwrap_err(), Status::from(Code::VcpuStateIncorrect));
    assert_eq!(td.module.hold(TD, Lock::Tdr, Mode::Exclusive), Err(Busy::Held));
    drop(guest);
    assert!(td.module.hold(TD, Lock::Tdr, Mode::Exclusive).is_ok());
    assert_eq!(td.enter(0).unwrap_err(), Code::OperandBusy | Operand::Tdr);
}

#[test]
fn nobody_enters_while_an_epoch_is_begun_and_may_try_again() {
    let td = Td::runnable();
    td.module.hold(TD, Lock::Epoch, Mode::Exclusive).unwrap();
    assert_eq!(td.enter(0).unwrap_err(), Code::OperandBusy | Operand::TdEpoch);
    assert_eq!(td.track(), Code::OperandBusy | Operand::TdEpoch);
    td.module.release(TD, Lock::Epoch, Mode::Exclusive);
    assert_eq!(td.module.vcpu(Hpa::new(TDVPR)).unwrap().state(), VcpuState::Ready);
    assert!(td.enter(0).is_ok());
    td.module.hold(TD, Lock::Epoch, Mode::Shared).unwrap();
    assert_eq!(td.track(), Code::OperandBusy | Operand::TdEpoch);
    assert!(td.enter(1).is_ok());
}

#[test]
fn entering_is_refused_for_the_first_reason() {
    let td = Td::initialized();
    let status = |rcx| {
        let registers = pt_tdx::Registers { rcx, rdx: 5, ..pt_tdx::Registers::call(Leaf::VpEnter) };
        let refused = td.module.enter(&registers).map(|_| ()).unwrap_err();
        assert_eq!((refused.rcx, refused.rdx), (rcx, 5), "nothing else is touched");
        Status::from_bits(refused.rax)
    };
    assert_eq!(status(TDVPR | 2), Code::OperandInvalid | Operand::Rcx);
    assert_eq!(status(TDVPR | 1 << 53), Code::OperandInvalid | Operand::Rcx);
    assert_eq!(status(0x10_0000), Code::OperandAddrRangeError | Operand::Rcx);
    assert_eq!(status(TDR), Code::PageMetadataIncorrect | Operand::Rcx);
    assert_eq!(status(TDVPR), Status::from(Code::OpStateIncorrect));
    td.module.hold(TD, Lock::OpState, Mode::Exclusive).unwrap();
    assert_eq!(status(TDVPR), Code::OperandBusy | Operand::OpState);
    td.module.release(TD, Lock::OpState, Mode::Exclusive);
    assert_eq!(td.raw(Leaf::MrFinalize, TDR, 0, 0).status, Status::SUCCESS);
    assert_eq!(status(TDVPR | 1), Code::OperandInvalid | Operand::Rcx, "there is no L1 to resume");
}
