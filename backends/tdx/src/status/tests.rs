//! How statuses print, which of them are errors, and which operand they name.

use super::*;
use std::collections::BTreeSet;
use std::string::ToString;

#[test]
fn words_print_as_the_module_names_them() {
    for (bits, name) in [
        (0, "TDX_SUCCESS"),
        (0x4d, "TDX_SUCCESS+0x4d"),
        (0x30, "TDX_SUCCESS+0x30"),
        (0x8000_0200_0000_0000, "TDX_OPERAND_BUSY|RAX"),
        (0x8000_0200_0000_0001, "TDX_OPERAND_BUSY|RCX"),
        (0x8000_0200_0000_0080, "TDX_OPERAND_BUSY|TDR"),
        (0x8000_0200_0000_0092, "TDX_OPERAND_BUSY|SEPT_TREE"),
        (0x8000_0200_0000_00a9, "TDX_OPERAND_BUSY|TD_EPOCH"),
        (0x8000_0200_0000_00ac, "TDX_OPERAND_BUSY|OP_STATE"),
        (0xc000_0b08_0000_0092, "TDX_TLB_TRACKING_NOT_DONE|SEPT_TREE"),
        (0x0000_0b07_0000_0001, "TDX_GPA_RANGE_ALREADY_BLOCKED|RCX"),
        (0xc000_0b0d_0000_0001, "TDX_EPT_ENTRY_STATE_INCORRECT|RCX"),
        (0xc000_0b03_0000_0000, "TDX_EPT_ENTRY_NOT_PRESENT"),
        (0xc000_0608_0000_0000, "TDX_OP_STATE_INCORRECT"),
        (0x8000_0201_0000_0000, "TDX_PREVIOUS_TLB_EPOCH_BUSY"),
        (0xc000_0b0b_0000_0001, "TDX_PAGE_SIZE_MISMATCH|level=1"),
        (0x0000_0b0a_0000_0001, "TDX_PAGE_ALREADY_ACCEPTED|level=1"),
        (0x0000_0b0a_0000_0000, "TDX_PAGE_ALREADY_ACCEPTED"),
        (0xc000_0100_0000_0043, "TDX_OPERAND_INVALID|EPTP_CONTROLS"),
        (0xc000_0b0f_0001_0002, "TDX_L2_SEPT_WALK_FAILED|vm=1,level=2"),
        (0xc000_0100_0000_0011, "TDX_OPERAND_INVALID+0x11"),
        (0xc000_7777_0000_0000, "0xc000777700000000"),
    ] {
        assert_eq!(Status::from_bits(bits).to_string(), name);
    }
}

#[test]
fn a_remark_is_not_an_error() {
    for code in [
        StatusCode::Success,
        StatusCode::GpaRangeAlreadyBlocked,
        StatusCode::KeyConfigured,
        StatusCode::NoHkidReadyToWbcache,
        StatusCode::PageAlreadyAccepted,
        StatusCode::TdmrAlreadyInitialized,
    ] {
        assert!(!Status::from(code).is_error(), "{}", code.name());
    }
    assert!(Status::from(StatusCode::PreviousTlbEpochBusy).is_error());
}

#[test]
fn flags_are_where_the_specification_has_them() {
    let fatal = Status::from(StatusCode::TdFatal);
    assert!(fatal.is_error() && fatal.is_non_recoverable() && fatal.is_fatal() && !fatal.host_can_recover());
    let timeout = Status::from(StatusCode::HostPriorityBusyTimeout);
    assert!(timeout.is_error() && !timeout.is_non_recoverable() && timeout.host_can_recover());
    assert_eq!(Status::from(StatusCode::EptWalkFailed).class(), Some(Class::GuestMemory));
    assert!(StatusCode::ALL.iter().all(|&code| Status::from(code).class().is_some()));
    assert_eq!((StatusCode::OperandBusy | Operand::SeptTree).bits(), 0x8000_0200_0000_0092);
}

#[test]
fn codes_and_operands_come_back_and_are_distinct() {
    for &code in StatusCode::ALL {
        assert_eq!(StatusCode::from_bits(code.into_bits()), Some(code));
        assert_eq!(code.into_bits() & 0xffff_ffff, 0, "{}", code.name());
    }
    for &operand in Operand::ALL {
        assert_eq!(Operand::from_id(operand.id()), Some(operand));
        assert_eq!((StatusCode::OperandInvalid | operand).operand(), Some(operand));
    }
    let names: BTreeSet<_> = StatusCode::ALL.iter().map(|code| code.name()).collect();
    assert_eq!(names.len(), StatusCode::ALL.len());
}
