//! Spaces: which addresses a table translates, and which half of them.

use crate::harness::{assert_errors, assert_slip, snp, with, x86_64};

#[test]
fn a_guest_table_of_a_split_geometry() {
    assert_slip("#[table(shared,", "#[table(guest,", &[("guest", "`Gpaw` splits the address space")]);
}

#[test]
fn a_virtual_table_of_a_split_geometry() {
    assert_slip(
        "#[table(shared,",
        "#[table(virtual,",
        &[("virtual", "`Gpaw` splits guest-physical addresses, and `SharedEpt` is virtual")],
    );
}

#[test]
fn a_shared_table_of_both_halves() {
    assert_slip(
        "#[table(shared,",
        "#[table(shared, select(both),",
        &[("shared", "a `shared` table translates the shared half only")],
    );
}

#[test]
fn a_guest_table_of_virtual_addresses() {
    assert_errors(
        &with(&x86_64(), "#[table(virtual,", "#[table(guest,"),
        &[("guest", "the addresses of `Paging` are virtual: write `virtual`")],
    );
}

#[test]
fn a_shared_table_without_a_split() {
    assert_errors(
        &with(&x86_64(), "#[table(virtual,", "#[table(shared,"),
        &[("shared", "no bit splits the address space of `Paging`")],
    );
}

#[test]
fn a_choice_of_halves_without_a_split() {
    assert_errors(
        &with(&x86_64(), "#[table(virtual,", "#[table(virtual, select(both),"),
        &[("both", "no bit splits the address space of `Paging`: remove `select`")],
    );
}

#[test]
fn a_virtual_table_of_guest_addresses() {
    assert_errors(
        &with(&snp(), "#[table(guest,", "#[table(virtual,"),
        &[("virtual", "the addresses of `Nested` are guest-physical")],
    );
}

#[test]
fn two_tables_of_one_half() {
    assert_slip(
        "#[table(protected, used_by(cpu)",
        "#[table(protected, select(shared), used_by(cpu)",
        &[
            ("shared", "`SharedEpt` translates the shared half already"),
            ("shared", "`SharedEpt` translates the shared half here"),
        ],
    );
}

#[test]
fn two_private_tables() {
    assert_slip(
        "#[table(shared,",
        "#[table(private,",
        &[
            ("private", "`SharedEpt` stands for a protected table, which the VMM does not see, and names none"),
            ("private", "`SharedEpt` translates the private half already"),
            ("private", "`SharedEpt` translates the private half here"),
        ],
    );
}

/// Long mode as if each canonical half had a root.
fn two_roots() -> String {
    with(&x86_64(), "#[geometry(extend = sign)]", "#[geometry(extend = halves)]")
}

#[test]
fn a_table_of_an_end_that_is_not_said() {
    let message = "which end of `Paging` does `PageTables` translate? Add `select(lower)` or `select(upper)`";
    assert_errors(&two_roots(), &[("PageTables", message)]);
}

#[test]
fn a_table_of_one_end() {
    assert_errors(&with(&two_roots(), "#[table(virtual,", "#[table(virtual, select(upper),"), &[]);
}

#[test]
fn a_half_of_an_address_space_with_two_roots() {
    let wrong = with(&two_roots(), "#[table(virtual,", "#[table(virtual, select(both),");
    assert_errors(&wrong, &[("both", "`Paging` has two ends: write `select(lower)` or `select(upper)`")]);
}

#[test]
fn an_end_of_an_address_space_with_one_root() {
    let wrong = with(&x86_64(), "#[table(virtual,", "#[table(virtual, select(upper),");
    assert_errors(
        &wrong,
        &[("upper", "`Paging` has one root: remove `select`, or write `#[geometry(extend = halves)]`")],
    );
}

#[test]
fn an_end_of_an_address_space_that_one_bit_splits() {
    assert_slip(
        "#[table(shared,",
        "#[table(shared, select(upper),",
        &[("shared", "one bit splits the address space of `Gpaw`: the halves are `shared` and `private`")],
    );
}

#[test]
fn a_split_of_an_address_space_with_two_roots() {
    let split = "#[root(Pml4, split(bit = 47, shared = 1))] FourLevels";
    let wrong = with(&two_roots(), "#[root(Pml4)] FourLevels", split);
    let found = crate::harness::errors(&wrong);
    assert!(
        found.iter().any(|(_, says)| says.contains("an address space with two ends is split already")),
        "{found:?}"
    );
}

#[test]
fn a_space_of_an_address_space_with_two_roots() {
    let wrong = with(&x86_64(), "#[geometry(extend = sign)]", "#[geometry(extend = halves, space = Virtual)]");
    let wrong = with(&wrong, "#[table(virtual,", "#[table(virtual, select(upper),");
    let message = "the two ends of an address space are virtual by themselves: remove `space`";
    assert_errors(&wrong, &[("Virtual", message)]);
}
