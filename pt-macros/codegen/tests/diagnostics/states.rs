//! States: the life of an entry.

use crate::harness::{assert_errors, assert_slip, cca, with};

#[test]
fn a_transition_to_an_unknown_state() {
    assert_slip(
        "#[to(Table, by = sept_add)]",
        "#[to(Tabel, by = sept_add)]",
        &[("Tabel", "unknown state `Tabel`: did you mean `Table`?")],
    );
}

#[test]
fn a_misspelt_state_is_reached() {
    assert_slip(
        "#[to(TableBlocked, by",
        "#[to(TableBloked, by",
        &[("TableBloked", "unknown state `TableBloked`: did you mean `TableBlocked`?")],
    );
}

#[test]
fn an_unreachable_state() {
    assert_slip(
        " #[to(PendingBlocked, by = range_block)]",
        "",
        &[("PendingBlocked", "no transition leads from `Free` to `PendingBlocked`")],
    );
}

#[test]
fn unreachable_states_that_follow_from_one() {
    assert_errors(
        &with(&cca(), " #[to(UnassignedNs, by = rtt_destroy)]", ""),
        &[("UnassignedNs", "no transition leads from `UnassignedEmpty` to `UnassignedNs`")],
    );
}

#[test]
fn no_initial_state() {
    assert_slip(
        "#[state(absent, initial)]",
        "#[state(absent)]",
        &[("Sept", "in which state is an entry of a new table? Add `initial` to the `#[state(…)]` of one state")],
    );
}

#[test]
fn two_initial_states() {
    assert_slip(
        "#[state(table, accessible)]",
        "#[state(table, accessible, initial)]",
        &[
            ("initial", "`Free` is the initial state already: an entry of a new table is in one state"),
            ("initial", "`Free` is initial"),
        ],
    );
}

#[test]
fn accessible_and_blocked() {
    assert_slip(
        "#[state(table, accessible)]",
        "#[state(table, accessible, blocked)]",
        &[("blocked", "no CPU translates through a blocked entry: `Table` is `accessible` or `blocked`, not both")],
    );
}

#[test]
fn accessible_and_absent() {
    assert_slip(
        "#[state(absent, initial)]",
        "#[state(absent, initial, accessible)]",
        &[("accessible", "an absent entry leads nowhere: `Free` cannot be `accessible`")],
    );
}

#[test]
fn a_transition_given_twice() {
    assert_slip(
        "#[to(TableBlocked, by = range_block)]",
        "#[to(TableBlocked, by = range_block)] #[to(TableBlocked, by = range_block)]",
        &[
            ("TableBlocked", "this transition from `Table` is declared twice: remove one"),
            ("TableBlocked", "the first declaration is here"),
        ],
    );
}

#[test]
fn an_unknown_hook() {
    assert_slip(
        "#[to(Table, by = sept_add)]",
        "#[to(Table, by = sept_ad)]",
        &[("sept_ad", "unknown hook `sept_ad`: did you mean `sept_add`?")],
    );
}

#[test]
fn no_track() {
    assert_slip(
        "#[hook(track, busy)]            fn track(&self) -> Outcome<Track>;",
        "",
        &[("track", "no hook of `SeptHooks` tracks")],
    );
}

#[test]
fn states_of_another_table() {
    assert_slip(
        "#[states(SecureEpt)]",
        "#[states(SharedEpt)]",
        &[
            ("Sept", "`Sept` are the states of `SharedEpt`: declare them as `#[states(SecureEpt)]`"),
            ("SharedEpt", "the table of `Sept`"),
        ],
    );
}

#[test]
fn states_of_an_unknown_table() {
    assert_slip(
        "#[states(SecureEpt)]",
        "#[states(SecurEpt)]",
        &[("SecurEpt", "unknown table `SecurEpt`: did you mean `SecureEpt`?")],
    );
}

#[test]
fn states_that_the_table_does_not_name() {
    assert_slip(
        "states = Sept, ",
        "",
        &[("SecureEpt", "`SecureEpt` does not name these states: add `states = Sept` to its `#[table]`")],
    );
}

#[test]
fn unknown_states_of_a_table() {
    assert_slip("states = Sept,", "states = Spet,", &[("Spet", "unknown enum of states `Spet`: did you mean `Sept`?")]);
}

#[test]
fn a_transition_that_its_hook_does_not_make() {
    let wanted =
        "`page_add` has the role `add`, which maps a page where nothing was: it does not make `Table` of `Free`";
    assert_slip("#[to(Mapped, by = page_add", "#[to(Table, by = page_add", &[("Table", wanted)]);
}
