//! Linking: one value for every level; and the names of accessors.

use crate::harness::{assert_errors, assert_slip, errors, tdx, with};

#[test]
fn an_entry_that_links_differs_by_level() {
    assert_slip(
        "#[bits(7, levels(Pml5, Pml4), reserved)]",
        "#[bits(7, levels(Pml5, Pml4), reserved = 1)]",
        &[("0", "differs at `Pml5` and `Pdpt`")],
    );
}

#[test]
fn a_field_has_the_name_of_a_method() {
    let declaration = with(&tdx(), "ignore_pat: bool", "bits: bool");
    assert_errors(&declaration, &[("bits", "each format has a method `bits`: rename this field")]);
    // Bits without accessors may have any name.
    assert!(
        errors(&with(
            &tdx(),
            "#[bits(7, levels(Pt), ignored)]                      page_size: ()",
            "#[bits(7, levels(Pt), ignored)] bits: ()"
        ))
        .is_empty()
    );
}

#[test]
fn a_field_has_the_name_of_the_accessor_of_another() {
    let declaration = with(&tdx(), "ignore_pat: bool", "with_dirty: bool");
    assert_errors(
        &declaration,
        &[
            ("with_dirty", "the name `with_dirty` is taken: rename this field"),
            ("dirty", "the method `with_dirty` belongs to this field"),
        ],
    );
}
