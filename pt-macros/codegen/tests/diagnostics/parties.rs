//! Parties: who sees, writes and uses a table.

use crate::harness::assert_slip;

#[test]
fn no_flush() {
    assert_slip(", flush = Invept", "", &[("cpu", "a CPU may hold translations of `SharedEpt` that the VMM removes")]);
}

#[test]
fn a_flush_that_no_cpu_needs() {
    assert_slip(
        "propagates_to(SecureEpt), entries",
        "propagates_to(SecureEpt), flush = Invept, entries",
        &[("Invept", "no CPU uses `PrivateEpt`, so that there is nothing to flush")],
    );
}

#[test]
fn writable_and_not_visible() {
    assert_slip(
        "#[table(protected, used_by(cpu)",
        "#[table(protected, writable_by(vmm), used_by(cpu)",
        &[("vmm", "the VMM cannot write `SecureEpt`, which it does not see: add `visible_to(vmm)`")],
    );
}

#[test]
fn frozen_and_not_walked() {
    assert_slip(
        "used_by(cpu), entries(SeptEntry)",
        "used_by(cpu), frozen = 7, entries(SeptEntry)",
        &[("7", "the VMM does not walk `SecureEpt`, and freezes no entry of it: remove `frozen`")],
    );
}

#[test]
fn live_and_not_walked() {
    assert_slip(
        "used_by(cpu), entries(SeptEntry)",
        "used_by(cpu), live = in_place, entries(SeptEntry)",
        &[("in_place", "the VMM does not walk `SecureEpt`, and changes no entry in use: remove `live`")],
    );
}
