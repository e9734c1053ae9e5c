//! Writers: bits that somebody writes have a value to choose, and where one field says who does, each does.

use super::report::Report;
use pt_model::{Field, Format, Module, Place, Role, Word};

pub(super) fn check(module: &Module, report: &mut Report) {
    for format in module.words() {
        let places = || format.fields.iter().flat_map(|field| field.places.iter().map(move |place| (field, place)));
        for class in &format.classes {
            let Some(writer) = class.writers.first() else { continue };
            if format.register {
                report.error(writer.span(), "a register has no writers: remove `written_by`");
            } else if matches!(class.role, Role::Reserved(_) | Role::ReservedOnes) {
                report.error(writer.span(), "nobody chooses the value of reserved bits: remove `written_by`");
            }
        }
        for (field, place) in places() {
            chosen(field, place, report);
        }
        let written =
            places().map(|(_, place)| &place.writers).chain(format.classes.iter().map(|class| &class.writers));
        let Some(first) = written.flatten().next() else { continue };
        if format.word == Word::U128 {
            let message = format!("`{}` has 128 bits, and no masks: remove `written_by`", format.head.ident);
            report.error(first.span(), message);
        } else if !format.register {
            everyone(format, report);
        }
    }
}

/// Bits that are reserved, ignored, or written by the CPU are not written by a party.
fn chosen(field: &Field, place: &Place, report: &mut Report) {
    let Some(writer) = place.writers.first() else { return };
    let what = match place.role {
        Role::Reserved(_) | Role::ReservedOnes => "is reserved, and nobody chooses its value",
        Role::Ignored => "is ignored, and nobody writes it",
        Role::Hardware(_) => "is written by the CPU",
        Role::Value | Role::Frame { .. } | Role::Tag(_) | Role::Span(_) | Role::Software => return,
    };
    report.error(writer.span(), format!("`{}` {what}: remove `written_by`", field.ident));
}

/// A field without a writer would be refused whoever writes it.
fn everyone(format: &Format, report: &mut Report) {
    for field in &format.fields {
        let chosen = |place: &&Place| matches!(place.role, Role::Value | Role::Frame { .. } | Role::Span(_));
        if field.places.iter().filter(chosen).any(|place| place.writers.is_empty()) {
            let message = format!(
                "who writes `{}`? Other bits of `{}` have writers: add `written_by(vmm)`, `guest` or `monitor`",
                field.ident, format.head.ident
            );
            report.error(field.ident.span(), message);
        }
    }
}
