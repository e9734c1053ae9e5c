//! Linking: the entry that links a new table is present, and lets through what is allowed below.

use super::report::{Report, list};
use proc_macro2::Ident;
use pt_model::{Field, FieldType, Format, Level, Module, Place, Presence, Role, Shape, Spanned, Table};

pub(super) fn check(module: &Module, report: &mut Report) {
    let mut done: Vec<&Ident> = Vec::new();
    for table in module.tables.iter().filter(|table| table.is_walked() && !table.head.broken) {
        let format = module.format_of(table, Shape::Table).filter(|format| !format.head.broken);
        let format = format.filter(|format| format.presence.is_some() && !done.contains(&&format.head.ident));
        if let Some(format) = format {
            done.push(&format.head.ident);
            let before = report.count();
            lets_through(module, format, report);
            if report.count() == before {
                present(module, table, format, report);
            }
        }
    }
}

/// The levels at which the format links a table.
fn levels<'m>(module: &'m Module, format: &'m Format) -> impl Iterator<Item = &'m Level> {
    let named = format.levels.names.iter().filter_map(|name| module.level(&name.ident));
    named.filter(|level| level.table.is_some())
}

/// A field that allows something is set in a new link, unless the declaration says that it is not.
fn lets_through(module: &Module, format: &Format, report: &mut Report) {
    for field in &format.fields {
        let is_clear = |place: &&Place| {
            let mut here = levels(module, format).filter(|level| place.is_at(&level.ident));
            here.any(|level| format.template(module, &level.ident) & place.bits.mask() == 0)
        };
        let open = |place: &&Place| !place.allows.is_empty() && place.default.is_none() && place.role == Role::Value;
        if let Some(place) = field.places.iter().filter(open).find(is_clear) {
            narrow(module, field, place, report);
        }
    }
}

fn narrow(module: &Module, field: &Field, place: &Place, report: &mut Report) {
    let (yes, no) = if field.kind(module) == FieldType::Bool { ("true", "false") } else { ("1", "0") };
    let name = &field.ident;
    let message = format!(
        "a new table is linked with `{name}` clear, and nothing below it gets what `{name}` allows: add \
         `default = {yes}`, or `default = {no}` if that is meant"
    );
    report.error(place.allows.first().map_or_else(|| name.span(), Spanned::span), message);
}

/// What links a table is not taken for an absent entry, even by a machine without optional features.
fn present(module: &Module, table: &Table, format: &Format, report: &mut Report) {
    let Some(Presence::Any(names)) = format.presence.as_deref() else { return };
    let links = |level: &&Level| {
        let places = format.fields.iter().filter_map(|field| field.at(&level.ident));
        let optional = places.filter(|place| place.conditional.is_some());
        let optional = optional.fold(0, |mask, place| mask | place.bits.mask());
        table.links_at(module, level, (format.template(module, &level.ident) & !optional) as u64)
    };
    let Some(level) = levels(module, format).find(|level| !links(level)) else { return };
    let message = format!(
        "the entry that links a new table of `{}` is not present at level `{}`: give {} a `default`",
        table.head.ident,
        level.ident,
        list(names.iter().filter(|name| format.field(name).is_none_or(|field| !is_optional(field))))
    );
    report.error(names.first().map_or(format.head.ident.span(), Ident::span), message);
}

/// Whether the field is there under a condition only.
fn is_optional(field: &Field) -> bool {
    field.places.iter().any(|place| place.conditional.is_some())
}
