//! What the host may look at, and what is measured.

use crate::td::{Answer, TDR, Td, page_of};
use core::sync::atomic::Ordering;
use pt_core::Hpa;
use pt_emulated::tdx::{KeyId, Memory};
use pt_tdx::{Leaf, Operand, Registers, Seamcall, Status, StatusCode as Code};
use sha2::{Digest, Sha384};

fn add(td: &Td, gpa: u64, page: u64, source: u64) {
    let registers = Registers { rcx: gpa, rdx: TDR, r8: page, r9: source, ..Registers::call(Leaf::MemPageAdd) };
    assert_eq!(td.registers(registers), Answer::DONE);
}

#[test]
fn memory_is_read_and_written_in_a_debuggable_td() {
    let td = Td::initialized();
    let call = |leaf, gpa, data| {
        let mut registers = Registers { rcx: gpa, rdx: TDR, r8: data, ..Registers::call(leaf) };
        let status = td.module.seamcall(&mut registers).unwrap();
        (status, registers.rcx, registers.rdx, registers.r8)
    };
    let source = Hpa::new(0x10_0000);
    td.module.memory().write(source, KeyId(0), b"\x11\x22\x33\x44\x55\x66\x77\x88");
    add(&td, 0x1000, page_of(9), source.as_u64());
    assert_eq!(call(Leaf::MemRd, 7, 5), (Code::TdNonDebug.into(), 0, 0, 0), "before the address is looked at");
    td.structure().attributes.store(1, Ordering::Release);
    assert_eq!(call(Leaf::MemRd, 0x1004, 5).0, Code::OperandInvalid | Operand::Rcx);
    assert_eq!(call(Leaf::MemRd, 1 << 47, 5).0, Code::OperandInvalid | Operand::Rcx);
    assert_eq!(call(Leaf::MemRd, 0x1000, 5), (Status::SUCCESS, 0, 0, 0x8877_6655_4433_2211));
    assert_eq!(call(Leaf::MemWr, 0x1000, 5), (Status::SUCCESS, 0, 0, 0x8877_6655_4433_2211), "the old word");
    assert_eq!(call(Leaf::MemRd, 0x1000, 0).3, 5);
    let absent = Code::EptEntryNotPresent | Operand::Rcx;
    assert_eq!(call(Leaf::MemRd, 0x2000, 0), (absent, 1 << 63, 0, 0));
    assert_eq!(call(Leaf::MemRd, 0x4000_0000, 0), (absent, 1 << 63, 2, 0));
    td.must(Leaf::MemPageAug, 0x2000, page_of(10));
    assert_eq!(call(Leaf::MemRd, 0x2000, 0), (absent, 0x8000_0000_0000_00f0 | page_of(10), 0x200, 0));
}

#[test]
fn attributes_of_nested_vms_are_shown_of_debuggable_tds_only() {
    let td = Td::runnable();
    let invalid = Answer::refused(Code::OperandInvalid | Operand::Rdx);
    assert_eq!(td.raw(Leaf::MemSeptRd, 7, TDR | 1, 0), invalid);
    td.structure().attributes.store(1, Ordering::Release);
    assert_eq!(td.raw(Leaf::MemSeptRd, 1, TDR | 1, 0), Answer::with(Status::SUCCESS, 7, 0x8401));
}

#[test]
fn pages_and_contents_are_measured() {
    let td = Td::initialized();
    td.module.memory().fill(Hpa::new(0x10_0000), KeyId(0), 0x0101_0101_0101_0101);
    add(&td, 0x3000, page_of(9), 0x10_0000);
    assert_eq!(td.raw(Leaf::MrExtend, 0x3100, TDR, 0), Answer::DONE);
    let block = |event: &[u8], gpa: u64| {
        let mut block = [0; 128];
        block[..event.len()].copy_from_slice(event);
        block[16..24].copy_from_slice(&gpa.to_le_bytes());
        block
    };
    let mut expected = Sha384::new();
    expected.update(block(b"MEM.PAGE.ADD", 0x3000));
    expected.update(block(b"MR.EXTEND", 0x3100));
    expected.update([1; 256]);
    let digest: [u8; 48] = expected.finalize().into();
    assert_eq!(td.structure().measurement.lock().unwrap().digest(), digest);
}

#[test]
fn only_mapped_pages_can_be_measured() {
    let td = Td::initialized();
    let invalid = Answer::refused(Code::OperandInvalid | Operand::Rcx);
    assert_eq!(td.raw(Leaf::MrExtend, 0x80, TDR, 0), invalid);
    assert_eq!(td.raw(Leaf::MrExtend, 1 << 47, TDR, 0), invalid);
    let absent = Code::EptEntryNotPresent | Operand::Rcx;
    assert_eq!(td.raw(Leaf::MrExtend, 0x100, TDR, 0), Answer::with(absent, 1 << 63, 0));
    td.must(Leaf::MemPageAug, 0, page_of(9));
    td.must(Leaf::MemRangeBlock, 0, 0);
    let told = 0x8000_0000_0000_00f0 | page_of(9);
    assert_eq!(td.raw(Leaf::MrExtend, 0x100, TDR, 0), Answer::with(absent, told, 0x300));
}
