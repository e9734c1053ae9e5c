//! Choices of levels, `levels(…)`: each names levels that exist, once, and only such as it may.

use super::report::Report;
use proc_macro2::Ident;
use pt_model::{Format, LevelList, Module};

/// The lists of the fields and classes of every format, of states, hooks and operations.
pub(super) fn check(module: &Module, report: &mut Report) {
    for format in &module.formats {
        let places = format.fields.iter().flat_map(|field| &field.places).filter_map(|place| place.levels.as_ref());
        let classes = format.classes.iter().filter_map(|class| class.levels.as_ref());
        let illegal = format.illegal.iter().filter_map(|illegal| illegal.levels.as_ref());
        for filter in places.chain(classes).chain(illegal) {
            no_shifts(filter, report);
            of_format(module, format, filter, report);
        }
    }
    for state in module.states.iter().flat_map(|states| &states.states) {
        if let Some(filter) = state.when.as_ref().and_then(|when| when.levels.as_ref()) {
            no_shifts(filter, report);
            known(module, filter, report);
        }
    }
    let hooks = module.hooks.iter().flat_map(|hooks| &hooks.hooks).filter_map(|hook| hook.levels.as_ref());
    let operations = module.operations.iter().flat_map(|operations| &operations.operations);
    for filter in hooks.chain(operations.filter_map(|operation| operation.levels.as_ref())) {
        no_shifts(filter, report);
        known(module, filter, report);
    }
}

/// Every name is a level of the declaration, and stands there once.
pub(super) fn known(module: &Module, list: &LevelList, report: &mut Report) {
    once(list, report);
    let Some(levels) = module.levels.as_ref().filter(|levels| !levels.head.broken) else { return };
    for name in &list.names {
        if levels.get(&name.ident).is_none() {
            report.unknown("level", &name.ident, levels.levels.iter().map(|level| &level.ident));
        }
    }
}

/// Every name is a level at which the format occurs.
fn of_format(module: &Module, format: &Format, list: &LevelList, report: &mut Report) {
    once(list, report);
    let name_of = &format.head.ident;
    let levels = module.levels.as_ref();
    let exists = |name: &Ident| levels.is_none_or(|levels| levels.get(name).is_some());
    if !format.levels.names.iter().all(|name| exists(&name.ident)) {
        // The level that is missing there is the one that was misspelt.
        return;
    }
    for name in list.names.iter().map(|name| &name.ident).filter(|name| !format.levels.contains(name)) {
        let forgotten = levels.is_some_and(|levels| super::tables::lacks(module, levels, format, name));
        if format.levels.names.is_empty() || forgotten {
            continue;
        }
        if levels.is_some_and(|levels| levels.get(name).is_some()) {
            let message = format!(
                "`{name_of}` does not occur at level `{name}`: remove it here, or add it to the `levels(…)` of the format"
            );
            report.error(name.span(), message);
        } else {
            report.unknown("level", name, format.levels.names.iter().map(|name| &name.ident));
        }
    }
}

fn once(list: &LevelList, report: &mut Report) {
    let mut seen: Vec<&Ident> = Vec::new();
    for name in list.names.iter().map(|name| &name.ident) {
        if seen.contains(&name) {
            report.error(name.span(), format!("level `{name}` is named twice: remove one"));
        }
        seen.push(name);
    }
    if list.names.is_empty() {
        report.error(list.span, "no level is named: write `levels(A, B)`, or leave it out for all levels");
    }
}

fn no_shifts(list: &LevelList, report: &mut Report) {
    for name in list.names.iter().filter(|name| name.shift.is_some()) {
        let message = format!("write `{}` alone: where the level begins is said once, at the format", name.ident);
        report.error(name.ident.span(), message);
    }
}
