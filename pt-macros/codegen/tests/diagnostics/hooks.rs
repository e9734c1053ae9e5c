//! Hooks: what they are for and how the engine calls them.

use crate::harness::assert_slip;

#[test]
fn a_hook_that_no_transition_names() {
    assert_slip(
        " #[to(Pending, by = page_aug, during(Run))]",
        " #[to(Pending, by = page_add, during(Run))]",
        &[("page_aug", "`page_aug` changes no state, no `#[to]` of `Sept` names it")],
    );
}

#[test]
fn a_role_at_a_level_without_leaves() {
    assert_slip(
        "add, busy, stopped, levels(Pt)",
        "add, busy, stopped, levels(Pdpt)",
        &[("Pdpt", "`page_add` has the role `add`, and level `Pdpt` has no leaves: remove `Pdpt` here")],
    );
}

#[test]
fn an_unknown_level() {
    assert_slip(
        "add, busy, stopped, levels(Pt)",
        "add, busy, stopped, levels(Ptt)",
        &[("Ptt", "unknown level `Ptt`: did you mean `Pt`?")],
    );
}

#[test]
fn hooks_of_another_table() {
    assert_slip(
        "#[hooks(SecureEpt)]",
        "#[hooks(SharedEpt)]",
        &[
            ("SeptHooks", "`SeptHooks` are the hooks of `SharedEpt`: declare them as `#[hooks(SecureEpt)]`"),
            ("SharedEpt", "the table of `SeptHooks`"),
        ],
    );
}

#[test]
fn hooks_that_the_table_does_not_name() {
    assert_slip(
        ", hooks = SeptHooks",
        "",
        &[("SecureEpt", "`SecureEpt` does not name these hooks: add `hooks = SeptHooks` to its `#[table]`")],
    );
}

#[test]
fn unknown_hooks_of_a_table() {
    assert_slip(
        "hooks = SeptHooks",
        "hooks = SeptHook",
        &[("SeptHook", "unknown trait of hooks `SeptHook`: did you mean `SeptHooks`?")],
    );
}

#[test]
fn a_role_of_two_hooks() {
    assert_slip(
        "#[hook(reclaim, busy)]",
        "#[hook(track, busy)]",
        &[
            ("track", "`track` has the role `track` already, and the engine knows one hook for it"),
            ("track", "the role `track` is that of `track`"),
        ],
    );
}

#[test]
fn too_few_arguments() {
    assert_slip(
        "page: Hpa, source: Hpa)",
        "page: Hpa)",
        &[("page_add", "the engine calls a hook with the role `add` as `page_add(&self, at")],
    );
}

#[test]
fn too_many_arguments() {
    assert_slip(
        "page: Hpa) -> Outcome<PageAug>",
        "page: Hpa, level: Level) -> Outcome<PageAug>",
        &[("level: Level", "the engine calls a hook with the role `map` as `page_aug(&self, at")],
    );
}

#[test]
fn a_block_of_an_entry_that_held_nothing() {
    let wanted = "a page or a table is in the entry that a hook with the role `block` is called for: write `range_block(&self, \
                  at: &Frozen<…, Occupied>)`";
    assert_slip("at: &Frozen<PrivateEpt, Occupied>", "at: &Frozen<PrivateEpt>", &[("at: &Frozen<PrivateEpt>", wanted)]);
}

#[test]
fn a_page_that_is_mapped_over_another() {
    let wanted = "nothing is in the entry that a hook with the role `map` is called for";
    assert_slip(
        "page_aug(&self, at: &Frozen<PrivateEpt>",
        "page_aug(&self, at: &Frozen<PrivateEpt, Occupied>",
        &[("at: &Frozen<PrivateEpt, Occupied>", wanted)],
    );
}

#[test]
fn a_receiver_that_is_not_shared() {
    assert_slip(
        "fn track(&self)",
        "fn track(&mut self)",
        &[("&mut self", "vCPUs share the monitor: `track` takes `&self` first")],
    );
}

#[test]
fn the_answers_of_another_hook() {
    assert_slip(
        "Outcome<PageAug>",
        "Outcome<PageAdd>",
        &[("PageAdd", "the answers of `page_aug` have the type `PageAug`: write `Outcome<PageAug>`")],
    );
}

#[test]
fn no_answers() {
    assert_slip(
        " -> Outcome<PageAug>",
        "",
        &[("page_aug", "a hook says what the monitor answered: return `Outcome<PageAug>`")],
    );
}
