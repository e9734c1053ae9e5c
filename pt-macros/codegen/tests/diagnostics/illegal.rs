//! `illegal(…)`: entries that are malformed.

use crate::harness::{assert_errors, ept, with};

const TYPES: &str = "illegal(memory_type = 2 | 3 | 7)";

#[test]
fn an_unknown_field() {
    assert_errors(
        &with(&ept(), TYPES, "illegal(memory_kind = 2)"),
        &[("memory_kind", "unknown field `memory_kind`: did you mean `memory_type`?")],
    );
}

#[test]
fn values_that_do_not_fit() {
    assert_errors(
        &with(&ept(), TYPES, "illegal(memory_type = 2 | 9)"),
        &[("9", "the value 9 does not fit into 3 bits: the largest value is 7")],
    );
    assert_errors(
        &with(&ept(), TYPES, "illegal(memory_type)"),
        &[("memory_type", "`memory_type` has 3 bits: write `memory_type = VALUE`")],
    );
}

#[test]
fn fields_that_make_nothing_illegal() {
    assert_errors(
        &with(&ept(), TYPES, "illegal(frame = 0)"),
        &[("frame", "`frame` is the frame, and makes no entry illegal: remove it here")],
    );
    assert_errors(
        &with(&ept(), TYPES, "illegal(!sub_page_write)"),
        &[(
            "sub_page_write",
            "`sub_page_write` is not there at levels `Pdpt` and `Pd`: add `levels(…)` to this `illegal`",
        )],
    );
    assert_errors(&with(&ept(), TYPES, "illegal(sub_page_write & write, levels(Pt))"), &[]);
}

#[test]
fn nothing_that_is_illegal() {
    let says = "which entries? Write `illegal(write & !read)`";
    assert_errors(&with(&ept(), TYPES, "illegal()"), &[("illegal()", says)]);
    assert_errors(&with(&ept(), TYPES, "illegal"), &[("illegal", says)]);
    assert_errors(
        &with(&ept(), TYPES, "illegal(write | read)"),
        &[("write | read", "write names with `&` and `!`, as in `a & !b`")],
    );
}
