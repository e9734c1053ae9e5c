//! Phases: when a transition or an operation exists.

use crate::harness::{assert_errors, module_side, tdx, with};

#[track_caller]
fn assert_slip(old: &str, new: &str, wanted: &[(&str, &str)]) {
    assert_errors(&with(&module_side(), old, new), wanted);
}

#[test]
fn an_unknown_phase_of_the_engine() {
    assert_errors(
        &with(&tdx(), "during(Build)", "during(Buidl)"),
        &[("Buidl", "unknown phase `Buidl`: did you mean `Build`?")],
    );
}

#[test]
fn an_unknown_phase_of_the_monitor() {
    assert_slip(
        "during(Initialized | tracked)",
        "during(Initialised | traked)",
        &[
            ("Initialised", "unknown phase `Initialised`: did you mean `Initialized`?"),
            ("traked", "unknown phase `traked`: did you mean `tracked`?"),
        ],
    );
}

#[test]
fn a_phase_of_the_engine_where_the_monitor_has_its_own() {
    assert_slip(
        "during(Initialized | tracked)",
        "during(Build)",
        &[("Build", "unknown phase `Build`: it is one of `Uninitialized`")],
    );
}

#[test]
fn phases_put_together_in_another_way() {
    assert_slip(
        "during(Initialized | tracked)",
        "during(Initialized + tracked)",
        &[("Initialized + tracked", "phases are put together by `|`, `&` and `!`")],
    );
}

#[test]
fn a_set_of_later_sets() {
    assert_slip(
        "tracked = Runnable | LiveExport | LiveImport",
        "tracked = Runnable | LiveExport | importing",
        &[("importing", "unknown phase `importing`")],
    );
}

#[test]
fn a_set_with_the_name_of_a_phase() {
    assert_slip(
        "settled = !(Uninitialized",
        "Runnable = PausedExport, settled = !(Uninitialized",
        &[("Runnable", "the name `Runnable` is taken: rename this set"), ("Runnable", "`Runnable` is this one")],
    );
}

#[test]
fn a_set_of_nothing() {
    assert_slip(
        "settled = !(Uninitialized",
        "settled, spare = !(Uninitialized",
        &[("settled", "write `SET = PHASE | PHASE`")],
    );
}

#[test]
fn phases_of_which_table() {
    assert_slip("#[phases(ModuleSept, ", "#[phases(", &[("OpState", "of which table? Write `#[phases(TABLE)]`")]);
}

#[test]
fn phases_that_the_table_does_not_name() {
    assert_slip(
        ", phases = OpState)]",
        ")]",
        &[("ModuleSept", "`ModuleSept` does not name these phases: add `phases = OpState` to its `#[table]`")],
    );
}

#[test]
fn unknown_phases_of_a_table() {
    assert_slip(
        "phases = OpState)]",
        "phases = OpSate)]",
        &[("OpSate", "unknown enum of phases `OpSate`: did you mean `OpState`?")],
    );
}

#[test]
fn one_code_for_two_phases() {
    assert_slip(
        "Runnable = 2",
        "Runnable = 3",
        &[("3", "3 is the code of `Runnable` already: give `LiveExport` another"), ("3", "`Runnable` has this code")],
    );
}
