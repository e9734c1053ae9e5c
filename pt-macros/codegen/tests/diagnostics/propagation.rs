//! Propagation: from a private table to a protected one.

use crate::harness::assert_slip;

#[test]
fn an_unknown_target() {
    assert_slip(
        "propagates_to(SecureEpt)",
        "propagates_to(SecurEpt)",
        &[("SecurEpt", "unknown table `SecurEpt`: did you mean `SecureEpt`?")],
    );
}

#[test]
fn a_private_table_without_a_protected_one() {
    assert_slip(
        ", propagates_to(SecureEpt)",
        "",
        &[("private", "`PrivateEpt` stands for a protected table, which the VMM does not see, and names none")],
    );
}

#[test]
fn to_itself() {
    assert_slip(
        "propagates_to(SecureEpt)",
        "propagates_to(PrivateEpt)",
        &[("PrivateEpt", "`PrivateEpt` cannot propagate to itself: name the protected table that it stands for")],
    );
}

#[test]
fn in_a_cycle() {
    assert_slip(
        "hooks = SeptHooks)",
        "hooks = SeptHooks, propagates_to(PrivateEpt))",
        &[("SecureEpt", "a change of `PrivateEpt` would come back to it")],
    );
}

#[test]
fn to_a_table_without_hooks() {
    assert_slip(
        "propagates_to(SecureEpt)",
        "propagates_to(SharedEpt)",
        &[
            ("SharedEpt", "`SharedEpt` has no hooks that a change of `PrivateEpt` could go through"),
            ("protected", "`PrivateEpt` translates the private half already"),
            ("private", "`PrivateEpt` translates the private half here"),
        ],
    );
}

#[test]
fn to_a_table_twice() {
    assert_slip(
        "propagates_to(SecureEpt)",
        "propagates_to(SecureEpt, SecureEpt)",
        &[("SecureEpt", "`SecureEpt` is named twice: remove one")],
    );
}

#[test]
fn a_private_table_that_is_invisible() {
    assert_slip(
        "#[table(private, visible_to(vmm), ",
        "#[table(private, ",
        &[("private", "`PrivateEpt` is there for the VMM to walk, which does not see it: add `visible_to(vmm)`")],
    );
}
