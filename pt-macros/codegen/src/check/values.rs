//! Values: an enum of values has some.

use super::report::Report;
use crate::model::Module;

pub(super) fn check(module: &Module, report: &mut Report<'_>) {
    for values in module.values.iter().filter(|values| values.values.is_empty() && !values.head.broken) {
        let name = &values.head.ident;
        report.error(name.span(), format!("`{name}` has no values: add a variant, `Name = NUMBER`"));
    }
}
