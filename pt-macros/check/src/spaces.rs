//! Spaces: the addresses that a table translates are such as the geometry has.

use super::geometry::is_virtual;
use super::report::Report;
use pt_model::{Extension, Geometry, Module, Select, Space, Table};

pub(super) fn check(module: &Module, report: &mut Report) {
    for table in &module.tables {
        space(module, table, report);
    }
}

fn space(module: &Module, table: &Table, report: &mut Report) {
    let (Some(space), Some(geometry)) = (table.space, &module.geometry) else { return };
    if geometry.head.broken || geometry.roots.is_empty() {
        return;
    }
    let (name, of) = (&table.head.ident, &geometry.head.ident);
    let message = if geometry.is_split() {
        match (*space, table.select.map(|select| *select)) {
            (_, Some(Select::Lower | Select::Upper)) => {
                format!("one bit splits the address space of `{of}`: the halves are `shared` and `private`")
            }
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
            _ => return ends(geometry, table, report),
        }
    };
    report.error(space.span(), message);
}

/// A table of an address space with two roots says which end it translates, and no other does.
fn ends(geometry: &Geometry, table: &Table, report: &mut Report) {
    let (name, of) = (&table.head.ident, &geometry.head.ident);
    let two = geometry.extension == Extension::Halves;
    match table.select {
        Some(select) if two && !matches!(*select, Select::Lower | Select::Upper) => {
            let message = format!("`{of}` has two ends: write `select(lower)` or `select(upper)`");
            report.error(select.span(), message);
        }
        Some(select) if !two && matches!(*select, Select::Lower | Select::Upper) => {
            let message = format!("`{of}` has one root: remove `select`, or write `#[geometry(extend = halves)]`");
            report.error(select.span(), message);
        }
        Some(select) if !two => {
            report.error(select.span(), format!("no bit splits the address space of `{of}`: remove `select`"));
        }
        None if two => {
            let message =
                format!("which end of `{of}` does `{name}` translate? Add `select(lower)` or `select(upper)`");
            report.error(name.span(), message);
        }
        _ => {}
    }
}
