//! Operations: the enum belongs to a table that names it, and each operation is one that the life of an entry needs.

use super::report::{Report, meant};
use super::states::is_other;
use proc_macro2::Ident;
use pt_model::{By, Module, Operations};

pub(super) fn check(module: &Module, report: &mut Report) {
    for operations in &module.operations {
        whose(module, operations, report);
        if operations.operations.is_empty() && !operations.head.broken {
            let message = format!("`{}` has no operations: add a variant", operations.head.ident);
            report.error(operations.head.ident.span(), message);
        }
        unused(module, operations, report);
    }
    for table in &module.tables {
        let Some(name) = &table.operations else { continue };
        if let Some(hooks) = &table.hooks {
            let message = format!(
                "the entries of `{}` change by the hooks of `{hooks}`, which the VMM calls, or by operations: keep one of \
                 `hooks` and `operations`",
                table.head.ident
            );
            report.error(name.span(), message);
        }
        let Some(operations) = module.operations(name) else {
            let known = module.operations.iter().map(|operations| &operations.head.ident);
            report.unknown("enum of operations", name, known);
            continue;
        };
        if let Some(other) = operations.table.as_ref().filter(|other| is_other(module, table, other)) {
            let message = format!(
                "`{name}` are the operations of `{other}`: declare them as `#[operations({})]`",
                table.head.ident
            );
            report.both((name.span(), message), (other.span(), format!("the table of `{name}`")));
        }
    }
}

/// The table exists, and names these operations.
fn whose(module: &Module, operations: &Operations, report: &mut Report) {
    let Some(name) = &operations.table else { return };
    let own = &operations.head.ident;
    match module.table(name) {
        None => report.unknown("table", name, module.tables.iter().map(|table| &table.head.ident)),
        Some(table) => {
            let named = module.tables.iter().any(|table| table.operations.as_ref() == Some(own));
            if !named && table.operations.is_none() && !table.head.broken {
                let message =
                    format!("`{name}` does not name these operations: add `operations = {own}` to its `#[table]`");
                report.error(name.span(), message);
            }
        }
    }
}

/// Every operation starts a transition, except those that are about no single entry.
fn unused(module: &Module, operations: &Operations, report: &mut Report) {
    let of_table = |states: &&pt_model::States| states.table.is_some() && states.table == operations.table;
    let Some(states) = module.states.iter().find(of_table) else { return };
    if states.head.broken || operations.head.broken {
        return;
    }
    let known = || operations.operations.iter().map(|operation| &operation.ident);
    let by = states.states.iter().flat_map(|state| &state.transitions).flat_map(|transition| &transition.by);
    let named = by.filter_map(|by| if let By::Hook(name) = by { Some(name) } else { None });
    let used: Vec<&Ident> =
        named.filter_map(|name| known().find(|known| *known == name).or_else(|| meant(name, known()))).collect();
    for operation in &operations.operations {
        let name = &operation.ident;
        if used.contains(&name) || operation.track.is_some() || operation.other.is_some() {
            continue;
        }
        let message = format!(
            "`{name}` acts on no state, no `#[to]` of `{}` names it: add `#[to(STATE, by = {name})]` to a state, or \
             `#[operation(other)]` if it is about no single entry",
            states.head.ident
        );
        report.error(name.span(), message);
    }
}
