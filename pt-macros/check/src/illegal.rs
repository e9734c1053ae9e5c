//! `illegal(…)`: each term is about a field that can have such a value.

use super::bits::value_fits;
use super::report::{Report, levels};
use pt_model::{Format, Illegal, Module, Role, Term, Wanted};

pub(super) fn check(module: &Module, report: &mut Report) {
    for format in &module.formats {
        for illegal in &format.illegal {
            for term in &illegal.terms {
                self::term(format, illegal, term, report);
            }
        }
    }
}

fn term(format: &Format, illegal: &Illegal, term: &Term, report: &mut Report) {
    let Term { field: name, values } = term;
    let Some(field) = format.field(name) else {
        if !format.head.broken {
            report.unknown("field", name, format.fields.iter().map(|field| &field.ident));
        }
        return;
    };
    let here = format.levels.names.iter().map(|level| &level.ident);
    let here = here.filter(|level| illegal.levels.as_ref().is_none_or(|levels| levels.contains(level)));
    let without: Vec<_> = here.filter(|level| field.at(level).is_none()).collect();
    if !without.is_empty() && !format.head.broken {
        let message = format!("`{name}` is not there at {}: add `levels(…)` to this `illegal`", levels(&without));
        return report.error(name.span(), message);
    }
    for place in &field.places {
        let what = match place.role {
            Role::Frame { .. } => "is the frame",
            Role::Tag(_) | Role::Reserved(_) | Role::ReservedOnes => "has one value in all of them",
            Role::Ignored => "is ignored",
            Role::Value | Role::Hardware(_) | Role::Span(_) | Role::Software => match values {
                Wanted::Set if place.bits.width() > 1 => {
                    let message = format!("`{name}` has {} bits: write `{name} = VALUE`", place.bits.width());
                    return report.error(name.span(), message);
                }
                Wanted::OneOf(values) => {
                    for value in values {
                        value_fits(**value, value.span(), &place.bits, "the value", report);
                    }
                    continue;
                }
                Wanted::Set | Wanted::Clear => continue,
            },
        };
        return report.error(name.span(), format!("`{name}` {what}, and makes no entry illegal: remove it here"));
    }
}
