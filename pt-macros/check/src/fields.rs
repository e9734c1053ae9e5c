//! Fields: the type fits the bits and what they are for, and so do the values that are written down.

use super::bits::{fits, is_sound, value_fits};
use super::report::{Report, plural};
use proc_macro2::Ident;
use pt_model::{BitList, Field, FieldType, Format, HardwareBit, Module, Place, Role, Spanned};

pub(super) fn check(module: &Module, report: &mut Report) {
    for format in module.words() {
        for field in &format.fields {
            let word = format.word.bits();
            if !field.places.iter().all(|place| is_sound(&place.bits, word)) {
                continue;
            }
            type_fits(module, format, field, report);
            for place in &field.places {
                values_fit(place, report);
            }
        }
        hardware_bits(format, report);
    }
}

/// Whether a getter returns something: the field has one value at most where it is a tag, reserved or ignored.
pub(super) const fn is_valued(role: Role) -> bool {
    matches!(role, Role::Value | Role::Frame { .. } | Role::Hardware(_) | Role::Span(_) | Role::Software)
}

fn type_fits(module: &Module, format: &Format, field: &Field, report: &mut Report) {
    let (name, span) = (&field.ident, field.ty.span);
    let kind = field.kind(module);
    let Some(place) = field.places.iter().find(|place| is_valued(place.role)) else {
        if kind != FieldType::Unit && !field.places.is_empty() {
            let mend = match field.places[0].role {
                Role::Ignored if format.register => "nobody reads ignored bits: write `()`",
                _ if format.register => "reserved bits have one value only: write `()`",
                Role::Ignored => "nobody reads ignored bits: write `()`, or `software` for bits that you use",
                _ => "a tag or reserved bits have one value only: write `()`",
            };
            report.error(span, format!("`{name}` has no value to read: {mend}"));
        }
        return;
    };
    if kind == FieldType::Unit {
        let fitting = type_for(format, place);
        let message = format!(
            "`{name}` has a value, and `()` has none: write a type such as `{fitting}`, or that it has none, by `tag = N`, \
             `reserved` or `ignored`"
        );
        return report.error(span, message);
    }
    for place in field.places.iter().filter(|place| is_valued(place.role)) {
        let before = report.count();
        match place.role {
            Role::Frame { .. } if kind != FieldType::Frame && format.register => {
                report.error(span, format!("`{name}` is an address: write `Hpa` or `RawGpa`"));
            }
            Role::Frame { .. } if kind != FieldType::Frame || !format.register && is_guest(field) => {
                report.error(span, format!("`{name}` is a frame, and its type is `Hpa`: write `Hpa`"));
            }
            Role::Frame { .. } => {}
            _ if kind == FieldType::Frame => {
                let (what, option) = if format.register { ("an address", "address") } else { ("a frame", "frame") };
                let message = format!("`Hpa` is the type of {what}: add `{option}` to the `#[bits]` of `{name}`");
                report.error(span, message);
            }
            _ => width_fits(module, (format, field), &kind, place, report),
        }
        if report.count() != before {
            return;
        }
    }
}

/// Whether its type is an address of a guest.
fn is_guest(field: &Field) -> bool {
    field.ty.last().is_some_and(|last| last.ident == "RawGpa")
}

/// A type that these bits can have.
fn type_for(format: &Format, place: &Place) -> String {
    match (place.role, place.bits.width()) {
        (Role::Frame { .. }, _) if format.register => String::from("Hpa` or `RawGpa"),
        (Role::Frame { .. }, _) => String::from("Hpa"),
        (_, 1) => String::from("bool"),
        (_, width @ (8 | 16 | 32 | 64)) => format!("u{width}"),
        (_, width) => format!("Bits<{width}>"),
    }
}

fn width_fits(
    module: &Module,
    (format, field): (&Format, &Field),
    kind: &FieldType,
    place: &Place,
    report: &mut Report,
) {
    let (name, width) = (&field.ident, place.bits.width());
    let wanted = match kind {
        FieldType::Bool => Some(1),
        FieldType::Integer(width) => Some(*width),
        FieldType::Bits(width) => *width,
        FieldType::Values(values) => return values_have_room(module, field, values, &place.bits, report),
        FieldType::States(states) => return codes_have_room(module, field, states, &place.bits, report),
        _ => None,
    };
    if wanted.is_some_and(|wanted| wanted != width) {
        let has = format!("{width} {}", plural(width as usize, "bit"));
        report.error(field.ty.span, format!("`{name}` has {has}: write `{}`", type_for(format, place)));
    } else if width > 64 {
        report.error(place.bits.span, format!("`{name}` has {width} bits, and a field has at most 64: split it"));
    }
}

/// Every value of the enum fits into the field.
fn values_have_room(module: &Module, field: &Field, values: &Ident, bits: &BitList, report: &mut Report) {
    let numbers = module.values(values).into_iter().flat_map(|values| &values.values);
    let numbers = numbers.filter_map(|value| Some((&value.ident, value.number?)));
    has_room(field, values, numbers, bits, report);
}

fn codes_have_room(module: &Module, field: &Field, states: &Ident, bits: &BitList, report: &mut Report) {
    let codes = module.states(states).into_iter().flat_map(|states| &states.states);
    let codes = codes.filter_map(|state| Some((&state.ident, state.code?)));
    has_room(field, states, codes, bits, report);
}

fn has_room<'a>(
    field: &Field,
    ty: &Ident,
    numbers: impl Iterator<Item = (&'a Ident, Spanned<u64>)>,
    bits: &BitList,
    report: &mut Report,
) {
    let name = &field.ident;
    let Some((largest, number)) = numbers.max_by_key(|(_, number)| **number) else { return };
    if !bits.holds(*number) {
        let width = bits.width();
        let has = format!("{width} {}", plural(width as usize, "bit"));
        let needs = number.checked_ilog2().unwrap_or(0) + 1;
        report.both(
            (field.ty.span, format!("`{ty}` needs {needs} bits, and `{name}` has {has}: make the field wider")),
            (number.span(), format!("`{ty}::{largest}` does not fit into `{name}`")),
        );
    }
}

/// The tag, the reserved value and the value in absent entries.
fn values_fit(place: &Place, report: &mut Report) {
    match place.role {
        Role::Tag(value) => value_fits(value, place.role_span, &place.bits, "the tag", report),
        Role::Reserved(value) => value_fits(value, place.role_span, &place.bits, "the reserved value", report),
        Role::Hardware(Some(bit)) if place.bits.width() != 1 => {
            let word = if bit == HardwareBit::Accessed { "accessed" } else { "dirty" };
            report.error(place.bits.span, format!("the {word} bit is one bit: write its position alone"));
        }
        _ => {}
    }
    if let Some(absent) = place.absent {
        fits(absent, &place.bits, "the value", report);
    }
}

/// A format has one accessed bit and one dirty bit at each level.
fn hardware_bits(format: &Format, report: &mut Report) {
    for level in &format.levels.names {
        for bit in [HardwareBit::Accessed, HardwareBit::Dirty] {
            let at = format.fields.iter().filter_map(|field| Some((field, field.at(&level.ident)?)));
            let mut bits = at.filter(|(_, place)| place.role == Role::Hardware(Some(bit)));
            if let (Some((first, _)), Some((second, place))) = (bits.next(), bits.next()) {
                let word = if bit == HardwareBit::Accessed { "accessed" } else { "dirty" };
                let message = format!("`{}` is the {word} bit already: keep `hardware = {word}` at one", first.ident);
                report.both(
                    (place.bits.span, message),
                    (first.ident.span(), format!("the {word} bit, as `{}` is again", second.ident)),
                );
                return;
            }
        }
    }
}
