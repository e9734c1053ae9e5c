//! Shapes: leaves are told from tables.

use crate::harness::{assert_errors, assert_slip, cove, with};

#[test]
fn a_leaf_with_the_tag_of_a_table() {
    assert_slip(
        "#[bits(7, levels(Pdpt, Pd), tag = 0)]",
        "#[bits(7, levels(Pdpt, Pd), tag = 1)]",
        &[
            ("1", "`EptLeaf` and `EptTable` look alike at level `Pd`: give bit 7 another tag in one of them"),
            ("1", "bit 7 of `EptLeaf` has the same tag"),
        ],
    );
}

#[test]
fn a_tag_that_the_other_format_ignores() {
    assert_slip(
        "#[bits(7, levels(Pdpt, Pd), tag = 0)]",
        "#[bits(7, levels(Pdpt, Pd), ignored)]",
        &[
            ("7", "bit 7 tells a leaf from a table at level `Pd`, and cannot be ignored: describe it by a `tag`"),
            ("1", "bit 7 tells them apart by this tag"),
        ],
    );
}

#[test]
fn no_tag() {
    assert_errors(
        &with(
            &cove(),
            "#[bits(1..=3, tag = 0)]                permissions: ()",
            "#[bits(1..=3, reserved)]                permissions: ()",
        ),
        &[
            ("GLeaf", "`GLeaf` and `GTable` look alike at levels `L2` and `L1`"),
            ("GTable", "`GTable` looks like `GLeaf`"),
        ],
    );
}
