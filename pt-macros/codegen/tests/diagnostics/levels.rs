//! Levels: index ranges, and what each level can hold.

use crate::harness::assert_slip;

#[test]
fn index_ranges_that_overlap() {
    assert_slip(
        "index = 39..=47",
        "index = 39..=48",
        &[
            ("48", "these index bits overlap those of `Pml5`: let `Pml4` end at bit 47"),
            ("48..=51", "`Pml5` is indexed by these bits"),
        ],
    );
}

#[test]
fn index_ranges_with_a_gap() {
    assert_slip("index = 21..=29", "index = 21..=28", &[("28", "bit 29 indexes no level: let `Pd` end at bit 29")]);
}

#[test]
fn a_reversed_index_range() {
    assert_slip(
        "index = 30..=38",
        "index = 38..=30",
        &[("38..=30", "this range is reversed, the lowest bit comes first: write `30..=38`")],
    );
}

#[test]
fn an_index_range_past_the_address() {
    assert_slip(
        "index = 48..=51",
        "index = 48..=64",
        &[("64", "there is no bit 64: an address has 64 bits, and the last is bit 63")],
    );
}

#[test]
fn levels_in_the_wrong_order() {
    assert_slip(
        "index = 48..=51, table",
        "index = 0..=11, table",
        &[("Pml4", "levels are declared root first: `Pml4` lies above `Pml5`")],
    );
}

#[test]
fn an_inner_level_without_tables() {
    assert_slip(
        "21..=29, table, leaf",
        "21..=29, leaf",
        &[("Pd", "nothing leads from `Pd` to `Pt`: add `table` to its `#[level]`")],
    );
}

#[test]
fn tables_at_the_last_level() {
    assert_slip(
        "12..=20, leaf",
        "12..=20, table, leaf",
        &[("table", "`Pt` is the last level, and there is none below it for its tables: remove `table`")],
    );
}

#[test]
fn a_last_level_without_leaves() {
    assert_slip(
        "12..=20, leaf",
        "12..=20",
        &[("Pt", "`Pt` is the last level, and maps nothing: add `leaf` to its `#[level]`")],
    );
}

#[test]
fn pages_below_the_smallest() {
    assert_slip(
        "index = 12..=20",
        "index = 11..=20",
        &[("11..=20", "a page of `Pt` would have 2048 bytes, and a page has at least 4096: begin at bit 12")],
    );
}
