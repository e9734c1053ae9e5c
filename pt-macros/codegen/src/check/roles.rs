//! Roles: the engine knows one hook for each, and calls it in the one way that the role has. A hook that cannot have
//! its role is reported, and the role is taken out.

use super::report::Report;
use crate::model::{Hook, HookRole, Hooks, Module, Select, Table, upper_camel};
use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::{FnArg, GenericArgument, PathArguments, ReturnType, Signature, TraitItem, Type};

pub(super) fn take_out(module: &mut Module, report: &mut Report<'_>) {
    let mut wrong = Vec::new();
    for (position, hooks) in module.hooks.iter().enumerate() {
        let table = hooks.table.as_ref().and_then(|name| module.table(name));
        let again = once(hooks, table, report);
        let called = hooks.table.as_ref().is_some_and(|name| {
            module.tables.iter().any(|table| table.is_walked() && table.propagates_to.first() == Some(name))
        });
        let other = hooks.hooks.iter().enumerate().filter(|(index, hook)| {
            let Some(signature) = signature(hooks, hook) else { return false };
            answer(hook, signature, report);
            called && !again.contains(index) && !has_arguments(hook, signature, report)
        });
        let other: Vec<_> = other.map(|(index, _)| index).collect();
        wrong.extend(again.into_iter().chain(other).map(|index| (position, index)));
    }
    for (position, index) in wrong {
        module.hooks[position].hooks[index].roles.clear();
    }
}

fn signature<'h>(hooks: &'h Hooks, hook: &Hook) -> Option<&'h Signature> {
    hooks.item.items.iter().find_map(|item| match item {
        TraitItem::Fn(method) if method.sig.ident == hook.ident => Some(&method.sig),
        _ => None,
    })
}

/// A role is that of one hook, in each half that the table translates. The hooks that have a role again.
fn once(hooks: &Hooks, table: Option<&Table>, report: &mut Report<'_>) -> Vec<usize> {
    let mut again = Vec::new();
    let both = table.is_some_and(|table| table.select.is_some_and(|select| *select == Select::Both));
    let mut seen: Vec<(HookRole, u8, &Hook, proc_macro2::Span)> = Vec::new();
    for (index, hook) in hooks.hooks.iter().enumerate() {
        let halves = if both { signature(hooks, hook).map_or(BOTH, halves) } else { BOTH };
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
    let found = signature.inputs.iter().fold(0, |found, input| found | halves_named(input.to_token_stream()));
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
fn answer(hook: &Hook, signature: &Signature, report: &mut Report<'_>) {
    let marker = upper_camel(&hook.ident);
    let ReturnType::Type(_, ty) = &signature.output else {
        let message = format!("a hook says what the monitor answered: return `Outcome<{marker}>`");
        return report.error(hook.ident.span(), message);
    };
    let Type::Path(path) = &**ty else { return };
    let Some(last) = path.path.segments.last().filter(|last| last.ident == "Outcome") else { return };
    let PathArguments::AngleBracketed(arguments) = &last.arguments else { return };
    let Some(GenericArgument::Type(Type::Path(answer))) = arguments.args.first() else { return };
    let Some(name) = answer.path.segments.last().filter(|name| name.ident != marker) else { return };
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
fn has_arguments(hook: &Hook, signature: &Signature, report: &mut Report<'_>) -> bool {
    let name = &hook.ident;
    for role in &hook.roles {
        let Some(wanted) = arguments_of(**role) else { continue };
        let receiver = match signature.inputs.first() {
            Some(FnArg::Receiver(receiver)) => receiver.to_token_stream().to_string() == "& self",
            _ => false,
        };
        if !receiver {
            let span = signature.inputs.first().map_or_else(|| name.span(), syn::spanned::Spanned::span);
            report.error(span, format!("vCPUs share the monitor: `{name}` takes `&self` first"));
            return false;
        }
        let expected = 1 + wanted.matches(':').count();
        if signature.inputs.len() != expected {
            let span = signature.inputs.get(expected).map_or_else(|| name.span(), syn::spanned::Spanned::span);
            let message = format!(
                "the engine calls a hook with the role `{}` as `{name}({wanted})`: write these arguments, or give it the \
                 role `other`",
                role.word()
            );
            report.error(span, message);
            return false;
        }
        if let Some(at) = signature.inputs.get(1).filter(|at| freezes_another(**role, at)) {
            let what = if **role == HookRole::Block { "a page or a table is" } else { "nothing is" };
            let message = format!(
                "{what} in the entry that a hook with the role `{}` is called for: write `{name}({wanted})`",
                role.word()
            );
            report.error(syn::spanned::Spanned::span(at), message);
            return false;
        }
    }
    true
}

/// Whether the argument is a frozen entry that held something, and should have held nothing, or the other way round.
fn freezes_another(role: HookRole, at: &FnArg) -> bool {
    let FnArg::Typed(at) = at else { return false };
    let Type::Reference(reference) = &*at.ty else { return false };
    let Type::Path(path) = &*reference.elem else { return false };
    let Some(frozen) = path.path.segments.last().filter(|last| last.ident == "Frozen") else { return false };
    let PathArguments::AngleBracketed(arguments) = &frozen.arguments else { return false };
    let occupied = match arguments.args.get(1) {
        None => false,
        Some(GenericArgument::Type(Type::Path(was))) if was.path.is_ident("Vacant") => false,
        Some(GenericArgument::Type(Type::Path(was))) if was.path.is_ident("Occupied") => true,
        // A name that is not known here.
        Some(_) => return false,
    };
    occupied != (role == HookRole::Block)
}
