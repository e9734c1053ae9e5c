//! Names: each stands for one thing.

use crate::harness::assert_slip;

#[test]
fn two_formats() {
    assert_slip(
        "pub struct EptTable",
        "pub struct EptLeaf",
        &[
            ("EptLeaf", "the name `EptLeaf` is taken: rename this format"),
            ("EptLeaf", "the name `EptLeaf` belongs to this format"),
        ],
    );
}

#[test]
fn two_fields() {
    assert_slip(
        "ignore_pat: bool",
        "write: bool",
        &[
            ("write", "the name `write` is taken: rename this field"),
            ("write", "the name `write` belongs to this field"),
        ],
    );
}

#[test]
fn a_table_and_a_level() {
    assert_slip(
        "pub struct PrivateEpt",
        "pub struct Pt",
        &[
            ("Pt", "the name `Pt` is taken: rename this table"),
            ("Pt", "the name `Pt` belongs to this level, and of its type"),
        ],
    );
}

#[test]
fn a_table_and_a_hook() {
    assert_slip(
        "pub struct PrivateEpt",
        "pub struct PageAdd",
        &[
            ("page_add", "the answers of `page_add` have the type `PageAdd`, and that name is taken: rename one"),
            ("PageAdd", "the name `PageAdd` belongs to this table"),
        ],
    );
}

#[test]
fn two_states() {
    assert_slip(
        "Mapped = 0x60",
        "Table = 0x60",
        &[
            ("Table", "the name `Table` is taken: rename this state"),
            ("Table", "the name `Table` belongs to this state"),
        ],
    );
}

#[test]
fn two_levels() {
    assert_slip(
        "Pdpt,\n",
        "Pd,\n",
        &[("Pd", "the name `Pd` is taken: rename this level"), ("Pd", "the name `Pd` belongs to this level")],
    );
}

#[test]
fn two_variants_of_a_geometry() {
    assert_slip(
        "Bits52,",
        "Bits48,",
        &[
            ("Bits48", "the name `Bits48` is taken: rename this variant"),
            ("Bits48", "the name `Bits48` belongs to this variant"),
        ],
    );
}

#[test]
fn two_values() {
    assert_slip(
        "WriteBack = 6 ",
        "WriteThrough = 6 ",
        &[
            ("WriteThrough", "the name `WriteThrough` is taken: rename this value"),
            ("WriteThrough", "the name `WriteThrough` belongs to this value"),
        ],
    );
}

#[test]
fn two_values_of_one_number() {
    assert_slip(
        "WriteBack = 6 ",
        "WriteBack = 5 ",
        &[
            ("5", "5 is the value of `WriteProtected` already: give `WriteBack` another"),
            ("5", "`WriteProtected` is 5"),
        ],
    );
}

#[test]
fn two_hooks() {
    assert_slip(
        "fn page_aug",
        "fn page_add",
        &[
            ("page_add", "the name `page_add` is taken: rename this hook"),
            ("page_add", "the name `page_add` belongs to this hook"),
        ],
    );
}
