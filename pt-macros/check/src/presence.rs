//! Presence: what says that an entry is there.

use super::report::{Report, levels, list};
use proc_macro2::Ident;
use pt_model::{FieldType, Format, Module, Presence, Role, Shape};

pub(super) fn check(module: &Module, report: &mut Report) {
    for format in &module.formats {
        let name = &format.head.ident;
        let points = format.has(Shape::Leaf) || format.has(Shape::Table);
        match format.presence.as_ref().map(|presence| (&**presence, presence.span())) {
            None if points && !format.head.broken => {
                let message = format!(
                    "when is an entry of `{name}` present? Add `present = FIELD`, `state = STATES`, or \
                     `present = always` if something else decides"
                );
                report.error(name.span(), message);
            }
            Some((Presence::Any(_) | Presence::Always, span)) if !points && !format.shapes.is_empty() => {
                report.error(span, format!("an entry of `{name}` is `absent`, never present: remove `present`"));
            }
            Some((Presence::Any(fields), _)) => any(format, fields, report),
            Some((Presence::State(states), _)) => state(module, format, states, report),
            None | Some((Presence::Always, _)) => {}
        }
    }
}

/// `present = a | b`: fields of the format, one of which is there at every level.
fn any(format: &Format, names: &[Ident], report: &mut Report) {
    let before = report.count();
    for name in names {
        let Some(field) = format.field(name) else {
            if !format.head.broken {
                report.unknown("field", name, format.fields.iter().map(|field| &field.ident));
            }
            continue;
        };
        for place in &field.places {
            let what = match place.role {
                Role::Frame { .. } => "a frame",
                Role::Ignored => "ignored",
                Role::Reserved(_) | Role::ReservedOnes => "reserved",
                Role::Hardware(_) => "written by the CPU",
                Role::Span(_) => "set where leaves map as one",
                Role::Value | Role::Tag(_) | Role::Software => continue,
            };
            let message = format!("`{name}` is {what}, and cannot say that an entry is present: name a value or a tag");
            report.error(name.span(), message);
            break;
        }
    }
    if report.count() != before || format.head.broken {
        return;
    }
    let here = format.levels.names.iter().map(|level| &level.ident);
    let without: Vec<_> = here
        .filter(|level| !names.iter().any(|name| format.field(name).is_some_and(|field| field.at(level).is_some())))
        .collect();
    if let (Some(first), false) = (names.first(), without.is_empty()) {
        let message = format!(
            "{} is not there at {}, so that no entry would be present: name a field that is",
            list(names),
            levels(&without)
        );
        report.error(first.span(), message);
    }
}

/// `state = S`: an enum of states, and the one field that holds its code.
fn state(module: &Module, format: &Format, states: &Ident, report: &mut Report) {
    if module.states(states).is_none() {
        return report.unknown("enum of states", states, module.states.iter().map(|states| &states.head.ident));
    }
    let name = &format.head.ident;
    let mut fields = format.fields.iter().filter(|field| field.kind(module) == FieldType::States(states.clone()));
    match (fields.next(), fields.next()) {
        (None, _) if !format.head.broken => {
            let message = format!("`{name}` has no field that holds the state: add one of the type `{states}`");
            report.error(states.span(), message);
        }
        (Some(first), Some(second)) => report.both(
            (second.ident.span(), format!("`{}` holds the state already: an entry has one", first.ident)),
            (first.ident.span(), format!("the state, as `{}` is again", second.ident)),
        ),
        (Some(field), None) => {
            let here = format.levels.names.iter().map(|level| &level.ident);
            let without: Vec<_> = here.filter(|level| field.at(level).is_none()).collect();
            if !without.is_empty() && !format.head.broken {
                let message = format!("`{}` holds the state, and is not there at {}", field.ident, levels(&without));
                report.error(field.ident.span(), message);
            }
        }
        (None, _) => {}
    }
}
