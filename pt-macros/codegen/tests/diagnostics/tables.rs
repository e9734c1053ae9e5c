//! Tables: the formats of their entries.

use crate::harness::{assert_errors, assert_slip, snp, with};

#[test]
fn an_unknown_format() {
    assert_slip(
        "entries(EptLeaf, EptTable)",
        "entries(EptLeaff, EptTable)",
        &[("EptLeaff", "unknown format `EptLeaff`: did you mean `EptLeaf`?")],
    );
}

#[test]
fn no_leaf_format() {
    assert_slip(
        "entries(EptLeaf, EptTable)",
        "entries(EptTable)",
        &[("SharedEpt", "`SharedEpt` has no format for leaves, and `Pd` and `Pt` have them")],
    );
}

#[test]
fn no_table_format() {
    assert_slip(
        "entries(EptLeaf, EptTable)",
        "entries(EptLeaf)",
        &[("SharedEpt", "`SharedEpt` has no format for tables, and `Pml5`, `Pml4`, `Pdpt` and `Pd` have them")],
    );
}

#[test]
fn no_formats() {
    assert_slip(
        ", entries(EptLeaf, EptTable)",
        "",
        &[("SharedEpt", "which formats do the entries of `SharedEpt` have? Add `entries(LEAF, TABLE)`")],
    );
}

#[test]
fn two_leaf_formats() {
    assert_slip(
        "entries(EptLeaf, EptTable)",
        "entries(EptLeaf, EptTable, PrivateLeaf)",
        &[("PrivateLeaf", "`EptLeaf` describes the leaves of `SharedEpt` already")],
    );
}

#[test]
fn a_format_named_twice() {
    assert_slip(
        "entries(EptLeaf, EptTable)",
        "entries(EptLeaf, EptTable, EptLeaf)",
        &[("EptLeaf", "`EptLeaf` is named twice: remove one")],
    );
}

#[test]
fn a_wide_format() {
    assert_errors(
        &with(&snp(), "reserved(3..=11, 63))]", "reserved(3..=11, 63..=127), word = u128)]"),
        &[("RmpEntry", "an entry of a table is a `u64`, and `RmpEntry` is a `u128`: it can only stand alone")],
    );
}

#[test]
fn where_a_root_can_lie() {
    let whole = "the roots of `SharedEpt` are whole tables, aligned as such: remove `root`";
    assert_slip("flush = Invept)", "flush = Invept, root(align = 64))", &[("64", whole)]);
    let missing = "where can a root lie? Write `root(align = BYTES)`";
    assert_slip("flush = Invept)", "flush = Invept, root())", &[("root()", missing)]);
}
