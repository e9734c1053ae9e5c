//! Hooks: the trait belongs to a table that names it, and each operation is one that the life of an entry needs.

use super::levels::should_hold;
use super::report::{Report, meant};
use super::states::is_other;
use proc_macro2::Ident;
use pt_model::{By, Hook, HookRole, Hooks, Module, Shape};

pub(super) fn check(module: &Module, report: &mut Report) {
    for hooks in &module.hooks {
        whose(module, hooks, report);
        if hooks.hooks.is_empty() && !hooks.head.broken {
            let message = format!("`{}` has no hooks: add a method with `#[hook(ROLE)]`", hooks.head.ident);
            report.error(hooks.head.ident.span(), message);
        }
        unused(module, hooks, report);
        for hook in &hooks.hooks {
            levels(module, hook, report);
        }
    }
    for table in &module.tables {
        let Some(name) = &table.hooks else { continue };
        let Some(hooks) = module.hooks(name) else {
            report.unknown("trait of hooks", name, module.hooks.iter().map(|hooks| &hooks.head.ident));
            continue;
        };
        if let Some(other) = hooks.table.as_ref().filter(|other| is_other(module, table, other)) {
            let message =
                format!("`{name}` are the hooks of `{other}`: declare them as `#[hooks({})]`", table.head.ident);
            report.both((name.span(), message), (other.span(), format!("the table of `{name}`")));
        }
    }
}

/// The table exists, and names these hooks.
fn whose(module: &Module, hooks: &Hooks, report: &mut Report) {
    let Some(name) = &hooks.table else { return };
    let own = &hooks.head.ident;
    match module.table(name) {
        None => report.unknown("table", name, module.tables.iter().map(|table| &table.head.ident)),
        Some(table) => {
            let named = module.tables.iter().any(|table| table.hooks.as_ref() == Some(own));
            if !named && table.hooks.is_none() && !table.head.broken {
                let message = format!("`{name}` does not name these hooks: add `hooks = {own}` to its `#[table]`");
                report.error(name.span(), message);
            }
        }
    }
}

/// Every hook starts a transition, except those that are about no single entry.
fn unused(module: &Module, hooks: &Hooks, report: &mut Report) {
    let of_table = |states: &&pt_model::States| states.table.is_some() && states.table == hooks.table;
    let Some(states) = module.states.iter().find(of_table) else { return };
    if states.head.broken || hooks.head.broken {
        return;
    }
    let used: Vec<&Ident> =
        states
            .states
            .iter()
            .flat_map(|state| &state.transitions)
            .flat_map(|transition| &transition.by)
            .filter_map(|by| match by {
                By::Hook(name) => Some(hooks.get(name).map_or_else(
                    || meant(name, hooks.hooks.iter().map(|hook| &hook.ident)),
                    |hook| Some(&hook.ident),
                )?),
                _ => None,
            })
            .collect();
    for hook in hooks.hooks.iter().filter(|hook| !used.contains(&&hook.ident)) {
        let name = &hook.ident;
        if hook.roles.is_empty() || hook.roles.iter().all(|role| is_exempt(**role)) {
            continue;
        }
        let message = format!(
            "`{name}` changes no state, no `#[to]` of `{}` names it: add `#[to(STATE, by = {name})]` to a state, or give it \
             the role `other`",
            states.head.ident
        );
        report.error(name.span(), message);
    }
}

/// What is about a VM or a page rather than an entry.
const fn is_exempt(role: HookRole) -> bool {
    matches!(role, HookRole::Track | HookRole::Reclaim | HookRole::Other)
}

/// A hook can be called at levels where entries are what its role is about.
fn levels(module: &Module, hook: &Hook, report: &mut Report) {
    let (Some(list), Some(levels)) = (&hook.levels, &module.levels) else { return };
    for role in &hook.roles {
        let needs: &[Shape] = match **role {
            HookRole::Add | HookRole::Map | HookRole::Remove => &[Shape::Leaf],
            HookRole::Link | HookRole::Unlink => &[Shape::Table],
            HookRole::Split | HookRole::Merge => &[Shape::Leaf, Shape::Table],
            _ => &[],
        };
        for name in &list.names {
            let Some(level) = levels.get(&name.ident) else { continue };
            let holds = |shape: Shape| level.holds(shape) || should_hold(levels, level, shape);
            if let Some(shape) = needs.iter().find(|shape| !holds(**shape)) {
                let what = if *shape == Shape::Leaf { "leaves" } else { "tables" };
                let message = format!(
                    "`{0}` has the role `{1}`, and level `{2}` has no {what}: remove `{2}` here",
                    hook.ident,
                    role.word(),
                    level.ident
                );
                report.error(name.ident.span(), message);
            }
        }
    }
}
