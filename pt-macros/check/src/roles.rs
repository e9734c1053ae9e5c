//! Roles: the engine knows one hook for each, and calls it in the one way that the role has. A hook that cannot have
//! its role is reported, and the role is taken out.

use super::report::Report;
use proc_macro2::{TokenStream, TokenTree};
use pt_model::{Argument, Hook, HookRole, Hooks, Input, Module, Path, Select, Signature, Table, TypeForm, upper_camel};

pub(super) fn take_out(module: &mut Module, report: &mut Report) {
    let mut wrong = Vec::new();
    for (position, hooks) in module.hooks.iter().enumerate() {
        let table = hooks.table.as_ref().and_then(|name| module.table(name));
        let again = once(hooks, table, report);
        let called = hooks.table.as_ref().is_some_and(|name| {
            module.tables.iter().any(|table| table.is_walked() && table.propagates_to.first() == Some(name))
        });
        let other = hooks.hooks.iter().enumerate().filter(|(index, hook)| {
            answer(hook, report);
            called && !again.contains(index) && !has_arguments(hook, report)
        });
        let other: Vec<_> = other.map(|(index, _)| index).collect();
        wrong.extend(again.into_iter().chain(other).map(|index| (position, index)));
    }
    for (position, index) in wrong {
        module.hooks[position].hooks[index].roles.clear();
    }
}

/// A role is that of one hook, in each half that the table translates. The hooks that have a role again.
fn once(hooks: &Hooks, table: Option<&Table>, report: &mut Report) -> Vec<usize> {
    let mut again = Vec::new();
    let both = table.is_some_and(|table| table.select.is_some_and(|select| *select == Select::Both));
    let mut seen: Vec<(HookRole, u8, &Hook, proc_macro2::Span)> = Vec::new();
    for (index, hook) in hooks.hooks.iter().enumerate() {
        let halves = if both { halves(&hook.signature) } else { BOTH };
        for role in hook.roles.iter().filter(|role| ***role != HookRole::Other) {
            let first = seen.iter().find(|(known, other, ..)| *known == **role && other & halves != 0);
            if let Some((_, _, first, at)) = first {
                let word = role.word();
                let message = format!(
                    "`{}` has the role `{word}` already, and the engine knows one hook for it: give `{}` the role `other`",
                    first.ident, hook.ident
                );
                again.push(index);
                report.both((role.span(), message), (*at, format!("the role `{word}` is that of `{}`", first.ident)));
            } else {
                seen.push((**role, halves, hook, role.span()));
            }
        }
    }
    again
}

const SHARED: u8 = 1;
const PRIVATE: u8 = 2;
const BOTH: u8 = SHARED | PRIVATE;

/// The half that a hook is about, by the types of its arguments.
fn halves(signature: &Signature) -> u8 {
    let found = signature.inputs.iter().fold(0, |found, input| found | halves_named(input.tokens.clone()));
    if found == 0 { BOTH } else { found }
}

fn halves_named(tokens: TokenStream) -> u8 {
    tokens.into_iter().fold(0, |found, token| match token {
        TokenTree::Ident(name) if name == "Shared" => found | SHARED,
        TokenTree::Ident(name) if name == "Private" => found | PRIVATE,
        TokenTree::Ident(name) if name == "Route" => BOTH,
        TokenTree::Group(group) => found | halves_named(group.stream()),
        _ => found,
    })
}

/// `Outcome<SeptAdd>`: the answers are those of this hook.
fn answer(hook: &Hook, report: &mut Report) {
    let marker = upper_camel(&hook.ident);
    let Some(returned) = &hook.signature.output else {
        let message = format!("a hook says what the monitor answered: return `Outcome<{marker}>`");
        return report.error(hook.ident.span(), message);
    };
    let Some(outcome) = returned.last().filter(|last| last.ident == "Outcome") else { return };
    let Some(Argument::Type(answer)) = outcome.arguments.first() else { return };
    let Some(name) = answer.last().filter(|name| name.ident != marker) else { return };
    let message = format!("the answers of `{}` have the type `{marker}`: write `Outcome<{marker}>`", hook.ident);
    report.error(name.ident.span(), message);
}

/// The arguments with which the engine calls a hook of this role.
fn arguments_of(role: HookRole) -> Option<&'static str> {
    Some(match role {
        HookRole::Link => "&self, at: &Frozen<…>, table: &TablePage<Protected>",
        HookRole::Add => "&self, at: &Frozen<…>, page: Hpa, source: Hpa",
        HookRole::Map => "&self, at: &Frozen<…>, page: Hpa",
        HookRole::Block => "&self, at: &Frozen<…, Occupied>",
        HookRole::Unblock | HookRole::Remove | HookRole::Merge => "&self, at: &Tracked<…>",
        HookRole::Unlink => "&self, at: &Drained<…>",
        HookRole::Split => "&self, at: &Tracked<…>, table: &Filled<…>",
        HookRole::Track => "&self",
        HookRole::Reclaim => "&self, page: Hpa",
        HookRole::Other => return None,
    })
}

/// Whether the engine can call the hook; it is reported if not.
fn has_arguments(hook: &Hook, report: &mut Report) -> bool {
    let (name, inputs) = (&hook.ident, &hook.signature.inputs);
    for role in &hook.roles {
        let Some(wanted) = arguments_of(**role) else { continue };
        let span_of = |index: usize| inputs.get(index).map_or_else(|| name.span(), |input| input.span);
        if !inputs.first().is_some_and(|first| first.ty.is_none() && first.tokens.to_string() == "& self") {
            report.error(span_of(0), format!("vCPUs share the monitor: `{name}` takes `&self` first"));
            return false;
        }
        let expected = 1 + wanted.matches(':').count();
        if inputs.len() != expected {
            let message = format!(
                "the engine calls a hook with the role `{}` as `{name}({wanted})`: write these arguments, or give it the \
                 role `other`",
                role.word()
            );
            report.error(span_of(expected), message);
            return false;
        }
        if let Some(at) = inputs.get(1).filter(|at| freezes_another(**role, at)) {
            let what = if **role == HookRole::Block { "a page or a table is" } else { "nothing is" };
            let message = format!(
                "{what} in the entry that a hook with the role `{}` is called for: write `{name}({wanted})`",
                role.word()
            );
            report.error(at.span, message);
            return false;
        }
    }
    true
}

/// Whether the argument is a frozen entry that held something, and should have held nothing, or the other way round.
fn freezes_another(role: HookRole, at: &Input) -> bool {
    let Some(TypeForm::Reference(entry)) = at.ty.as_ref().map(|ty| &ty.form) else { return false };
    let Some(frozen) = entry.last().filter(|last| last.ident == "Frozen") else { return false };
    let occupied = match frozen.arguments.as_slice() {
        [_] => false,
        [_, Argument::Type(was), ..] => match was.path().and_then(Path::as_ident) {
            Some(was) if was == "Vacant" => false,
            Some(was) if was == "Occupied" => true,
            // A name that is not known here.
            _ => return false,
        },
        _ => return false,
    };
    occupied != (role == HookRole::Block)
}
