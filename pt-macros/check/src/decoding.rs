//! Decoding: what is absent or frozen is not present.

use super::report::Report;
use proc_macro2::{Ident, Span};
use pt_model::{BitList, Format, Kind, Level, Module, Patterns, Presence, Spanned, Table};

pub(super) fn check(module: &Module, report: &mut Report) {
    for table in module.tables.iter().filter(|table| table.kind == Kind::Radix) {
        let formats: Vec<_> = table.entries.iter().filter_map(|name| module.format(name)).collect();
        if table.head.broken || formats.iter().any(|format| format.head.broken) {
            continue;
        }
        let before = report.count();
        absent_values(&formats, report);
        if table.is_walked() && report.count() == before {
            not_present(module, table, &formats, report);
        }
    }
}

/// The formats of a table agree on what absent entries look like.
fn absent_values(formats: &[&Format], report: &mut Report) {
    let mut seen: Vec<(&Ident, &Ident, &BitList, Spanned<u64>)> = Vec::new();
    for format in formats {
        for field in &format.fields {
            for place in &field.places {
                let Some(absent) = place.absent.filter(|absent| place.bits.holds(**absent)) else { continue };
                let differs = |bits: &BitList, value: u64| {
                    (bits.place(value) ^ place.bits.place(*absent)) & bits.mask() & place.bits.mask() != 0
                };
                if let Some((other, name, _, first)) = seen.iter().find(|(_, _, bits, value)| differs(bits, **value)) {
                    let message = format!(
                        "an absent entry of a table is one value, and `{name}` of `{other}` says {} here: make them equal",
                        **first
                    );
                    report.both(
                        (absent.span(), message),
                        (first.span(), format!("what `{name}` says of absent entries")),
                    );
                    return;
                }
                seen.push((&format.head.ident, &field.ident, &place.bits, absent));
            }
        }
    }
}

/// Absent and frozen entries of a table that the VMM walks are not present.
fn not_present(module: &Module, table: &Table, formats: &[&Format], report: &mut Report) {
    let patterns = Patterns::of(module, table);
    let name = &table.head.ident;
    if let Some(level) = table.present_at(module, patterns.absent) {
        let entry =
            format!("an absent entry of `{name}` ({:#x}) is present at level `{}`", patterns.absent, level.ident);
        return match guilty(formats, level) {
            (Some(value), _) => {
                report.error(
                    value,
                    format!("with this value {entry}: write another, or take the field out of `present`"),
                );
            }
            (None, presence) => {
                let span = presence.unwrap_or_else(|| name.span());
                report.error(span, format!("by this {entry}: name a field that is not set in absent entries"));
            }
        };
    }
    let Some(frozen) = table.frozen else { return };
    if table.present_at(module, *frozen).is_some() {
        let message = format!(
            "{:#x} is a present entry of `{name}`, and a frozen one is not: write another value, or remove `frozen`",
            *frozen
        );
        report.error(frozen.span(), message);
    } else if *frozen == patterns.absent {
        let message = format!(
            "{:#x} is an absent entry of `{name}`, and a frozen one differs from it: write another value, or remove `frozen`",
            *frozen
        );
        report.error(frozen.span(), message);
    }
}

/// What makes an absent entry present: the value of a field in absent entries, or else what presence is.
fn guilty(formats: &[&Format], level: &Level) -> (Option<Span>, Option<Span>) {
    let deciding = |format: &Format| match format.presence.as_deref() {
        Some(Presence::Any(names)) => {
            let places = names.iter().filter_map(|name| format.field(name)).flat_map(|field| &field.places);
            places.fold(0, |mask, place| mask | place.bits.mask())
        }
        _ => 0,
    };
    let deciding = formats.iter().fold(0, |mask, format| mask | deciding(format));
    let places = formats.iter().flat_map(|format| &format.fields).flat_map(|field| &field.places);
    let mut absent = places.filter_map(|place| Some((place, place.absent?)));
    let value = absent.find(|(place, value)| place.bits.place(**value) & deciding != 0).map(|(_, value)| value.span());
    let mut here = formats.iter().filter(|format| format.levels.contains(&level.ident));
    (value, here.find_map(|format| Some(format.presence.as_ref()?.span())))
}
