//! Fields: the type fits the bits and what they are for, and so do the values that are written down.

use super::bits::{fits, is_sound, value_fits};
use super::report::{Report, list, plural};
use crate::model::{BitList, Default, Field, FieldType, Format, HardwareBit, Module, Place, Role, Spanned};
use crate::parse::nearest;
use proc_macro2::Span;
use syn::Ident;
use syn::spanned::Spanned as _;

pub(super) fn check(module: &Module, report: &mut Report<'_>) {
    for format in &module.formats {
        for field in &format.fields {
            let word = format.word.bits();
            if !field.places.iter().all(|place| is_sound(&place.bits, word)) {
                continue;
            }
            type_fits(module, field, report);
            for place in &field.places {
                values_fit(module, field, place, report);
            }
        }
        hardware_bits(format, report);
    }
}

/// Whether a getter returns something: the field has one value at most where it is a tag, reserved or ignored.
const fn is_valued(role: Role) -> bool {
    matches!(role, Role::Value | Role::Frame { .. } | Role::Hardware(_) | Role::Software)
}

fn type_fits(module: &Module, field: &Field, report: &mut Report<'_>) {
    let (name, span) = (&field.ident, field.ty.span());
    let kind = field.kind(module);
    let Some(place) = field.places.iter().find(|place| is_valued(place.role)) else {
        if kind != FieldType::Unit && !field.places.is_empty() {
            let mend = match field.places[0].role {
                Role::Ignored => "nobody reads ignored bits: write `()`, or `software` for bits that you use",
                _ => "a tag or reserved bits have one value only: write `()`",
            };
            report.error(span, format!("`{name}` has no value to read: {mend}"));
        }
        return;
    };
    if kind == FieldType::Unit {
        let fitting = type_for(place);
        return report
            .error(span, format!("`{name}` has a value, and `()` has none: write a type such as `{fitting}`"));
    }
    for place in field.places.iter().filter(|place| is_valued(place.role)) {
        let before = report.count();
        match place.role {
            Role::Frame { .. } if kind != FieldType::Frame => {
                report.error(span, format!("`{name}` is a frame, and its type is `Hpa`: write `Hpa`"));
            }
            Role::Frame { .. } => {}
            _ if kind == FieldType::Frame => {
                let message = format!("`Hpa` is the type of a frame: add `frame` to the `#[bits]` of `{name}`");
                report.error(span, message);
            }
            _ => width_fits(module, field, &kind, place, report),
        }
        if report.count() != before {
            return;
        }
    }
}

/// A type that these bits can have.
fn type_for(place: &Place) -> String {
    match (place.role, place.bits.width()) {
        (Role::Frame { .. }, _) => String::from("Hpa"),
        (_, 1) => String::from("bool"),
        (_, width @ (8 | 16 | 32 | 64)) => format!("u{width}"),
        (_, width) => format!("Bits<{width}>"),
    }
}

fn width_fits(module: &Module, field: &Field, kind: &FieldType, place: &Place, report: &mut Report<'_>) {
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
        report.error(field.ty.span(), format!("`{name}` has {has}: write `{}`", type_for(place)));
    } else if width > 64 {
        report.error(place.bits.span, format!("`{name}` has {width} bits, and a field has at most 64: split it"));
    }
}

/// Every value of the enum fits into the field.
fn values_have_room(module: &Module, field: &Field, values: &Ident, bits: &BitList, report: &mut Report<'_>) {
    let numbers = module.values(values).into_iter().flat_map(|values| &values.values);
    let numbers = numbers.filter_map(|value| Some((&value.ident, value.number?)));
    has_room(field, values, numbers, bits, report);
}

fn codes_have_room(module: &Module, field: &Field, states: &Ident, bits: &BitList, report: &mut Report<'_>) {
    let codes = module.states(states).into_iter().flat_map(|states| &states.states);
    let codes = codes.filter_map(|state| Some((&state.ident, state.code?)));
    has_room(field, states, codes, bits, report);
}

fn has_room<'a>(
    field: &Field,
    ty: &Ident,
    numbers: impl Iterator<Item = (&'a Ident, Spanned<u64>)>,
    bits: &BitList,
    report: &mut Report<'_>,
) {
    let name = &field.ident;
    let Some((largest, number)) = numbers.max_by_key(|(_, number)| **number) else { return };
    if !bits.holds(*number) {
        let width = bits.width();
        let has = format!("{width} {}", plural(width as usize, "bit"));
        let needs = number.checked_ilog2().unwrap_or(0) + 1;
        report.both(
            (field.ty.span(), format!("`{ty}` needs {needs} bits, and `{name}` has {has}: make the field wider")),
            (number.span(), format!("`{ty}::{largest}` does not fit into `{name}`")),
        );
    }
}

/// The tag, the reserved value, the default and the value in absent entries.
fn values_fit(module: &Module, field: &Field, place: &Place, report: &mut Report<'_>) {
    match place.role {
        Role::Tag(value) => value_fits(value, place.bits.span, &place.bits, "the tag", report),
        Role::Reserved(value) => value_fits(value, place.bits.span, &place.bits, "the reserved value", report),
        Role::Hardware(Some(bit)) if place.bits.width() != 1 => {
            let word = if bit == HardwareBit::Accessed { "accessed" } else { "dirty" };
            report.error(place.bits.span, format!("the {word} bit is one bit: write its position alone"));
        }
        _ => {}
    }
    if let Some(absent) = place.absent {
        fits(absent, &place.bits, "the value", report);
    }
    if let Some(default) = &place.default {
        default_fits(module, field, place, default, report);
    }
}

fn default_fits(module: &Module, field: &Field, place: &Place, default: &Spanned<Default>, report: &mut Report<'_>) {
    let (name, span, kind) = (&field.ident, default.span(), field.kind(module));
    if !is_valued(place.role) || matches!(place.role, Role::Frame { .. }) {
        let why = match place.role {
            Role::Frame { .. } => "the frame is given to `new`",
            Role::Ignored => "ignored bits are zero in a new entry",
            _ => "a tag or reserved bits have one value already",
        };
        return report.error(span, format!("`{name}` has no default, {why}: remove `default`"));
    }
    match &**default {
        Default::Number(number) => {
            number_fits(module, &kind, &place.bits, (*number, span, "the default"), report);
        }
        Default::Bool(_) if kind == FieldType::Bool || place.bits.width() == 1 => {}
        Default::Bool(value) => {
            let message = format!("`{value}` is no value of `{name}`, which has {} bits", place.bits.width());
            report.error(span, message);
        }
        Default::Path(path) => {
            if let Some(last) = path.segments.last() {
                named_value(module, &kind, &last.ident, report);
            }
        }
    }
}

/// The number fits into the bits, and is that of a variant if the type is an enum of values.
pub(super) fn number_fits(
    module: &Module,
    kind: &FieldType,
    bits: &BitList,
    (number, span, what): (u64, Span, &str),
    report: &mut Report<'_>,
) {
    if !bits.holds(number) {
        return value_fits(number, span, bits, what, report);
    }
    let FieldType::Values(values) = kind else { return };
    let Some(values) = module.values(values).filter(|values| !values.head.broken) else { return };
    if !values.values.iter().any(|value| value.number.is_some_and(|known| *known == number)) {
        let known = list(values.values.iter().map(|value| &value.ident));
        let message = format!("`{}` has no variant with the value {number}: write one of {known}", values.head.ident);
        report.error(span, message);
    }
}

/// The name is that of a variant. Of other types the compiler knows the constants.
pub(super) fn named_value(module: &Module, kind: &FieldType, name: &Ident, report: &mut Report<'_>) {
    let variants: Vec<&Ident> = match kind {
        FieldType::Values(values) => match module.values(values) {
            Some(values) if !values.head.broken && !values.values.is_empty() => {
                values.values.iter().map(|value| &value.ident).collect()
            }
            _ => return,
        },
        FieldType::States(states) => match module.states(states) {
            Some(states) if !states.head.broken => states.states.iter().map(|state| &state.ident).collect(),
            _ => return,
        },
        _ => return,
    };
    if !variants.contains(&name) {
        report.unknown("value", name, variants);
    }
}

/// A format has one accessed bit and one dirty bit at each level.
fn hardware_bits(format: &Format, report: &mut Report<'_>) {
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

/// The name that was meant by a name that does not exist.
pub(super) fn meant<'k>(name: &Ident, known: impl IntoIterator<Item = &'k Ident>) -> Option<&'k Ident> {
    let known: Vec<&Ident> = known.into_iter().collect();
    let words: Vec<String> = known.iter().map(ToString::to_string).collect();
    let near = nearest(&name.to_string(), &words.iter().map(String::as_str).collect::<Vec<_>>())?.to_owned();
    known.into_iter().find(|known| **known == near)
}
