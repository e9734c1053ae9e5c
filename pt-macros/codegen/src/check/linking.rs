//! Linking: the entry that links a table is one value, whatever the level.

use super::report::Report;
use crate::emit::linking_bits;
use crate::model::{Field, Format, Module, Shape, Table};
use proc_macro2::Span;
use syn::Ident;

pub(super) fn check(module: &Module, report: &mut Report<'_>) {
    for table in module.tables.iter().filter(|table| table.is_walked() && !table.head.broken) {
        let format = module.format_of(table, Shape::Table).filter(|format| !format.head.broken);
        if let Some(format) = format {
            one_value(module, table, format, report);
        }
    }
}

fn one_value(module: &Module, table: &Table, format: &Format, report: &mut Report<'_>) {
    let names = format.levels.names.iter().map(|name| &name.ident);
    let levels: Vec<_> = names.filter(|name| module.level(name).is_some_and(|level| level.table.is_some())).collect();
    let Some((first, others)) = levels.split_first() else { return };
    let bits = linking_bits(module, format, first);
    let Some(other) = others.iter().find(|level| linking_bits(module, format, level) != bits) else { return };
    let differ = bits ^ linking_bits(module, format, other);
    let guilty = format.fields.iter().find_map(|field| guilty(field, other, differ));
    let message = format!(
        "an entry that links a table of `{}` is one value, and with this it differs at `{first}` and `{other}`: let tags, \
         reserved bits and defaults be the same at every level",
        table.head.ident
    );
    report.error(guilty.unwrap_or_else(|| format.head.ident.span()), message);
}

/// Where a field has bits that differ at this level.
fn guilty(field: &Field, level: &Ident, differ: u128) -> Option<Span> {
    field.at(level).filter(|place| place.bits.mask() & differ != 0).map(|place| place.role_span)
}
