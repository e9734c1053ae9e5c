//! Items: a declaration has what its tables need.

use super::report::Report;
use pt_model::Module;

pub(super) fn check(module: &Module, report: &mut Report) {
    let Some(head) = &module.head else { return };
    let name = &head.ident;
    let first_table = module.tables.first().map(|table| &table.head.ident);
    let first_format = module.formats.first().map(|format| &format.head.ident);
    if let (None, Some(needs)) = (&module.levels, first_table.or(first_format)) {
        let message = format!("`{needs}` has levels, and `{name}` declares none: add a `#[levels]` enum");
        report.missing(needs.span(), message);
    }
    if let (None, Some(table)) = (&module.geometry, first_table) {
        let message = format!(
            "at which level is `{table}` entered, and how wide are its addresses? Add a `#[geometry]` enum to `{name}`"
        );
        report.missing(table.span(), message);
    }
    let empty = module.levels.is_none() && module.words().next().is_none() && module.tables.is_empty();
    let of_values = module.values.len() + module.packed.len();
    let of_states = module.hooks.len() + module.operations.len() + module.phases.len();
    if empty && of_values == 0 && module.states.is_empty() && of_states == 0 {
        let message = format!("`{name}` declares nothing: begin with a `#[levels]` enum and an `#[entry]` struct");
        report.missing(name.span(), message);
    }
}
