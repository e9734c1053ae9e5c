//! Names: each stands for one thing. The second of two is reported and taken out, so that every later step, and
//! the compiler behind it, finds one of each.

use super::report::Report;
use proc_macro2::{Ident, Span};
use pt_model::{Config, Field, Hook, Module, Spanned, TypeForm, Values, upper_camel};
use std::collections::HashMap;
use std::collections::hash_map::Entry;

pub(super) fn take_out(module: &mut Module, report: &mut Report) {
    items(module, report);
    if let Some(levels) = &mut module.levels {
        levels.head.broken |= distinct(&mut levels.levels, |level| &level.ident, "level", report);
    }
    if let Some(geometry) = &mut module.geometry {
        geometry.head.broken |= distinct(&mut geometry.roots, |root| &root.ident, "variant", report);
    }
    if let Some(config) = &mut module.config {
        config.head.broken |= distinct(&mut config.fields, |field| &field.ident, "field", report);
        config_methods(config, report);
    }
    for values in &mut module.values {
        values.head.broken |= distinct(&mut values.values, |value| &value.ident, "value", report);
        values.head.broken |= distinct_numbers(values, report);
    }
    for format in module.words_mut() {
        format.head.broken |= distinct(&mut format.fields, |field| &field.ident, "field", report);
    }
    accessors(module, report);
    for states in &mut module.states {
        states.head.broken |= distinct(&mut states.states, |state| &state.ident, "state", report);
    }
    for operations in &mut module.operations {
        let what = "operation";
        operations.head.broken |= distinct(&mut operations.operations, |operation| &operation.ident, what, report);
    }
    for phases in &mut module.phases {
        phases.head.broken |= distinct(&mut phases.phases, |phase| &phase.ident, "phase", report);
    }
    for hooks in &mut module.hooks {
        let mut seen = Vec::new();
        hooks.members.retain(|member| {
            let Some(name) = &member.method else { return true };
            let again = seen.contains(name);
            seen.push(name.clone());
            !again
        });
        hooks.head.broken |= distinct(&mut hooks.hooks, |hook| &hook.ident, "hook", report);
    }
}

/// What has a name already, and where.
type Seen = HashMap<String, (&'static str, Span)>;

/// Whether the name is new.
fn is_new(seen: &mut Seen, name: &Ident, what: &'static str, report: &mut Report) -> bool {
    match seen.entry(name.to_string()) {
        Entry::Vacant(entry) => {
            entry.insert((what, name.span()));
            true
        }
        Entry::Occupied(entry) => {
            let (first, span) = *entry.get();
            report.both(
                (name.span(), format!("the name `{name}` is taken: rename this {what}")),
                (span, format!("the name `{name}` belongs to this {first}")),
            );
            false
        }
    }
}

/// Keeps the first of each name. Whether something was taken out.
fn distinct<T>(items: &mut Vec<T>, name: fn(&T) -> &Ident, what: &'static str, report: &mut Report) -> bool {
    let (mut seen, count) = (Seen::new(), items.len());
    items.retain(|item| is_new(&mut seen, name(item), what, report));
    items.len() != count
}

/// The types of the module, with those that are named after something in it.
fn items(module: &mut Module, report: &mut Report) {
    let mut seen = Seen::new();
    if let Some(levels) = &module.levels {
        is_new(&mut seen, &levels.head.ident, "enum of levels", report);
        for level in &levels.levels {
            // Two levels of one name are reported as such.
            seen.entry(level.ident.to_string()).or_insert(("level, and of its type", level.ident.span()));
        }
    }
    if let Some(geometry) = &module.geometry {
        is_new(&mut seen, &geometry.head.ident, "geometry", report);
    }
    if let Some(config) = &module.config {
        is_new(&mut seen, &config.head.ident, "configuration", report);
    }
    let before = report.count();
    module.values.retain(|values| is_new(&mut seen, &values.head.ident, "enum of values", report));
    module.formats.retain(|format| is_new(&mut seen, &format.head.ident, "format", report));
    module.registers.retain(|register| is_new(&mut seen, &register.head.ident, "register", report));
    module.packed.retain(|packed| is_new(&mut seen, &packed.head.ident, "packed word", report));
    module.tables.retain(|table| is_new(&mut seen, &table.head.ident, "table", report));
    module.states.retain(|states| is_new(&mut seen, &states.head.ident, "enum of states", report));
    module.hooks.retain(|hooks| is_new(&mut seen, &hooks.head.ident, "trait of hooks", report));
    module.operations.retain(|operations| is_new(&mut seen, &operations.head.ident, "enum of operations", report));
    module.phases.retain(|phases| is_new(&mut seen, &phases.head.ident, "enum of phases", report));
    for hooks in &mut module.hooks {
        let count = hooks.hooks.len();
        hooks.hooks.retain(|hook| marker_is_new(&seen, hook, report));
        hooks.head.broken |= hooks.hooks.len() != count;
    }
    if report.count() != before {
        // What was taken out may be what other items refer to.
        report.lose();
    }
}

/// Whether the name of the type that stands for a hook is free.
fn marker_is_new(seen: &Seen, hook: &Hook, report: &mut Report) -> bool {
    let (name, marker) = (&hook.ident, upper_camel(&hook.ident));
    let Some((what, span)) = seen.get(&marker) else { return true };
    report.both(
        (name.span(), format!("the answers of `{name}` have the type `{marker}`, and that name is taken: rename one")),
        (*span, format!("the name `{marker}` belongs to this {what}")),
    );
    false
}

/// Takes out fields of a configuration that have the names of its constructors.
fn config_methods(config: &mut Config, report: &mut Report) {
    config.fields.retain(|field| {
        let taken = ["all", "none"].iter().any(|name| field.ident == name);
        if taken {
            let message = format!("each configuration has a function `{}`: rename this field", field.ident);
            report.error(field.ident.span(), message);
        }
        !taken
    });
}

/// Takes out fields whose accessors would have the names of others.
fn accessors(module: &mut Module, report: &mut Report) {
    const OF_ALL: [&str; 3] = ["new", "bits", "from_bits"];
    const OF_REGISTERS: &str = "try_from_bits";
    let has_accessors = |field: &&Field| !matches!(field.ty.form, TypeForm::Unit);
    for format in module.words_mut() {
        let what = if format.register { "register" } else { "format" };
        let names = format.fields.iter().filter(has_accessors).map(|field| field.ident.clone());
        let taken: Vec<(String, Ident)> = names.map(|name| (format!("with_{name}"), name)).collect();
        let count = format.fields.len();
        format.fields.retain(|field| {
            let name = field.ident.to_string();
            if !has_accessors(&field) {
                return true;
            }
            if OF_ALL.contains(&name.as_str()) || format.register && name == OF_REGISTERS {
                report.error(field.ident.span(), format!("each {what} has a method `{name}`: rename this field"));
                return false;
            }
            let Some((_, other)) = taken.iter().find(|(with, _)| *with == name) else { return true };
            report.both(
                (field.ident.span(), format!("the name `{name}` is taken: rename this field")),
                (other.span(), format!("the method `{name}` belongs to this field")),
            );
            false
        });
        format.head.broken |= format.fields.len() != count;
    }
}

/// Keeps the first of each number. Whether something was taken out.
fn distinct_numbers(values: &mut Values, report: &mut Report) -> bool {
    let count = values.values.len();
    let mut seen: Vec<(Spanned<u64>, Ident)> = Vec::new();
    values.values.retain(|value| {
        let Some(number) = value.number else { return true };
        if let Some((first, name)) = seen.iter().find(|(first, _)| **first == *number) {
            report.both(
                (
                    number.span(),
                    format!("{} is the value of `{name}` already: give `{}` another", *number, value.ident),
                ),
                (first.span(), format!("`{name}` is {}", *number)),
            );
            return false;
        }
        seen.push((number, value.ident.clone()));
        true
    });
    values.values.len() != count
}
