//! Tables: each has one format for every kind of entry that its levels can hold.

use super::levels::should_hold;
use super::report::{Report, levels, list};
use proc_macro2::Ident;
use pt_model::{Field, FieldType, Format, Kind, Levels, Module, Shape, Table, Word};

pub(super) fn check(module: &Module, report: &mut Report) {
    for table in &module.tables {
        let before = report.count();
        entries(module, table, report);
        // A format that was misspelt is missing, which needs no second error.
        if report.count() == before {
            formats(module, table, report);
        }
    }
    levels_of_formats(module, report);
}

/// The names in `entries(…)`.
fn entries(module: &Module, table: &Table, report: &mut Report) {
    let name = &table.head.ident;
    if table.entries.is_empty() && !table.head.broken {
        report.error(name.span(), format!("which formats do the entries of `{name}` have? Add `entries(LEAF, TABLE)`"));
    }
    for (position, entry) in table.entries.iter().enumerate() {
        if table.entries[..position].contains(entry) {
            report.error(entry.span(), format!("`{entry}` is named twice: remove one"));
            continue;
        }
        let Some(format) = module.format(entry) else {
            report.unknown("format", entry, module.formats.iter().map(|format| &format.head.ident));
            continue;
        };
        if format.word == Word::U128 {
            let message = format!("an entry of a table is a `u64`, and `{entry}` is a `u128`: it can only stand alone");
            report.error(entry.span(), message);
        }
    }
}

/// A radix table has one format of each shape, with a frame.
fn formats(module: &Module, table: &Table, report: &mut Report) {
    let (Kind::Radix, Some(levels)) = (table.kind, &module.levels) else { return };
    let formats: Vec<_> = table.entries.iter().filter_map(|name| module.format(name)).collect();
    let broken = table.head.broken || levels.head.broken || formats.iter().any(|format| format.head.broken);
    for shape in [Shape::Leaf, Shape::Table, Shape::Absent] {
        let mut of_shape = formats.iter().filter(|format| format.has(shape));
        let first = of_shape.next();
        if let (Some(first), Some(second)) = (first, of_shape.next())
            && !broken
        {
            one_format(table, shape, (first, second), report);
        }
        let needed = levels.levels.iter().filter(|level| level.holds(shape) && should_hold(levels, level, shape));
        let needed: Vec<_> = needed.map(|level| &level.ident).collect();
        if first.is_none() && shape != Shape::Absent && !needed.is_empty() && !broken {
            let (name, what) = (&table.head.ident, kind_of_entry(shape));
            let verb = if needed.len() == 1 { "has" } else { "have" };
            let message = format!(
                "`{name}` has no format for {what}, and {} {verb} them: add {} to its `entries(…)`",
                list(needed),
                forgotten(module, shape)
            );
            report.missing(name.span(), message);
        }
    }
    for format in formats.iter().filter(|_| !broken) {
        frame(module, table, format, report);
    }
}

/// What a table without a format of this shape forgot: the only such format that no table names, if there is one.
fn forgotten(module: &Module, shape: Shape) -> String {
    let named = |format: &Format| module.tables.iter().any(|table| table.entries.contains(&format.head.ident));
    let mut unnamed = module.formats.iter().filter(|format| format.has(shape) && !named(format));
    match (unnamed.next(), unnamed.next()) {
        (Some(only), None) => format!("`{}`", only.head.ident),
        _ => format!("an `#[entry({}, …)]` struct", shape.word()),
    }
}

fn kind_of_entry(shape: Shape) -> &'static str {
    match shape {
        Shape::Leaf => "leaves",
        Shape::Table => "tables",
        Shape::Absent => "absent entries",
    }
}

fn one_format(table: &Table, shape: Shape, (first, second): (&Format, &Format), report: &mut Report) {
    let (name, what) = (&table.head.ident, kind_of_entry(shape));
    let Some(again) = table.entries.iter().find(|entry| **entry == second.head.ident) else { return };
    let message = format!(
        "`{0}` describes the {what} of `{name}` already: keep one of `{0}` and `{1}` (a field may differ from level to \
         level)",
        first.head.ident, second.head.ident
    );
    report.error(again.span(), message);
}

/// A leaf or table entry says where it points to, at every level.
fn frame(module: &Module, table: &Table, format: &Format, report: &mut Report) {
    let is_frame = |field: &&Field| field.kind(module) == FieldType::Frame;
    let points = |level: &&Ident| module.shapes_at(format, level).any(|shape| shape != Shape::Absent);
    let here = format.levels.names.iter().map(|level| &level.ident).filter(points);
    let without: Vec<_> =
        here.filter(|level| !format.fields.iter().filter(is_frame).any(|field| field.at(level).is_some())).collect();
    if without.is_empty() {
        return;
    }
    let all = without.len() == format.levels.names.len();
    let at = if all { String::new() } else { format!(" at {}", levels(&without)) };
    let name = &format.head.ident;
    let message = format!(
        "where does an entry of `{name}` point to{at}? `{}` is a tree: add a field `#[bits(12..=51, frame)] frame: Hpa`",
        table.head.ident
    );
    report.error(name.span(), message);
}

/// A format occurs at every level of its tables that can hold its shape.
fn levels_of_formats(module: &Module, report: &mut Report) {
    let Some(all) = module.levels.as_ref().filter(|levels| !levels.head.broken) else { return };
    for format in &module.formats {
        let name = &format.head.ident;
        let stray = format.levels.names.iter().any(|level| all.get(&level.ident).is_none());
        if stray || format.head.broken {
            continue;
        }
        let missing = all.levels.iter().map(|level| &level.ident);
        let missing: Vec<_> = missing.filter(|level| lacks(module, all, format, level)).collect();
        if !missing.is_empty() {
            let what = match format.shapes.first().map(|shape| **shape) {
                Some(shape) if format.shapes.len() == 1 => kind_of_entry(shape),
                _ => "entries",
            };
            let table = module.tables.iter().find(|table| table.entries.contains(name));
            let table = table.map_or(String::new(), |table| format!(" in `{}`", table.head.ident));
            let verb = if missing.len() == 1 { "has" } else { "have" };
            let names: Vec<_> = missing.iter().map(ToString::to_string).collect();
            let message = format!(
                "{} {verb} {what}, and no format for them{table}: add `{}` to the `levels(…)` of `{name}`",
                levels(&missing),
                names.join(", ")
            );
            report.error(format.levels.span, message);
        }
    }
}

/// Whether the format has to occur at this level for one of its tables, and does not.
pub(super) fn lacks(module: &Module, levels: &Levels, format: &Format, level: &Ident) -> bool {
    let name = &format.head.ident;
    let in_a_tree = module.tables.iter().any(|table| table.kind == Kind::Radix && table.entries.contains(name));
    let holds = levels.get(level).is_some_and(|level| {
        let mut shapes = format.shapes.iter().map(|shape| **shape);
        shapes.any(|shape| level.holds(shape) && should_hold(levels, level, shape))
    });
    in_a_tree && holds && !format.levels.contains(level)
}
