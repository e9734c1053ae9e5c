//! Leaves that map as one.

use crate::harness::{assert_errors, with, x86_64};

/// The bits that are left to software, less those that a case takes.
const NINE: &str = "#[bits([10..=11, 52..=58], software)] available: Bits<9>,";
const EIGHT: &str = "#[bits([11, 52..=58], software)] available: Bits<8>,";

/// Long mode, as if eight pages could be one.
fn spanning() -> String {
    let field = "#[bits(9, levels(Pt), span = 8)] #[bits(9, levels(Pd, Pdpt), software)] eight: bool,";
    let declaration = with(
        &x86_64(),
        "#[bits(8)]                                global: bool,",
        &format!("#[bits(8)] global: bool, {field}"),
    );
    let available = "#[bits([9..=11, 52..=58], software)]      available: Bits<10>,";
    with(&declaration, available, NINE)
}

#[test]
fn eight_pages_are_one() {
    assert_errors(&spanning(), &[]);
}

#[test]
fn a_number_that_is_no_power_of_two() {
    assert_errors(&with(&spanning(), "span = 8", "span = 12"), &[("12", "a power of two of leaves map as one")]);
}

#[test]
fn more_leaves_than_a_table_has() {
    let message = "a table of `Pt` has 512 entries: write at most `512`";
    assert_errors(&with(&spanning(), "span = 8", "span = 1024"), &[("1024", message)]);
}

#[test]
fn several_bits() {
    let wrong = with(&spanning(), "#[bits(9, levels(Pt), span = 8)]", "#[bits(9..=10, levels(Pt), span = 8)]");
    let wrong = with(&wrong, NINE, EIGHT);
    let found = crate::harness::errors(&wrong);
    assert!(found.iter().any(|(_, says)| says.contains("one bit says that a leaf is one of several")), "{found:?}");
}

#[test]
fn two_fields_that_say_it() {
    let again = "#[bits(9, levels(Pd, Pdpt), software)] eight: bool, \
                 #[bits(10, levels(Pt), napot = 16)] #[bits(10, levels(Pd, Pdpt), software)] sixteen: bool,";
    let wrong = with(&spanning(), "#[bits(9, levels(Pd, Pdpt), software)] eight: bool,", again);
    let wrong = with(&wrong, NINE, EIGHT);
    let says =
        [("16", "`eight` says already which leaves of `Pt` map as one: remove this"), ("8", "`eight` says it here")];
    assert_errors(&wrong, &says);
}

#[test]
fn tables_do_not_span() {
    let table = "#[bits(3)]                                write_through: bool,\n        #[bits(4)]                                cache_disable: bool,\n        #[bits(5, hardware = accessed)]           accessed: bool,\n        #[bits(7, levels(Pdpt, Pd), tag = 0)]";
    let wrong = with(&x86_64(), table, &table.replacen("#[bits(3)]", "#[bits(3, span = 4)]", 1));
    assert_errors(&wrong, &[("4", "only leaves map as one, and `TableEntry` is no format of leaves: remove this")]);
}

#[test]
fn two_purposes() {
    let wrong = with(&spanning(), "span = 8", "span = 8, hardware");
    assert_errors(&wrong, &[("hardware", "a field is for one thing: keep one of `frame`, `tag`, `span`")]);
}
