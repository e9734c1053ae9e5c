//! Presence: what says that an entry is there.

use crate::harness::{assert_errors, assert_slip, cca, with, x86_64};

#[test]
fn an_unknown_present_field() {
    assert_slip(
        "levels(Pd, Pt), present = read | write | execute,",
        "levels(Pd, Pt), present = red | write | execute,",
        &[("red", "unknown field `red`: did you mean `read`?")],
    );
}

#[test]
fn no_presence() {
    assert_slip(
        "levels(Pd, Pt), present = read | write | execute,",
        "levels(Pd, Pt),",
        &[("EptLeaf", "when is an entry of `EptLeaf` present? Add `present = FIELD`, `state = STATES`, or `present ")],
    );
}

#[test]
fn a_frame_as_presence() {
    assert_slip(
        "levels(Pd, Pt), present = read | write | execute,",
        "levels(Pd, Pt), present = frame,",
        &[("frame", "`frame` is a frame, and cannot say that an entry is present: name a value or a tag")],
    );
}

#[test]
fn a_present_field_that_a_level_lacks() {
    assert_errors(
        &with(&x86_64(), "levels(Pdpt, Pd, Pt), present = present", "levels(Pdpt, Pd, Pt), present = page_size"),
        &[("page_size", "`page_size` is not there at level `Pt`, so that no entry would be present")],
    );
}

#[test]
fn presence_of_absent_entries() {
    assert_errors(
        &with(&cca(), "levels(L0, L1, L2, L3), ignored", "levels(L0, L1, L2, L3), present = valid, ignored"),
        &[("valid", "an entry of `RttAbsent` is `absent`, never present: remove `present`")],
    );
}

#[test]
fn unknown_states() {
    assert_slip("state = Sept,", "state = Spet,", &[("Spet", "unknown enum of states `Spet`: did you mean `Sept`?")]);
}

#[test]
fn a_state_that_no_field_holds() {
    assert_slip(
        "state: Sept,",
        "status: Bits<7>,",
        &[("Sept", "`SeptEntry` has no field that holds the state: add one of the type `Sept`")],
    );
}
