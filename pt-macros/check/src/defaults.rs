//! Defaults: the value of a field in a new entry is one that it can have. One that is not is reported and taken out.

use super::bits::is_sound;
use super::fields::is_valued;
use super::report::Report;
use super::written::{named_value, number_fits};
use pt_model::{Default, Field, FieldType, Format, Module, Place, Role, Spanned};

pub(super) fn take_out(module: &mut Module, report: &mut Report) {
    let mut wrong = Vec::new();
    for (in_module, format) in module.words().enumerate() {
        for (in_format, field) in format.fields.iter().enumerate() {
            for (in_field, place) in field.places.iter().enumerate() {
                let Some(default) = &place.default else { continue };
                let before = report.count();
                if is_sound(&place.bits, format.word.bits()) {
                    default_fits(module, (format, field), place, default, report);
                }
                if report.count() != before {
                    wrong.push((in_module, in_format, in_field));
                }
            }
        }
    }
    for (in_module, in_format, in_field) in wrong {
        if let Some(format) = module.words_mut().nth(in_module) {
            format.fields[in_format].places[in_field].default = None;
        }
    }
}

fn default_fits(
    module: &Module,
    (format, field): (&Format, &Field),
    place: &Place,
    default: &Spanned<Default>,
    report: &mut Report,
) {
    let (name, span, kind) = (&field.ident, default.span(), field.kind(module));
    if !is_valued(place.role) || matches!(place.role, Role::Frame { .. }) {
        let why = match place.role {
            Role::Frame { .. } if format.register => "a new register has no address",
            Role::Frame { .. } => "the frame is given to `new`",
            Role::Ignored if format.register => "ignored bits are zero in a new register",
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
