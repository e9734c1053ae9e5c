//! Spaces: the addresses that a table translates are such as the geometry has.

use super::geometry::is_virtual;
use super::report::Report;
use crate::model::{Module, Select, Space, Table};

pub(super) fn check(module: &Module, report: &mut Report<'_>) {
    for table in &module.tables {
        space(module, table, report);
    }
}

fn space(module: &Module, table: &Table, report: &mut Report<'_>) {
    let (Some(space), Some(geometry)) = (table.space, &module.geometry) else { return };
    if geometry.head.broken || geometry.roots.is_empty() {
        return;
    }
    let (name, of) = (&table.head.ident, &geometry.head.ident);
    let message = if geometry.is_split() {
        match (*space, table.select.map(|select| *select)) {
            (Space::Guest, None) => format!(
                "`{of}` splits the address space: write `shared` or `private`, or add `select(both)` if `{name}` \
                 translates both halves"
            ),
            (Space::Virtual, _) => format!(
                "`{of}` splits guest-physical addresses, and `{name}` is virtual: declare it in a module of its own"
            ),
            (Space::Shared, Some(Select::Private | Select::Both)) => {
                format!(
                    "a `shared` table translates the shared half only: remove `select`, or make `{name}` a `guest` table"
                )
            }
            (Space::Private, Some(Select::Shared | Select::Both)) => {
                format!(
                    "a `private` table translates the private half only: remove `select`, or make `{name}` a `guest` table"
                )
            }
            _ => return,
        }
    } else {
        let Some(is_virtual) = is_virtual(geometry) else { return };
        match (*space, is_virtual) {
            (Space::Shared | Space::Private, _) => format!(
                "no bit splits the address space of `{of}`: add `split(bit = …, shared = …)` to its variants, or write \
                 `guest`"
            ),
            (Space::Guest, true) => format!("the addresses of `{of}` are virtual: write `virtual`"),
            (Space::Virtual, false) => {
                format!("the addresses of `{of}` are guest-physical: write `guest`, or `#[geometry(space = Virtual)]`")
            }
            _ => match table.select {
                Some(select) => {
                    let message = format!("no bit splits the address space of `{of}`: remove `select`");
                    return report.error(select.span(), message);
                }
                None => return,
            },
        }
    };
    report.error(space.span(), message);
}
