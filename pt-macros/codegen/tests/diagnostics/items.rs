//! Items: what a declaration lacks.

use crate::harness::assert_slip;

#[test]
fn no_levels() {
    assert_slip(
        "    #[levels]\n",
        "",
        &[("SharedEpt", "`SharedEpt` has levels, and `tdx` declares none: add a `#[levels]` enum")],
    );
}

#[test]
fn no_geometry() {
    assert_slip(
        "    #[geometry]\n",
        "",
        &[(
            "SharedEpt",
            "at which level is `SharedEpt` entered, and how wide are its addresses? Add a `#[geometry]` e",
        )],
    );
}

#[test]
fn levels_that_are_no_enum() {
    assert_slip(
        "#[levels]\n    pub enum Level",
        "#[levels]\n    pub struct Level",
        &[("#[levels]", "`#[levels]` belongs on an enum")],
    );
}
