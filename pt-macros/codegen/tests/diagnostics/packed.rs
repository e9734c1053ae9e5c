//! Packed words: several entries in one.

use crate::harness::{assert_errors, with};

const GRANULES: &str = "pub mod granules {
    #[values]
    pub enum Gpi { NoAccess = 0, Root = 10, Any = 15 }

    /// A descriptor of the last level.
    #[packed(bits = 4)]
    pub struct Gpis(Gpi);
}";

#[track_caller]
fn assert_slip(old: &str, new: &str, wanted: &[(&str, &str)]) {
    assert_errors(&with(GRANULES, old, new), wanted);
}

#[test]
fn entries_that_fill_a_word() {
    assert_slip("bits = 4", "bits = 32", &[]);
    for bits in ["0", "3", "64"] {
        let wrong = with(GRANULES, "bits = 4", &format!("bits = {bits}"));
        assert_errors(&wrong, &[(bits, "entries fill a word of 64 bits: write 1, 2, 4, 8, 16 or 32")]);
    }
}

#[test]
fn values_that_do_not_fit() {
    assert_slip(
        "bits = 4",
        "bits = 2",
        &[("10", "`Root` does not fit into an entry of `Gpis`, which has 2 bits"), ("2", "`Root` is 10")],
    );
}

#[test]
fn parts_that_are_missing() {
    assert_slip(
        "#[packed(bits = 4)]",
        "#[packed]",
        &[("#[packed]", "how wide is an entry? Write `#[packed(bits = N)]`")],
    );
    let says = "what are the entries? Write `struct Gpis(Values);`, with a `#[values]` enum";
    assert_slip("Gpis(Gpi);", "Gpis;", &[("Gpis", says)]);
    assert_slip("Gpis(Gpi);", "Gpis { gpi: Gpi }", &[("Gpis", says)]);
    assert_slip(
        "Gpis(Gpi);",
        "Gpis([u8; 2]);",
        &[("[u8; 2]", "the entries are values: write the name of a `#[values]` enum")],
    );
}

#[test]
fn a_misspelt_option_and_a_taken_name() {
    assert_slip("bits = 4", "bit = 4", &[("bit", "unknown option `bit`: did you mean `bits`?")]);
    assert_slip(
        "Gpis(Gpi)",
        "Gpi(Gpi)",
        &[("Gpi", "the name `Gpi` is taken: rename this packed word"), ("Gpi", "belongs to this enum of values")],
    );
}

#[test]
fn an_item_that_is_no_struct() {
    assert_slip(
        "pub struct Gpis(Gpi);",
        "pub enum Gpis { A }",
        &[("#[packed(bits = 4)]", "`#[packed]` belongs on a struct of one unnamed field")],
    );
}
