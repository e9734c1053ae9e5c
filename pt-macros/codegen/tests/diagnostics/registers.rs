//! Registers: words that are no entries.

use crate::harness::{assert_errors, with};

const OPERANDS: &str = "pub mod operands {
    use pt_core::{Bits, RawGpa};

    #[values]
    pub enum Size { Small = 0, Large = 1 }

    /// A page, and where.
    #[register(reserved(3..=11, 52..=62))]
    pub struct PageInfo {
        #[bits(0..=1, default = Large)] size: Size,
        #[bits(2)]                      keep: bool,
        #[bits(12..=51, address)]       gpa: RawGpa,
        #[bits(63, ignored)]            last: (),
    }
}";

#[track_caller]
fn assert_slip(old: &str, new: &str, wanted: &[(&str, &str)]) {
    assert_errors(&with(OPERANDS, old, new), wanted);
}

#[test]
fn registers_need_nothing_else() {
    assert_errors(OPERANDS, &[]);
}

#[test]
fn bits_that_are_not_described() {
    assert_slip(
        "reserved(3..=11, ",
        "reserved(4..=11, ",
        &[(
            "PageInfo",
            "bit 3 of `PageInfo` is not described: add a field, or `ignored(3)` or `reserved(…)` to its `#[register]`",
        )],
    );
}

#[test]
fn overlapping_bits() {
    assert_slip(
        "#[bits(2)]",
        "#[bits(1)]",
        &[
            ("1", "bit 1 belongs to `size` already: move `keep`, or make one of the two narrower"),
            ("0..=1", "`size` has bit 1"),
            ("PageInfo", "bit 2 of `PageInfo` is not described"),
        ],
    );
}

#[test]
fn bits_outside_of_the_word() {
    assert_slip("52..=62", "52..=64", &[("64", "there is no bit 64: `PageInfo` has 64 bits")]);
}

#[test]
fn a_default_that_does_not_fit() {
    assert_slip("default = Large", "default = 4", &[("4", "the default 4 does not fit into 2 bits")]);
    assert_slip(
        "default = Large",
        "default = Huge",
        &[("Huge", "unknown value `Huge`: it is one of `Small`, `Large`")],
    );
}

#[test]
fn values_that_do_not_fit() {
    assert_slip(
        "Large = 1",
        "Large = 5",
        &[
            ("Size", "`Size` needs 3 bits, and `size` has 2 bits: make the field wider"),
            ("5", "`Size::Large` does not fit into `size`"),
        ],
    );
}

#[test]
fn a_type_of_another_width() {
    assert_slip("keep: bool", "keep: u8", &[("u8", "`keep` has 1 bit: write `bool`")]);
}

#[test]
fn an_address_of_another_type() {
    assert_slip("gpa: RawGpa", "gpa: u64", &[("u64", "`gpa` is an address: write `Hpa` or `RawGpa`")]);
    assert_slip(
        "#[bits(12..=51, address)] ",
        "#[bits(12..=51)] ",
        &[("RawGpa", "add `address` to the `#[bits]` of `gpa`")],
    );
}

#[test]
fn an_option_of_entries() {
    assert_slip("#[bits(2)]", "#[bits(2, tag = 1)]", &[("tag", "unknown option `tag`")]);
    assert_slip("#[register(reserved(", "#[register(software(", &[("software", "unknown option `software`")]);
}

#[test]
fn ignored_bits_have_no_value() {
    assert_slip(
        "last: ()",
        "last: bool",
        &[("bool", "`last` has no value to read: nobody reads ignored bits: write `()`")],
    );
}

#[test]
fn a_field_in_two_places() {
    assert_slip(
        "#[bits(2)]  ",
        "#[bits(2)] #[bits(3)]",
        &[("#[bits(3)]", "a register has no levels at which a field could be elsewhere")],
    );
}

#[test]
fn a_field_with_the_name_of_a_method() {
    assert_slip(
        "keep: bool",
        "try_from_bits: bool",
        &[("try_from_bits", "each register has a method `try_from_bits`: rename this field")],
    );
}

#[test]
fn an_address_past_the_end() {
    assert_slip(
        "12..=51, address",
        "12..=51, address, shift = 30",
        &[("12..=51", "`gpa` would store address bits up to 69, and an address has 64")],
    );
}

#[test]
fn all_errors_at_once() {
    let twice = with(OPERANDS, "keep: bool", "keep: u8");
    assert_errors(
        &with(&twice, "gpa: RawGpa", "gpa: bool"),
        &[("u8", "write `bool`"), ("bool", "write `Hpa` or `RawGpa`")],
    );
}

#[test]
fn a_register_that_is_no_struct() {
    assert_slip(
        "pub struct PageInfo {",
        "pub enum PageInfo { A } pub struct Rest {",
        &[("#[register(reserved(3..=11, 52..=62))]", "`#[register]` belongs on a struct with named fields")],
    );
}
