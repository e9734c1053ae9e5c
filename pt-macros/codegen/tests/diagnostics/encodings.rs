//! Encodings: states are told apart.

use crate::harness::{assert_errors, assert_slip, cca, cove, module_side, snp, with};

#[test]
fn a_code_that_is_taken() {
    assert_slip(
        "Pending = 0x70",
        "Pending = 0x60",
        &[("0x60", "0x60 is the code of `Mapped` already: give `Pending` another"), ("0x60", "`Mapped` has this code")],
    );
}

#[test]
fn a_state_without_a_code() {
    assert_slip(
        "Pending = 0x70",
        "Pending",
        &[("Pending", "the other states have codes, and `Pending` has none: write `Pending = CODE`")],
    );
}

#[test]
fn a_code_and_predicates() {
    assert_slip(
        "#[state(leaf)]",
        "#[state(leaf)] #[when(read = 1)]",
        &[("read", "`Pending` is told apart by its code: remove `#[when]`")],
    );
}

#[test]
fn predicates_that_do_not_differ() {
    assert_errors(
        &with(
            &cca(),
            "unprotected = 0, hipas = Assigned, ripas = Empty",
            "unprotected = 0, hipas = Assigned, ripas = Destroyed",
        ),
        &[
            ("AssignedDestroyed", "an entry can be in `AssignedDestroyed` and in `AssignedEmpty` at once"),
            ("AssignedEmpty", "an entry in `AssignedEmpty` can look like `AssignedDestroyed`"),
        ],
    );
}

#[test]
fn predicates_that_do_not_exclude_each_other() {
    assert_errors(
        &with(&snp(), "(assigned = 1, validated = 0)", "(assigned = 1)"),
        &[
            ("Validated", "an entry can be in `Validated` and in `Assigned` at once at levels `Pd` and `Pt`"),
            ("Assigned", "an entry in `Assigned` can look like `Validated`"),
        ],
    );
}

#[test]
fn an_unknown_value() {
    assert_errors(
        &with(
            &cca(),
            "unprotected = 0, hipas = Assigned, ripas = Empty",
            "unprotected = 0, hipas = Asigned, ripas = Empty",
        ),
        &[("Asigned", "unknown value `Asigned`: did you mean `Assigned`?")],
    );
}

#[test]
fn an_unknown_field() {
    assert_errors(
        &with(
            &cca(),
            "unprotected = 0, hipas = Assigned, ripas = Empty",
            "unprotected = 0, hpas = Assigned, ripas = Empty",
        ),
        &[("hpas", "unknown field `hpas`: did you mean `hipas`?")],
    );
}

#[test]
fn a_value_that_does_not_fit() {
    assert_errors(
        &with(
            &cca(),
            "unprotected = 0, hipas = Assigned, ripas = Empty",
            "unprotected = 2, hipas = Assigned, ripas = Empty",
        ),
        &[("2", "the value 2 does not fit into 1 bit: the largest value is 1")],
    );
}

#[test]
fn a_number_that_is_no_value() {
    assert_errors(
        &with(&cca(), "unprotected = 0, hipas = Assigned, ripas = Empty", "unprotected = 0, hipas = 2, ripas = Empty"),
        &[("2", "`Hipas` has no variant with the value 2")],
    );
}

#[test]
fn a_name_for_a_number() {
    assert_errors(
        &with(&snp(), "assigned = 1, validated = 0", "assigned = Yes, validated = 0"),
        &[("Yes", "`Yes` is no value of `assigned`: write a number")],
    );
}

#[test]
fn a_tag_as_predicate() {
    assert_errors(
        &with(&cca(), "unprotected = 0, hipas = Assigned, ripas = Empty", "unprotected = 0, valid = 1, ripas = Empty"),
        &[("valid", "`valid` does not tell states apart, it has one value in all of them: remove it here")],
    );
}

#[test]
fn an_unknown_level() {
    assert_errors(
        &with(
            &cca(),
            "unprotected = 0, hipas = Assigned, ripas = Empty",
            "unprotected = 0, hipas = Assigned, ripas = Empty, levels(L9)",
        ),
        &[("L9", "unknown level `L9`: did you mean `L0`?")],
    );
}

#[test]
fn a_shape_without_a_format() {
    assert_errors(
        &with(&cove(), "entries(GAbsent, GLeaf, GTable)", "entries(GLeaf, GTable)"),
        &[("absent", "`GStageTable` has no format that says what a state with the shape `absent` looks like")],
    );
}

#[test]
fn a_state_in_other_bits_of_another_format() {
    assert_errors(
        &with(
            &module_side(),
            "#[bits([9, 53..=56, 6..=7], default = NlMapped)]",
            "#[bits([53..=56, 9, 6..=7], default = NlMapped)]",
        ),
        &[
            (
                "[53..=56, 9, 6..=7]",
                "the state is read before it is known whether an entry is a `SeptLeaf` or a `SeptTable`",
            ),
            ("[9, 53..=56, 6..=7]", "`SeptState` has these bits in `SeptLeaf`"),
        ],
    );
}
