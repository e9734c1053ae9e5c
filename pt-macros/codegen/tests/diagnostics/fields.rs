//! Fields: types and values that fit their bits.

use crate::harness::{assert_errors, assert_slip, tdx, with_first};

#[test]
fn an_integer_of_another_width() {
    assert_slip(
        "memory_type: Bits<3>",
        "memory_type: Bits<2>",
        &[("Bits<2>", "`memory_type` has 3 bits: write `Bits<3>`")],
    );
}

#[test]
fn a_bool_of_three_bits() {
    assert_slip("memory_type: Bits<3>", "memory_type: bool", &[("bool", "`memory_type` has 3 bits: write `Bits<3>`")]);
}

#[test]
fn a_value_without_a_type() {
    assert_slip(
        "memory_type: Bits<3>",
        "memory_type: ()",
        &[("()", "`memory_type` has a value, and `()` has none: write a type such as `Bits<3>`")],
    );
}

#[test]
fn a_frame_type_that_is_no_frame() {
    assert_slip(
        "ignore_pat: bool",
        "ignore_pat: Hpa",
        &[("Hpa", "`Hpa` is the type of a frame: add `frame` to the `#[bits]` of `ignore_pat`")],
    );
}

#[test]
fn a_tag_with_a_type() {
    assert_slip(
        "levels(Pt), ignored)]                      page_size: ()",
        "levels(Pt), ignored)]                      page_size: bool",
        &[("bool", "`page_size` has no value to read: a tag or reserved bits have one value only: write `()`")],
    );
}

#[test]
fn values_that_do_not_fit() {
    assert_slip(
        "WriteBack = 6 ",
        "WriteBack = 8 ",
        &[
            ("MemoryType", "`MemoryType` needs 4 bits, and `memory_type` has 3 bits: make the field wider"),
            ("8", "`MemoryType::WriteBack` does not fit into `memory_type`"),
        ],
    );
}

#[test]
fn what_a_value_denies() {
    assert_slip(
        "WriteBack = 6 ",
        "#[value(denies = fetch)] WriteBack = 6 ",
        &[("fetch", "unknown word `fetch`: it is one of `read`, `write`, `execute`, `user`, `user_execute`")],
    );
    assert_slip(
        "WriteBack = 6 ",
        "#[value] WriteBack = 6 ",
        &[("#[value]", "what does an entry with this value not let through? Write `#[value(denies = …)]`")],
    );
}

#[test]
fn codes_that_do_not_fit() {
    assert_slip(
        "PendingBlocked = 0x78",
        "PendingBlocked = 0xf8",
        &[
            ("Sept", "`Sept` needs 8 bits, and `state` has 7 bits: make the field wider"),
            ("0xf8", "`Sept::PendingBlocked` does not fit into `state`"),
        ],
    );
}

#[test]
fn an_unknown_default() {
    assert_slip(
        "default = WriteBack",
        "default = WriteBak",
        &[("WriteBak", "unknown value `WriteBak`: did you mean `WriteBack`?")],
    );
}

#[test]
fn a_default_that_is_no_value() {
    assert_slip("default = WriteBack", "default = 2", &[("2", "`MemoryType` has no variant with the value 2")]);
}

#[test]
fn a_default_that_does_not_fit() {
    assert_slip(
        "default = WriteBack",
        "default = 9",
        &[("9", "the default 9 does not fit into 3 bits: the largest value is 7")],
    );
}

#[test]
fn a_default_of_another_type() {
    assert_slip(
        "default = WriteBack",
        "default = true",
        &[("true", "`true` is no value of `memory_type`, which has 3 bits")],
    );
}

#[test]
fn a_default_of_a_tag() {
    assert_slip(
        "#[bits(7, levels(Pd), tag = 1)]",
        "#[bits(7, levels(Pd), tag = 1, default = 1)]",
        &[("1", "`page_size` has no default, a tag or reserved bits have one value already: remove `default`")],
    );
}

#[test]
fn an_absent_value_that_does_not_fit() {
    assert_errors(
        &with_first(&tdx(), "absent = 1", "absent = 2"),
        &[("2", "the value 2 does not fit into 1 bit: the largest value is 1")],
    );
}

#[test]
fn a_tag_that_does_not_fit() {
    assert_slip(
        "#[bits(7, levels(Pd), tag = 1)]",
        "#[bits(7, levels(Pd), tag = 2)]",
        &[("2", "the tag 2 does not fit into 1 bit: the largest value is 1")],
    );
}

#[test]
fn two_accessed_bits() {
    assert_slip(
        "#[bits(6)]                                           ignore_pat",
        "#[bits(6, hardware = accessed)]                       ignore_pat",
        &[
            ("8", "`ignore_pat` is the accessed bit already: keep `hardware = accessed` at one"),
            ("ignore_pat", "the accessed bit, as `accessed` is again"),
        ],
    );
}

#[test]
fn an_accessed_bit_of_two_bits() {
    assert_slip(
        "#[bits(8, hardware = accessed)]                      accessed: bool,\n        #[bits(9, hardware = dirty)]                         dirty: bool,",
        "#[bits(8..=9, hardware = accessed)]                  accessed: Bits<2>,",
        &[("8..=9", "the accessed bit is one bit: write its position alone")],
    );
}

#[test]
fn values_without_values() {
    assert_slip(
        "{ Uncacheable = 0, WriteCombining = 1, WriteThrough = 4, WriteProtected = 5, WriteBack = 6 }",
        "{}",
        &[("MemoryType", "`MemoryType` has no values: add a variant, `Name = NUMBER`")],
    );
}
