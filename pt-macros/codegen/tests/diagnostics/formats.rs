//! Formats: at which levels they and their fields occur.

use crate::harness::assert_slip;

#[test]
fn a_leaf_at_a_level_without_leaves() {
    assert_slip(
        "levels(Pd, Pt), present = read | write | execute,",
        "levels(Pdpt, Pd, Pt), present = read | write | execute,",
        &[("Pdpt", "level `Pdpt` has no leaves, which `EptLeaf` describes")],
    );
}

#[test]
fn a_leaf_level_without_the_format() {
    assert_slip(
        "levels(Pd, Pt), present = read | write | execute,",
        "levels(Pt), present = read | write | execute,",
        &[("levels(Pt)", "level `Pd` has leaves, and no format for them in `SharedEpt`")],
    );
}

#[test]
fn an_unknown_level() {
    assert_slip(
        "levels(Pd, Pt), present = read | write | execute,",
        "levels(Pd, Ptt), present = read | write | execute,",
        &[("Ptt", "unknown level `Ptt`: did you mean `Pt`?")],
    );
}

#[test]
fn a_level_named_twice() {
    assert_slip(
        "levels(Pd, Pt), present = read | write | execute,",
        "levels(Pd, Pt, Pt), present = read | write | execute,",
        &[("Pt", "level `Pt` is named twice: remove one")],
    );
}

#[test]
fn a_field_at_a_level_that_the_format_lacks() {
    assert_slip(
        "#[bits(7, levels(Pd), tag = 1)]",
        "#[bits(7, levels(Pdpt), tag = 1)]",
        &[("Pdpt", "`EptLeaf` does not occur at level `Pdpt`")],
    );
}

#[test]
fn a_field_at_an_unknown_level() {
    assert_slip(
        "#[bits(7, levels(Pt), ignored)]",
        "#[bits(7, levels(Ptt), ignored)]",
        &[("Ptt", "unknown level `Ptt`: did you mean `Pt`?")],
    );
}

#[test]
fn a_field_at_no_level() {
    assert_slip(
        "#[bits(7, levels(Pt), ignored)]",
        "#[bits(7, levels(), ignored)]",
        &[("levels()", "no level is named: write `levels(A, B)`, or leave it out for all levels")],
    );
}

#[test]
fn a_shift_inside_a_declaration() {
    assert_slip(
        "levels(Pd, Pt), present = read | write | execute,",
        "levels(Pd, Pt = 12), present = read | write | execute,",
        &[("Pt", "write `Pt` alone: `#[level]` says where the level begins")],
    );
}
