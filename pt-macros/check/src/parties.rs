//! Parties: who sees a table, who writes it and who uses it are independent, and have consequences.

use super::report::Report;
use pt_model::{Module, Select, Table};

pub(super) fn check(module: &Module, report: &mut Report) {
    for table in &module.tables {
        parties(table, report);
    }
}

fn parties(table: &Table, report: &mut Report) {
    let name = &table.head.ident;
    if let (Some(writable), None) = (table.writable_by_vmm, table.visible_to_vmm) {
        let message = format!("the VMM cannot write `{name}`, which it does not see: add `visible_to(vmm)`");
        report.error(writable, message);
    }
    match (&table.flush, table.used_by_cpu) {
        (Some(flush), None) => {
            let span = flush.segments.first().map_or_else(|| name.span(), |segment| segment.ident.span());
            let message = format!(
                "no CPU uses `{name}`, so that there is nothing to flush: remove `flush`, or add `used_by(cpu)`"
            );
            report.error(span, message);
        }
        (None, Some(used)) if table.is_walked() => {
            let message = format!(
                "a CPU may hold translations of `{name}` that the VMM removes: add `flush = STAGE`, a type of \
                 `pt_core::flush` such as `Invept`"
            );
            report.error(used, message);
        }
        _ => {}
    }
    if let (Some(frozen), false) = (table.frozen, table.is_walked()) {
        let message = format!("the VMM does not walk `{name}`, and freezes no entry of it: remove `frozen`");
        report.error(frozen.span(), message);
    }
    if let Some(alignment) = table.root_alignment {
        let upper = table.select.is_some_and(|select| *select == Select::Upper);
        if !upper || !table.is_walked() {
            let message = format!("the roots of `{name}` are whole tables, aligned as such: remove `root`");
            report.error(alignment.span(), message);
        } else if !alignment.is_power_of_two() || !(8..=4096).contains(&*alignment) {
            report.error(alignment.span(), "a root begins at a multiple of a power of two: write one from 8 to 4096");
        }
    }
    if let (Some(live), false) = (table.live, table.is_walked()) {
        let message = format!("the VMM does not walk `{name}`, and changes no entry in use: remove `live`");
        report.error(live.span(), message);
    }
}
