//! Phases: the enum belongs to a table that names it, and every choice of phases is made of phases that exist.

use super::report::Report;
use super::states::is_other;
use proc_macro2::{Ident, Span};
use pt_model::{During, Module, PHASES, Phases};

pub(super) fn check(module: &Module, report: &mut Report) {
    for phases in &module.phases {
        whose(module, phases, report);
        if phases.phases.is_empty() && !phases.head.broken {
            let message = format!("`{}` has no phases: add a variant", phases.head.ident);
            report.error(phases.head.ident.span(), message);
        }
        sets(phases, report);
    }
    for table in &module.tables {
        let Some(name) = &table.phases else { continue };
        let Some(phases) = module.phases.iter().find(|phases| phases.head.ident == *name) else {
            report.unknown("enum of phases", name, module.phases.iter().map(|phases| &phases.head.ident));
            continue;
        };
        if let Some(other) = phases.table.as_ref().filter(|other| is_other(module, table, other)) {
            let message =
                format!("`{name}` are the phases of `{other}`: declare them as `#[phases({})]`", table.head.ident);
            report.both((name.span(), message), (other.span(), format!("the table of `{name}`")));
        }
    }
    for states in &module.states {
        let transitions = states.states.iter().flat_map(|state| &state.transitions);
        for during in transitions.filter_map(|transition| transition.during.as_ref()) {
            choice(module, states.table.as_ref(), during, report);
        }
    }
    for operations in &module.operations {
        for during in operations.operations.iter().filter_map(|operation| operation.during.as_ref()) {
            choice(module, operations.table.as_ref(), during, report);
        }
    }
}

/// The table exists, and names these phases.
fn whose(module: &Module, phases: &Phases, report: &mut Report) {
    let Some(name) = &phases.table else { return };
    let own = &phases.head.ident;
    match module.table(name) {
        None => report.unknown("table", name, module.tables.iter().map(|table| &table.head.ident)),
        Some(table) => {
            let named = module.tables.iter().any(|table| table.phases.as_ref() == Some(own));
            if !named && table.phases.is_none() && !table.head.broken {
                let message = format!("`{name}` does not name these phases: add `phases = {own}` to its `#[table]`");
                report.error(name.span(), message);
            }
        }
    }
}

/// A set is made of phases and of sets before it, and has a name of its own.
fn sets(phases: &Phases, report: &mut Report) {
    let own: Vec<&Ident> = phases.phases.iter().map(|phase| &phase.ident).collect();
    for (position, set) in phases.sets.iter().enumerate() {
        let before = phases.sets[..position].iter().map(|set| &set.ident);
        let known: Vec<&Ident> = own.iter().copied().chain(before).collect();
        if let Some(first) = known.iter().find(|known| ***known == set.ident) {
            let message = format!("the name `{first}` is taken: rename this set");
            report.both((set.ident.span(), message), (first.span(), format!("`{first}` is this one")));
        }
        names_exist(&set.of, &known, phases.head.broken, report);
    }
}

fn choice(module: &Module, table: Option<&Ident>, during: &During, report: &mut Report) {
    let known = table.and_then(|name| module.table(name));
    let named = known.is_none_or(|table| table.phases.is_some());
    let declared = named || module.phases.iter().any(|phases| phases.table.as_ref() == table);
    match module.phases_of(table) {
        Some(phases) => {
            let sets = phases.sets.iter().map(|set| &set.ident);
            let known: Vec<&Ident> = phases.phases.iter().map(|phase| &phase.ident).chain(sets).collect();
            names_exist(during, &known, phases.head.broken, report);
        }
        // A table or phases that could not be found are reported.
        None if declared => {}
        None => {
            let known = PHASES.map(|name| Ident::new(name, Span::call_site()));
            names_exist(during, &known.iter().collect::<Vec<_>>(), false, report);
        }
    }
}

fn names_exist(during: &During, known: &[&Ident], broken: bool, report: &mut Report) {
    for name in during.names().into_iter().filter(|name| !broken && !known.contains(name)) {
        report.unknown("phase", name, known.iter().copied());
    }
}
