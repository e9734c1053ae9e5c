//! Effects: what a transition makes of an entry is what the role of its hook stands for. A leaf does not become
//! another leaf, nor a table another table; who wants that takes the first away and installs the second.

use super::report::Report;
use super::states::own_table;
use proc_macro2::Ident;
use pt_model::{By, HookRole, Kind, Module, Shape, State, Transition};

pub(super) fn check(module: &Module, report: &mut Report) {
    for states in &module.states {
        // In an array by physical address, a page has a state before anybody has mapped it.
        let table = own_table(module, states).filter(|table| table.kind == Kind::Radix);
        let Some(hooks) = table.and_then(|table| module.hooks(table.hooks.as_ref()?)) else { continue };
        for from in &states.states {
            for transition in &from.transitions {
                let Some(to) = states.get(&transition.to) else { continue };
                let called = transition.by.iter().filter_map(|by| match by {
                    By::Hook(name) => hooks.get(name),
                    By::Guest(_) | By::Monitor(_) => None,
                });
                for hook in called {
                    let roles: Vec<HookRole> = hook.roles.iter().map(|role| **role).collect();
                    effect(from, to, transition, &hook.ident, &roles, report);
                }
            }
        }
    }
}

/// One of the roles of the hook makes `to` of `from`.
fn effect(from: &State, to: &State, transition: &Transition, hook: &Ident, roles: &[HookRole], report: &mut Report) {
    let Some((first, what)) = roles.iter().find_map(|role| Some((role, said(*role)?))) else { return };
    if roles.iter().any(|role| said(*role).is_none() || makes(*role, from, to)) {
        return;
    }
    let message = format!(
        "`{hook}` has the role `{}`, which {what}: it does not make `{}` of `{}`. Name another state, or the hook that does",
        first.word(),
        to.ident,
        from.ident
    );
    report.error(transition.to.span(), message);
}

/// What a role does to an entry; nothing for one that is not about an entry.
const fn said(role: HookRole) -> Option<&'static str> {
    Some(match role {
        HookRole::Link => "links a table where nothing was",
        HookRole::Add | HookRole::Map => "maps a page where nothing was",
        HookRole::Block => "blocks an entry and leaves what it points to",
        HookRole::Unblock => "lets a blocked entry through again",
        HookRole::Remove => "takes a page away",
        HookRole::Unlink => "takes a table away",
        HookRole::Split => "makes a table of a page",
        HookRole::Merge => "makes a page of a table",
        HookRole::Track | HookRole::Reclaim | HookRole::Other => return None,
    })
}

/// Whether the role can make `to` of `from`. What a state points to is what a CPU finds there, so that a page which
/// the monitor has and no CPU uses yet may be absent. A state without a shape was reported.
fn makes(role: HookRole, from: &State, to: &State) -> bool {
    let (Some(before), Some(after)) = (from.shape.map(|shape| *shape), to.shape.map(|shape| *shape)) else {
        return true;
    };
    match role {
        HookRole::Link => before == Shape::Absent && after == Shape::Table,
        HookRole::Add | HookRole::Map => before == Shape::Absent && after != Shape::Table,
        HookRole::Block => to.blocked.is_some(),
        HookRole::Unblock => to.blocked.is_none() || to.accessible.is_some(),
        HookRole::Remove => before != Shape::Table && after == Shape::Absent,
        HookRole::Unlink => before != Shape::Leaf && after == Shape::Absent,
        HookRole::Split => before != Shape::Table && after == Shape::Table,
        HookRole::Merge => before != Shape::Leaf && after != Shape::Table,
        HookRole::Track | HookRole::Reclaim | HookRole::Other => true,
    }
}
