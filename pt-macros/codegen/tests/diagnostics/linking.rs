//! Linking: a new link is present and open; and the names of accessors.

use crate::harness::{assert_errors, ept, errors, tdx, with, x86_64};

#[test]
fn an_entry_that_links_may_differ_by_level() {
    let declaration =
        with(&tdx(), "#[bits(7, levels(Pml5, Pml4), reserved)]", "#[bits(7, levels(Pml5, Pml4), reserved = 1)]");
    assert_errors(&declaration, &[]);
}

#[test]
fn a_new_link_lets_nothing_through() {
    let closed = "#[bits(1, allows = write, default = 1)]   write: bool";
    let declaration = with(&x86_64(), closed, "#[bits(1, allows = write)]   write: bool");
    let says = "linked with `write` clear, and nothing below it gets what `write` allows: add `default = true`";
    assert_errors(&declaration, &[("write", says)]);
    // It may be meant.
    let declaration = with(&x86_64(), closed, "#[bits(1, allows = write, default = false)]   write: bool");
    assert_errors(&declaration, &[]);
}

#[test]
fn a_new_link_is_not_present() {
    let table = &ept()[ept().find("pub struct EptTable").expect("EPT has tables")..];
    let closed = table.replace("default = 1)]       read", "default = 0)]       read");
    let closed = closed.replace("default = 1)]      write", "default = 0)]      write");
    let closed = closed.replace("default = 1)]    execute", "default = 0)]    execute");
    let says = "the entry that links a new table of `Ept` is not present at level `Pml5`: give `read`, `write` and";
    assert_errors(&with(&ept(), table, &closed), &[("read", says)]);
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
