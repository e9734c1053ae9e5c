//! Initiators: what starts a transition is a hook or an operation of its table, and there is one that tracks where a
//! transition waits for it.

use super::report::Report;
use super::states::own_table;
use proc_macro2::Ident;
use pt_model::{By, Hook, HookRole, Module, States, Table};

pub(super) fn check(module: &Module, report: &mut Report) {
    for states in module.states.iter().filter(|states| !states.states.is_empty()) {
        let Some(table) = own_table(module, states) else { continue };
        match Known::of(module, table) {
            Some(known) => exist(states, &known, report),
            None if table.hooks.is_none() && table.operations.is_none() => none(module, states, table, report),
            None => {}
        }
    }
}

/// What a table names to change its entries.
struct Known<'m> {
    /// `hook` or `operation`.
    what: &'static str,
    /// The trait or the enum.
    owner: &'m Ident,
    names: Vec<&'m Ident>,
    /// What to add where nothing tracks.
    track: Option<&'static str>,
    broken: bool,
}

impl<'m> Known<'m> {
    fn of(module: &'m Module, table: &Table) -> Option<Self> {
        if let Some(hooks) = table.hooks.as_ref().and_then(|name| module.hooks(name)) {
            // A hook without a role has lost it, which is reported.
            let may_track =
                |hook: &Hook| hook.roles.is_empty() || hook.roles.iter().any(|role| **role == HookRole::Track);
            let tracks = hooks.hooks.iter().any(may_track);
            return Some(Self {
                what: "hook",
                owner: &hooks.head.ident,
                names: hooks.hooks.iter().map(|hook| &hook.ident).collect(),
                track: (!tracks).then_some("a method with `#[hook(track)]`"),
                broken: hooks.head.broken,
            });
        }
        let operations = module.operations(table.operations.as_ref()?)?;
        let tracks = operations.operations.iter().any(|operation| operation.track.is_some());
        Some(Self {
            what: "operation",
            owner: &operations.head.ident,
            names: operations.operations.iter().map(|operation| &operation.ident).collect(),
            track: (!tracks).then_some("a variant with `#[operation(track)]`"),
            broken: operations.head.broken,
        })
    }
}

/// The names of a states enum that starts its transitions through a hook or an operation, with those that wait.
fn by_host(states: &States) -> impl Iterator<Item = &Ident> {
    let by = states.states.iter().flat_map(|state| &state.transitions).flat_map(|transition| &transition.by);
    by.filter_map(|by| if let By::Hook(name) = by { Some(name) } else { None })
}

fn exist(states: &States, known: &Known<'_>, report: &mut Report) {
    if known.broken {
        return;
    }
    for name in by_host(states).filter(|name| !known.names.contains(name)) {
        report.unknown(known.what, name, known.names.iter().copied());
    }
    let mut transitions = states.states.iter().flat_map(|state| &state.transitions);
    if let (Some(mend), Some(after)) = (known.track, transitions.find_map(|transition| transition.after_track)) {
        let message = format!(
            "no {} of `{}` tracks: add {mend}, or remove `after(track)` if the others do it themselves",
            known.what, known.owner
        );
        report.error(after, message);
    }
}

/// The table has nothing that starts a transition.
fn none(module: &Module, states: &States, table: &Table, report: &mut Report) {
    let own = &table.head.ident;
    // Where hooks are missing for another reason too, that is reported.
    let of_table = |name: &Option<Ident>| name.as_ref() == Some(own);
    let reported = module.hooks.iter().any(|hooks| of_table(&hooks.table))
        || module.operations.iter().any(|operations| of_table(&operations.table))
        || module.tables.iter().any(|table| table.propagates_to.contains(own));
    if let (Some(name), false) = (by_host(states).next(), table.head.broken || reported) {
        let message = format!(
            "`{own}` has no hooks, and so no `{name}`: add `hooks = TRAIT` to its `#[table]`, and a `#[hooks({own})]` \
             trait"
        );
        report.missing(name.span(), message);
    }
}
