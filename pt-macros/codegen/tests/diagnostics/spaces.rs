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
