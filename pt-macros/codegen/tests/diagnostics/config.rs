//! The configuration, and the conditions that name its features.

use crate::harness::{assert_errors, ept, npt, tdx, with, with_first, x86_64};

#[test]
fn an_unknown_feature() {
    assert_errors(
        &with(&x86_64(), "leaf(if = pages_1g)", "leaf(if = page_1g)"),
        &[("page_1g", "unknown feature `page_1g`: did you mean `pages_1g`?")],
    );
    assert_errors(
        &with_first(&x86_64(), "if = nxe)", "if = nxe & !smep)"),
        &[("smep", "unknown feature `smep`: it is one of `nxe`, `pages_1g`, `protection_keys`")],
    );
}

#[test]
fn a_condition_without_a_configuration() {
    assert_errors(
        &with(
            &tdx(),
            "#[bits(6)]                                           ignore_pat",
            "#[bits(6, if = pat)] ignore_pat",
        ),
        &[("pat", "there is no configuration to look at: add a `#[config] struct` with a `bool` of this name")],
    );
}

#[test]
fn a_condition_that_is_none() {
    assert_errors(
        &with_first(&x86_64(), "if = nxe)", "if = nxe | smep)"),
        &[("nxe | smep", "write names with `&` and `!`, as in `a & !b`")],
    );
    assert_errors(
        &with(&x86_64(), "leaf(if = pages_1g)", "leaf()"),
        &[("leaf()", "under which condition? Write `leaf(if = FEATURE)`")],
    );
    assert_errors(
        &with(&x86_64(), "leaf(if = pages_1g)", "leaf = pages_1g"),
        &[("leaf = pages_1g", "write `leaf`, or `leaf(if = FEATURE)`")],
    );
}

#[test]
fn else_without_if() {
    assert_errors(
        &with(&x86_64(), "if = protection_keys, else = software", "else = software"),
        &[("software", "`else` belongs to `if`: it is what the bits are when the condition does not hold")],
    );
}

#[test]
fn what_depends_on_no_feature() {
    assert_errors(
        &with(&x86_64(), "#[bits(12..=51, frame, levels(Pt))]", "#[bits(12..=51, frame, levels(Pt), if = nxe)]"),
        &[("nxe", "the frame is there whatever the features: remove `if`")],
    );
    assert_errors(
        &with(&x86_64(), "levels(Pdpt, Pd), tag = 1)]", "levels(Pdpt, Pd), tag = 1, if = nxe)]"),
        &[("nxe", "a tag tells shapes apart, whatever the features: remove `if`")],
    );
    assert_errors(
        &with(&x86_64(), "levels(Pml5, Pml4), reserved)]", "levels(Pml5, Pml4), reserved, if = nxe)]"),
        &[("nxe", "reserved bits are no feature: remove `if`")],
    );
    assert_errors(
        &with(&x86_64(), "52..=58], software)]", "52..=58], software, if = nxe)]"),
        &[("nxe", "the CPU never looks at these bits: remove `if`")],
    );
}

#[test]
fn presence_that_depends_on_a_feature_alone() {
    let table = &ept()[ept().find("pub struct EptLeaf").expect("EPT has leaves")..];
    let only = &ept()[..ept().len() - table.len()];
    let alone = with(only, "present = read | write | execute | user_execute", "present = user_execute");
    assert_errors(
        &format!("{alone}{table}"),
        &[("mode_based_execute", "without `mode_based_execute` no entry would be present: name a field too")],
    );
}

#[test]
fn permissions_that_depend_on_two_features() {
    let old = "#[bits(57, if = guest_paging_verification, else = software)]";
    let new = "#[bits(57, allows = user, if = guest_paging_verification, else = software)]";
    assert_errors(
        &with(&ept(), old, new),
        &[(
            "guest_paging_verification",
            "what `EptLeaf` lets through depends on one condition: use the same everywhere",
        )],
    );
}

#[test]
fn numbers_that_say_nothing() {
    assert_errors(
        &with(&npt(), "#[frames(width = 36..=52)] phys_bits", "phys_bits"),
        &[("u32", "what does `phys_bits` decide? A number says how wide frames are: add `#[frames(width")],
    );
    assert_errors(&with(&npt(), "nxe: bool", "nxe: u8"), &[("u8", "`nxe` is there or not: write `bool`")]);
    assert_errors(
        &with(&npt(), "c_bit: Option<u32>", "c_bit: u32"),
        &[("u32", "`c_bit` is the position of a bit, or none: write `Option<u32>`")],
    );
    assert_errors(
        &with(&npt(), "phys_bits: u32", "phys_bits: u64"),
        &[("u64", "`phys_bits` is a number of bits: write `u32`")],
    );
}

#[test]
fn ranges_of_frames() {
    assert_errors(
        &with(&npt(), "width = 36..=52", "width = 52..=36"),
        &[("52..=36", "this range is reversed, the lowest comes first: write `36..=52`")],
    );
    assert_errors(
        &with(&npt(), "width = 36..=52", "width = 36..=65"),
        &[("36..=65", "a frame has address bits 12 to 63")],
    );
    assert_errors(
        &with(&npt(), "#[frames(width = 36..=52)] phys_bits: u32,", ""),
        &[("c_bit", "`c_bit` is a bit beside those of the width: add a field with `#[frames(width = …)]`")],
    );
    assert_errors(
        &with(&npt(), "#[frames(bit = 32..=51)]   c_bit: Option<u32>", "#[frames(width = 36..=52)] again: u32"),
        &[("again", "`phys_bits` is the width of frames already: keep one"), ("phys_bits", "the width of frames")],
    );
    assert_errors(
        &with(&npt(), "#[frames(width = 36..=52)]", "#[frames]"),
        &[("#[frames]", "write `#[frames(width = LOW..=HIGH)]` or `#[frames(bit = LOW..=HIGH)]`")],
    );
}

#[test]
fn fields_named_like_the_constructors() {
    assert_errors(
        &with(&npt(), "c_bit: Option<u32>", "none: Option<u32>"),
        &[("none", "each configuration has a function `none`: rename this field")],
    );
}

#[test]
fn a_second_configuration() {
    let second = "#[config] pub struct More { smep: bool }\n    /// An entry that maps a page";
    assert_errors(
        &with(&npt(), "/// An entry that maps a page", second),
        &[
            ("More", "a declaration has one `#[config]` struct, and this is the second"),
            ("Host", "the first `#[config]` struct is here"),
        ],
    );
}

#[test]
fn a_configuration_beside_private_memory() {
    let config = "#[config] pub struct Machine { nxe: bool }\n    /// EPT memory types";
    assert_errors(
        &with(&tdx(), "/// EPT memory types", config),
        &[("Machine", "`PrivateEpt` propagates to a table that a monitor owns, and is made without a configuration")],
    );
}

#[test]
fn every_access_of_somebody_else() {
    assert_errors(
        &with(&npt(), "every_access = user", "every_access = usr"),
        &[("usr", "unknown word `usr`: did you mean `user`?")],
    );
}
