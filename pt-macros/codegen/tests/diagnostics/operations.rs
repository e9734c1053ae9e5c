//! Operations: what a monitor does, as values.

use crate::harness::{assert_errors, module_side, with, with_first};

#[track_caller]
fn assert_slip(old: &str, new: &str, wanted: &[(&str, &str)]) {
    assert_errors(&with(&module_side(), old, new), wanted);
}

#[test]
fn an_operation_that_no_state_names() {
    assert_slip(
        "#[to(Mapped, by = PageAdd | ImportMem)]",
        "#[to(Mapped, by = ImportMem)]",
        &[("PageAdd", "`PageAdd` acts on no state, no `#[to]` of `SeptState` names it")],
    );
}

#[test]
fn an_unknown_operation() {
    assert_slip(
        "#[to(Mapped, by = PageAdd | ImportMem)]",
        "#[to(Mapped, by = PageAd | ImportMem)]",
        &[("PageAd", "unknown operation `PageAd`: did you mean `PageAdd`?")],
    );
}

#[test]
fn an_operation_named_twice() {
    assert_slip(
        "#[state(absent, initial)] #[to(Free, by = SeptRd)]",
        "#[state(absent, initial)] #[to(Free, by = SeptRd)] #[to(Free, by = guest::look | SeptRd)]",
        &[("Free", "this transition from `Free` is declared twice"), ("Free", "the first declaration is here")],
    );
}

#[test]
fn operations_beside_hooks() {
    assert_slip(
        "states = SeptState, operations = SeptOperation,",
        "states = SeptState, hooks = Hooks, operations = SeptOperation,",
        &[
            ("Hooks", "unknown trait of hooks `Hooks`: there is none here"),
            ("SeptOperation", "the entries of `ModuleSept` change by the hooks of `Hooks`"),
        ],
    );
}

#[test]
fn operations_that_the_table_does_not_name() {
    assert_slip(
        "operations = SeptOperation, ",
        "",
        &[("ModuleSept", "`ModuleSept` does not name these operations: add `operations = SeptOperation`")],
    );
}

#[test]
fn unknown_operations_of_a_table() {
    assert_slip(
        "operations = SeptOperation,",
        "operations = SeptOperations,",
        &[("SeptOperations", "unknown enum of operations `SeptOperations`: did you mean `SeptOperation`?")],
    );
}

#[test]
fn operations_of_an_unknown_table() {
    assert_slip("#[operations(ModuleSept)]", "#[operations(ModulSept)]", &[("ModulSept", "unknown table `ModulSept`")]);
}

#[test]
fn no_operation_tracks() {
    assert_slip(
        "#[operation(track, ",
        "#[operation(other, ",
        &[("track", "no operation of `SeptOperation` tracks: add a variant with `#[operation(track)]`")],
    );
}

#[test]
fn an_operation_at_an_unknown_level() {
    assert_slip(
        "#[operation(levels(Pt, Pd), during(Initialized | tracked))]",
        "#[operation(levels(Pt, Pdd), during(Initialized | tracked))]",
        &[("Pdd", "unknown level `Pdd`: did you mean `Pd`?")],
    );
}

#[test]
fn one_number_for_two_operations() {
    assert_slip(
        "Track = 38",
        "Track = 39",
        &[("39", "39 is the code of `Track` already: give `RangeUnblock` another"), ("39", "`Track` has this code")],
    );
}

#[test]
fn an_operation_without_its_number() {
    assert_slip("Track = 38", "Track", &[("Track", "the other operations have codes, and `Track` has none")]);
}

#[test]
fn an_unknown_option() {
    assert_errors(
        &with_first(&module_side(), "#[operation(other, ", "#[operation(othr, "),
        &[("othr", "unknown option `othr`: did you mean `other`?")],
    );
}
