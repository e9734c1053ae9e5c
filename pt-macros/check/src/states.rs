//! States: the life of a protected entry begins in one state, goes through declared transitions, and reaches
//! every state there is.

use super::report::{Report, meant};
use proc_macro2::Ident;
use pt_model::{By, Module, Shape, State, States, Table, Transition};

pub(super) fn check(module: &Module, report: &mut Report) {
    for states in &module.states {
        if states.states.is_empty() {
            if !states.head.broken {
                let message =
                    format!("`{}` has no states: add a variant, `#[state(absent, initial)] Free`", states.head.ident);
                report.error(states.head.ident.span(), message);
            }
            continue;
        }
        whose(module, states, report);
        initial(states, report);
        for state in &states.states {
            flags(state, report);
            for (position, transition) in state.transitions.iter().enumerate() {
                target(states, transition, report);
                given_twice(module, (states, state), position, transition, report);
            }
        }
        if !states.head.broken {
            reachable(states, report);
        }
    }
    for table in &module.tables {
        let Some(name) = &table.states else { continue };
        let Some(states) = module.states(name) else {
            report.unknown("enum of states", name, module.states.iter().map(|states| &states.head.ident));
            continue;
        };
        if let Some(other) = states.table.as_ref().filter(|other| is_other(module, table, other)) {
            let message =
                format!("`{name}` are the states of `{other}`: declare them as `#[states({})]`", table.head.ident);
            report.both((name.span(), message), (other.span(), format!("the table of `{name}`")));
        }
    }
}

/// The table exists, and names these states.
fn whose(module: &Module, states: &States, report: &mut Report) {
    let Some(name) = &states.table else { return };
    let own = &states.head.ident;
    match module.table(name) {
        None => report.unknown("table", name, module.tables.iter().map(|table| &table.head.ident)),
        Some(table) => {
            let named = module.tables.iter().any(|table| table.states.as_ref() == Some(own));
            if !named && table.states.is_none() && !table.head.broken {
                let message = format!("`{name}` does not name these states: add `states = {own}` to its `#[table]`");
                report.error(name.span(), message);
            }
        }
    }
}

/// Whether the name is that of another table.
pub(super) fn is_other(module: &Module, table: &Table, name: &Ident) -> bool {
    *name != table.head.ident && module.table(name).is_some()
}

/// The table of the states, unless another one names them, which is reported.
pub(super) fn own_table<'m>(module: &'m Module, states: &States) -> Option<&'m Table> {
    let table = module.table(states.table.as_ref()?)?;
    let own = &states.head.ident;
    let named_by = |table: &Table| table.states.as_ref() == Some(own);
    (named_by(table) || !module.tables.iter().any(named_by)).then_some(table)
}

fn initial(states: &States, report: &mut Report) {
    let mut initial = states.states.iter().filter_map(|state| Some((&state.ident, state.initial?)));
    match (initial.next(), initial.next()) {
        (None, _) if !states.head.broken => {
            let message = "in which state is an entry of a new table? Add `initial` to the `#[state(…)]` of one state";
            report.error(states.head.ident.span(), message);
        }
        (Some((first, at)), Some((_, again))) => report.both(
            (again, format!("`{first}` is the initial state already: an entry of a new table is in one state")),
            (at, format!("`{first}` is initial")),
        ),
        _ => {}
    }
}

fn flags(state: &State, report: &mut Report) {
    let name = &state.ident;
    if let (Some(_), Some(blocked)) = (state.accessible, state.blocked) {
        let message =
            format!("no CPU translates through a blocked entry: `{name}` is `accessible` or `blocked`, not both");
        report.error(blocked, message);
    }
    if let (Some(accessible), Some(Shape::Absent)) = (state.accessible, state.shape.map(|shape| *shape)) {
        let message = format!("an absent entry leads nowhere: `{name}` cannot be `accessible`");
        report.error(accessible, message);
    }
}

fn target(states: &States, transition: &Transition, report: &mut Report) {
    if states.get(&transition.to).is_none() && !states.head.broken {
        report.unknown("state", &transition.to, states.states.iter().map(|state| &state.ident));
    }
}

fn given_twice(
    module: &Module,
    (states, state): (&States, &State),
    position: usize,
    transition: &Transition,
    report: &mut Report,
) {
    let phases = |transition: &Transition| module.phases_in(states.table.as_ref(), transition.during.as_ref());
    let first = state.transitions[..position].iter().find(|first| {
        let same = |by: &By| first.by.iter().any(|first| by_name(first) == by_name(by));
        let here = phases(first);
        first.to == transition.to
            && transition.by.iter().any(same)
            && phases(transition).iter().any(|phase| here.contains(phase))
    });
    if let Some(first) = first {
        let message = format!("this transition from `{}` is declared twice: remove one", state.ident);
        report.both((transition.to.span(), message), (first.to.span(), "the first declaration is here"));
    }
}

fn by_name(by: &By) -> String {
    match by {
        By::Hook(name) => name.to_string(),
        By::Guest(name) => format!("guest::{name}"),
        By::Monitor(name) => format!("monitor::{name}"),
    }
}

/// Every state is reached from the initial one. Of states that are only reached from each other, one is reported.
fn reachable(states: &States, report: &mut Report) {
    let Some(initial) = states.states.iter().find(|state| state.initial.is_some()) else { return };
    let mut reached = Vec::new();
    reach(states, initial, &mut reached);
    let without_way_in = |state: &&State, reached: &[&Ident]| {
        let others = states.states.iter().filter(|from| from.ident != state.ident && !reached.contains(&&from.ident));
        !others.flat_map(|from| targets(states, from)).any(|to| *to == state.ident)
    };
    loop {
        let lost: Vec<&State> = states.states.iter().filter(|state| !reached.contains(&&state.ident)).collect();
        let first = lost.iter().find(|state| without_way_in(state, &reached)).or(lost.first());
        let Some(state) = first else { return };
        let message = format!(
            "no transition leads from `{}` to `{1}`: add `#[to({1}, by = HOOK)]` to a state, or remove `{1}`",
            initial.ident, state.ident
        );
        report.error(state.ident.span(), message);
        reach(states, state, &mut reached);
    }
}

fn reach<'s>(states: &'s States, from: &'s State, reached: &mut Vec<&'s Ident>) {
    if reached.contains(&&from.ident) {
        return;
    }
    reached.push(&from.ident);
    for to in targets(states, from) {
        if let Some(to) = states.get(to) {
            reach(states, to, reached);
        }
    }
}

/// Where transitions of a state lead; one that was misspelt leads to what was meant.
fn targets<'s>(states: &'s States, from: &'s State) -> impl Iterator<Item = &'s Ident> {
    from.transitions.iter().filter_map(move |transition| match states.get(&transition.to) {
        Some(state) => Some(&state.ident),
        None => meant(&transition.to, states.states.iter().map(|state| &state.ident)),
    })
}
