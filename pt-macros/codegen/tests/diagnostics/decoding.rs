//! Decoding: absent and frozen entries are not present.

use crate::harness::{assert_errors, assert_slip, tdx, with, with_first, x86_64};

#[test]
fn a_frozen_entry_that_is_present() {
    assert_slip(
        "flush = Invept)]",
        "flush = Invept, frozen = 1)]",
        &[("1", "0x1 is a present entry of `SharedEpt`, and a frozen one is not")],
    );
}

#[test]
fn a_frozen_entry_that_is_absent() {
    assert_slip(
        "flush = Invept)]",
        "flush = Invept, frozen = 0x8000_0000_0000_0000)]",
        &[(
            "0x8000_0000_0000_0000",
            "0x8000000000000000 is an absent entry of `SharedEpt`, and a frozen one differs from it",
        )],
    );
}

#[test]
fn an_absent_entry_that_is_present() {
    assert_errors(
        &with_first(&tdx(), "#[bits(0, allows = read)]", "#[bits(0, allows = read, absent = 1)]"),
        &[("1", "with this value an absent entry of `SharedEpt` (0x8000000000000001) is present at level `Pml5`")],
    );
}

#[test]
fn absent_entries_that_are_always_present() {
    assert_errors(
        &with(&x86_64(), "levels(Pdpt, Pd, Pt), present = present", "levels(Pdpt, Pd, Pt), present = always"),
        &[("always", "by this an absent entry of `PageTables` (0x0) is present at level `Pdpt`")],
    );
}

#[test]
fn formats_that_disagree_on_absent_entries() {
    assert_errors(
        &with_first(&tdx(), "absent = 1", "absent = 0"),
        &[
            ("1", "an absent entry of a table is one value, and `suppress_ve` of `EptLeaf` says 0 here"),
            ("0", "what `suppress_ve` says of absent entries"),
        ],
    );
}
