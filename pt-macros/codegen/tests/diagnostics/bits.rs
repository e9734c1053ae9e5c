//! Bits: described once, inside the word.

use crate::harness::{assert_errors, assert_slip, with, x86_64};

#[test]
fn bits_that_overlap() {
    assert_slip(
        "#[bits(6)]                                           ignore_pat",
        "#[bits(5)]                                           ignore_pat",
        &[
            ("5", "bit 5 belongs to `memory_type` already: move `ignore_pat`, or make one of the two narrower"),
            ("3..=5", "`memory_type` has bit 5"),
            ("EptLeaf", "bit 6 of `EptLeaf` is not described"),
        ],
    );
}

#[test]
fn bits_that_overlap_a_class() {
    assert_slip(
        "software(11, 52..=56), ignored(10, 57..=62)",
        "software(11, 52..=56), ignored(10, 56..=62)",
        &[
            ("software(11, 52..=56)", "bit 56 belongs to `ignored(…)` already: leave it out of `software(…)`"),
            ("ignored(10, 56..=62)", "`ignored(…)` has bit 56"),
        ],
    );
}

#[test]
fn bits_that_are_not_described() {
    assert_slip(
        "software(11, 52..=56), ignored(10, 57..=62)",
        "software(11, 52..=56), ignored(57..=61)",
        &[("EptLeaf", "bits 62, 10 of `EptLeaf` are not described")],
    );
}

#[test]
fn bits_that_are_not_described_at_one_level() {
    assert_slip(
        "        #[bits(7, levels(Pd), tag = 1)]\n",
        "",
        &[("EptLeaf", "bit 7 of `EptLeaf` is not described at level `Pd`")],
    );
}

#[test]
fn a_field_described_twice_at_a_level() {
    assert_slip(
        "#[bits(7, levels(Pd), tag = 1)]",
        "#[bits(7, tag = 1)]",
        &[
            ("7", "`page_size` is described twice at level `Pt`: keep one, or give each its `levels(…)`"),
            ("7", "the first description is here"),
        ],
    );
}

#[test]
fn a_range_past_the_word() {
    assert_slip(
        "ignored(10, 57..=62))]",
        "ignored(10, 57..=64))]",
        &[("64", "there is no bit 64: `EptLeaf` has 64 bits, and the last is bit 63")],
    );
}

#[test]
fn a_reversed_range() {
    assert_slip(
        "#[bits([9, 53..=56, 6..=7])]",
        "#[bits([9, 53..=56, 7..=6])]",
        &[("7..=6", "this range is reversed, the lowest bit comes first: write `6..=7`")],
    );
}

#[test]
fn a_list_with_a_bit_twice() {
    assert_slip("#[bits([9, 53..=56, 6..=7])]", "#[bits([9, 53..=56, 9])]", &[("9", "this list has bit 9 twice")]);
}

#[test]
fn a_list_that_leaves_a_bit_out() {
    assert_slip(
        "#[bits([9, 53..=56, 6..=7])]",
        "#[bits([9, 53..=56, 6])]",
        &[
            ("SeptEntry", "bit 7 of `SeptEntry` is not described"),
            ("Sept", "`Sept` needs 7 bits, and `state` has 6 bits: make the field wider"),
            ("0x78", "`Sept::PendingBlocked` does not fit into `state`"),
        ],
    );
}

#[test]
fn bits_as_manuals_write_them() {
    let declaration = with(&x86_64(), "#[bits(59..=62, if", "#[bits(62:59, if");
    assert_errors(&declaration, &[("62:59", "`62:59` is written with the lowest bit first: `59..=62`")]);
    let declaration = with(&x86_64(), "#[bits(59..=62, if", "#[bits(62-59, if");
    assert_errors(&declaration, &[("62-59", "`62-59` is written with the lowest bit first: `59..=62`")]);
    let lists = "software(11:8, 52..=62), ignored(6-6)";
    let declaration = with(&x86_64(), "software(8..=11, 52..=62), ignored(6)", lists);
    let eight = ("11:8", "`11:8` is written with the lowest bit first: `8..=11`");
    assert_errors(&declaration, &[("6-6", "`6-6` is written with the lowest bit first"), eight]);
    let declaration = with(&x86_64(), "index = 48..=56", "index = 56:48");
    assert_errors(&declaration, &[("index = 56:48", "`56:48` is written with the lowest bit first: `48..=56`")]);
}
