//! Values: an enum of values has some, and what they deny is known to the formats that have them.

use super::report::Report;
use pt_model::Module;

pub(super) fn check(module: &Module, report: &mut Report) {
    for values in module.values.iter().filter(|values| values.values.is_empty() && !values.head.broken) {
        let name = &values.head.ident;
        report.error(name.span(), format!("`{name}` has no values: add a variant, `Name = NUMBER`"));
    }
    // A format of a module does not see the values of an enum outside of it.
    let alone = module.values.iter().filter(|_| module.head.is_none()).flat_map(|values| &values.values);
    for denied in alone.filter_map(|value| value.denies.first()) {
        let message = "what a value denies is looked up in the same module: declare the enum beside the formats that \
                       have it, in a `#[page_tables]` module";
        report.error(denied.span(), message);
    }
}
