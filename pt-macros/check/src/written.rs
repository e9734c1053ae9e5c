//! Values of fields, as a declaration writes them: numbers, and names of variants.

use super::bits::value_fits;
use super::report::{Report, list};
use proc_macro2::{Ident, Span};
use pt_model::{BitList, FieldType, Module};

/// The number fits into the bits, and is that of a variant if the type is an enum of values.
pub(super) fn number_fits(
    module: &Module,
    kind: &FieldType,
    bits: &BitList,
    (number, span, what): (u64, Span, &str),
    report: &mut Report,
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
pub(super) fn named_value(module: &Module, kind: &FieldType, name: &Ident, report: &mut Report) {
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
