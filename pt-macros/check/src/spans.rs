//! Spans: leaves that map as one are a power of two of neighbours in one table, and one bit says so.

use super::report::Report;
use proc_macro2::Ident;
use pt_model::{Format, Module, Place, Role, Shape};

pub(super) fn check(module: &Module, report: &mut Report) {
    for format in &module.formats {
        for field in &format.fields {
            for place in field.places.iter().filter(|place| matches!(place.role, Role::Span(_))) {
                span(module, format, &field.ident, place, report);
            }
        }
        for level in &format.levels.names {
            once(format, &level.ident, report);
        }
    }
}

fn span(module: &Module, format: &Format, name: &Ident, place: &Place, report: &mut Report) {
    let Role::Span(spanning) = place.role else { return };
    let leaves = spanning.leaves;
    if !format.has(Shape::Leaf) {
        let message =
            format!("only leaves map as one, and `{}` is no format of leaves: remove this", format.head.ident);
        return report.error(place.role_span, message);
    }
    if place.bits.width() != 1 {
        return report.error(place.bits.span, format!("one bit says that a leaf is one of several: `{name}` has more"));
    }
    if leaves < 2 || !leaves.is_power_of_two() {
        return report.error(place.role_span, "a power of two of leaves map as one: write a number such as `16`");
    }
    for level in format.levels.names.iter().map(|level| &level.ident).filter(|level| place.is_at(level)) {
        let Some(found) = module.level(level) else { continue };
        let entries = 1_u64.checked_shl(found.index.width()).unwrap_or(u64::MAX);
        if leaves > entries {
            let message = format!("a table of `{level}` has {entries} entries: write at most `{entries}`");
            return report.error(place.role_span, message);
        }
        let frame = format.fields.iter().filter_map(|field| field.at(level));
        let frame = frame.into_iter().find(|place| matches!(place.role, Role::Frame { .. }));
        if spanning.coded && frame.is_some_and(|frame| frame.frame_shift() > found.index.low) {
            let message = format!(
                "the code is in the low bits of the frame, which begins above a page of `{level}`: begin at its alignment"
            );
            return report.error(place.role_span, message);
        }
    }
}

/// A leaf is one of several in one way.
fn once(format: &Format, level: &Ident, report: &mut Report) {
    let mut spans = format.fields.iter().filter_map(|field| {
        let place = field.at(level).filter(|place| matches!(place.role, Role::Span(_)))?;
        Some((&field.ident, place))
    });
    if let (Some((first, one)), Some((_, two))) = (spans.next(), spans.next()) {
        let message = format!("`{first}` says already which leaves of `{level}` map as one: remove this");
        report.both((two.role_span, message), (one.role_span, format!("`{first}` says it here")));
    }
}
