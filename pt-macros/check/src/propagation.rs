//! Propagation: the changes of a private table go to a protected one, through hooks, and come to an end there.

use super::report::Report;
use proc_macro2::Ident;
use pt_model::{Module, Space, Table};

pub(super) fn check(module: &Module, report: &mut Report) {
    for table in &module.tables {
        private(module, table, report);
        targets(module, table, report);
    }
    cycles(module, report);
}

/// A private table stands for a protected one.
fn private(module: &Module, table: &Table, report: &mut Report) {
    let Some(space) = table.space.filter(|space| **space == Space::Private) else { return };
    let name = &table.head.ident;
    if table.propagates_to.is_empty() && !table.head.broken {
        let is_protected = |table: &&Table| table.space.is_some_and(|space| *space == Space::Protected);
        let mut protected = module.tables.iter().filter(is_protected);
        let target = match (protected.next(), protected.next()) {
            (Some(only), None) => only.head.ident.to_string(),
            _ => String::from("TABLE"),
        };
        let message = format!(
            "`{name}` stands for a protected table, which the VMM does not see, and names none: write \
             `propagates_to({target})`"
        );
        report.error(space.span(), message);
    } else if table.visible_to_vmm.is_none() && !table.head.broken {
        let message = format!("`{name}` is there for the VMM to walk, which does not see it: add `visible_to(vmm)`");
        report.error(space.span(), message);
    }
}

fn targets(module: &Module, table: &Table, report: &mut Report) {
    let name = &table.head.ident;
    for (position, target) in table.propagates_to.iter().enumerate() {
        if table.propagates_to[..position].contains(target) {
            report.error(target.span(), format!("`{target}` is named twice: remove one"));
        } else if target == name {
            let message = format!("`{name}` cannot propagate to itself: name the protected table that it stands for");
            report.error(target.span(), message);
        } else if let Some(found) = module.table(target) {
            let hooks_wait = module.hooks.iter().any(|hooks| hooks.table.as_ref() == Some(target));
            let comes_back = way_back(module, name, target, &mut Vec::new()).is_some();
            if found.hooks.is_none() && !found.head.broken && !hooks_wait && !comes_back {
                let message = format!(
                    "`{target}` has no hooks that a change of `{name}` could go through: add `hooks = TRAIT` to its \
                     `#[table]`, and a `#[hooks({target})]` trait"
                );
                report.error(target.span(), message);
            }
        } else {
            let others = module.tables.iter().map(|table| &table.head.ident).filter(|other| *other != name);
            report.unknown("table", target, others);
        }
    }
}

/// A change that comes back to the table it began in. Each cycle is reported once, at the table declared first.
fn cycles(module: &Module, report: &mut Report) {
    let mut reported: Vec<&Ident> = Vec::new();
    for table in &module.tables {
        let start = &table.head.ident;
        if reported.contains(&start) {
            continue;
        }
        let Some(path) = way_back(module, start, start, &mut Vec::new()) else { continue };
        let chain: Vec<_> = path.iter().map(|name| format!("`{name}`")).collect();
        if let Some(first) = path.first() {
            let message = format!(
                "a change of `{start}` would come back to it: it goes to {}. Remove one of these `propagates_to`",
                chain.join(", then to ")
            );
            report.error(first.span(), message);
        }
        reported.extend(path);
    }
}

/// The tables that a change of `from` goes to until it reaches `start`, if it does. Not a table to itself.
fn way_back<'m>(module: &'m Module, start: &Ident, from: &Ident, seen: &mut Vec<&'m Ident>) -> Option<Vec<&'m Ident>> {
    for target in module.table(from)?.propagates_to.iter().filter(|target| *target != from) {
        if target == start {
            return Some(vec![target]);
        }
        if seen.contains(&target) {
            continue;
        }
        seen.push(target);
        if let Some(mut path) = way_back(module, start, target, seen) {
            path.insert(0, target);
            return Some(path);
        }
    }
    None
}
