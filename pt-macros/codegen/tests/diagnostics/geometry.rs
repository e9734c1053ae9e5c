//! Geometry: widths, roots and split bits.

use crate::harness::{assert_errors, assert_slip, cca, ept, with, x86_64};

#[test]
fn an_unknown_root() {
    assert_slip("#[root(Pml4,", "#[root(Pml3,", &[("Pml3", "unknown level `Pml3`: did you mean `Pml5`?")]);
}

#[test]
fn a_width_that_nothing_indexes() {
    assert_slip(
        "width = 48",
        "width = 53",
        &[("53", "a root at `Pml5` indexes address bits up to 51: the width is at most 52")],
    );
}

#[test]
fn a_width_below_a_page() {
    assert_slip("width = 48", "width = 12", &[("12", "12 bits are less than one page has: the width is more than 12")]);
}

#[test]
fn a_split_bit_inside() {
    assert_slip(
        "Pml4, split(bit = 47",
        "Pml4, split(bit = 46",
        &[("46", "bit 46 is inside of an address of 48 bits, and the top bit splits")],
    );
}

#[test]
fn a_split_bit_outside() {
    assert_slip(
        "Pml4, split(bit = 47",
        "Pml4, split(bit = 48",
        &[("48", "bit 48 is outside of what the tables index (bits 47:12), and the top bit splits")],
    );
}

#[test]
fn a_split_bit_below_the_page() {
    assert_slip(
        "Pml4, split(bit = 47",
        "Pml4, split(bit = 11",
        &[("11", "bit 11 is outside of what the tables index (bits 47:12), and the top bit splits")],
    );
}

#[test]
fn a_split_of_some_variants() {
    assert_slip(
        "Pml4, split(bit = 47, shared = 1)",
        "Pml4",
        &[
            ("Bits48", "`Bits48` has no split and `Bits48FiveLevels` has one"),
            ("split(bit = 47, shared = 1)", "the split of `Bits48FiveLevels`"),
        ],
    );
}

#[test]
fn a_shared_value_of_two_bits() {
    assert_slip(
        "Pml4, split(bit = 47, shared = 1",
        "Pml4, split(bit = 47, shared = 2",
        &[("2", "one bit splits: in a shared address it is 0 or 1")],
    );
}

#[test]
fn a_space_of_a_split_geometry() {
    assert_slip(
        "    #[geometry]",
        "    #[geometry(space = Guest)]",
        &[("Guest", "a split address space has two spaces, the shared and the private half: remove `space`")],
    );
}

#[test]
fn an_unknown_space() {
    assert_errors(
        &with(&x86_64(), "extend = sign", "extend = sign, space = Host"),
        &[("Host", "unknown space `Host`: an address space that is not split is `Guest` or `Virtual`")],
    );
}

#[test]
fn a_guest_space_that_is_sign_extended() {
    assert_errors(
        &with(&x86_64(), "extend = sign", "extend = sign, space = Guest"),
        &[("Guest", "guest-physical addresses are not sign-extended: write `space = Virtual`, or `extend = zero`")],
    );
}

#[test]
fn a_reversed_range_of_widths() {
    assert_errors(&with(&cca(), "32..=43", "43..=32"), &[("43..=32", "this range is reversed: write `32..=43`")]);
}

#[test]
fn a_run_time_width_that_nothing_indexes() {
    assert_errors(
        &with(&cca(), "44..=48", "44..=49"),
        &[("49", "a root at `L0` indexes address bits up to 47: the width is at most 48")],
    );
}

#[test]
fn a_run_time_width_beyond_the_tables_side_by_side() {
    assert_errors(
        &with(&cca(), "32..=43", "32..=44"),
        &[("44", "a root at `L1` indexes address bits up to 42: the width is at most 43")],
    );
}

#[test]
fn a_number_of_root_tables_that_is_no_power_of_two() {
    assert_errors(
        &with(&cca(), "tables = 1..=16", "tables = 1..=12"),
        &[("1..=12", "the root is a power of two of tables side by side")],
    );
}

#[test]
fn root_tables_that_are_no_pages() {
    let small = with(&cca(), "index = 39..=47, table", "index = 39..=43, table");
    let small = with(&small, "#[root(L0, width = 44..=48,", "#[root(L0, width = 44..=45, tables = 1..=2,");
    let message = "a table of `L0` has 256 bytes, and tables side by side are whole pages: remove `tables`";
    assert_errors(&small, &[("1..=2", message)]);
}

#[test]
fn a_run_time_width_that_nothing_carries() {
    assert_errors(
        &with(&cca(), "StartL1 { ipa_bits: u32 }", "StartL1"),
        &[("StartL1", "the width of `StartL1` is chosen at run time, and nothing carries it")],
    );
}

#[test]
fn a_run_time_width_of_another_type() {
    assert_errors(
        &with(&cca(), "StartL1 { ipa_bits: u32 }", "StartL1 { ipa_bits: u8 }"),
        &[("ipa_bits", "the width of an address is a `u32`: write `ipa_bits: u32`")],
    );
}

#[test]
fn a_fixed_width_that_is_carried() {
    assert_errors(
        &with(&x86_64(), "FourLevels,", "FourLevels { bits: u32 },"),
        &[("bits", "the width of `FourLevels` is fixed, and `bits` has nothing to carry")],
    );
}

#[test]
fn a_fixed_split_bit_of_a_run_time_width() {
    assert_errors(
        &with(&cca(), "tables = 1..=16, split(bit = top", "tables = 1..=16, split(bit = 42"),
        &[("42", "the width of `StartL1` is chosen at run time, and its top bit splits: write `bit = top`")],
    );
}

#[test]
fn a_level_above_every_root() {
    let declaration = with(&ept(), "#[root(Pml5)] FiveLevels", "#[root(Pml4)] FiveLevels");
    let says = "no table has the level `Pml5`, which is above the root of every `WalkLength`: write `#[root(Pml5)]`";
    assert_errors(&declaration, &[("Pml5", says), ("Pml4", "the root is at `Pml4`")]);
}
