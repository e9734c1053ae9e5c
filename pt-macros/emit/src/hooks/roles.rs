//! The roles of hooks: what the engine calls for the table that propagates.

use crate::Context;
use proc_macro2::{Ident, Span, TokenStream};
use pt_model::{Hook, HookRole, Hooks, Level, Space, Table};

/// The trait of each role for each private table that propagates to the table of the hooks.
pub(super) fn emit(context: Context<'_>, hooks: &Hooks) -> TokenStream {
    let tables = context.module.tables.iter().filter(|table| {
        table.is_walked()
            && table.space.is_some_and(|space| *space == Space::Private)
            && hooks.table.as_ref().is_some_and(|target| table.propagates_to.first() == Some(target))
    });
    tables
        .flat_map(|table| {
            hooks.hooks.iter().flat_map(move |hook| {
                hook.roles.iter().filter_map(move |role| implementation(context, hooks, hook, **role, table))
            })
        })
        .collect()
}

/// The trait, its method, and the arguments with their types.
struct Signature {
    role: &'static str,
    method: &'static str,
    arguments: Vec<(Ident, TokenStream)>,
    at_levels: Option<fn(&Level) -> bool>,
}

fn signature(krate: &TokenStream, role: HookRole) -> Option<Signature> {
    let name = |name: &str| Ident::new(name, Span::mixed_site());
    let frozen = || (name("at"), hygienic!(&#krate::hook::Frozen<Self>));
    let occupied = || (name("at"), hygienic!(&#krate::hook::Frozen<Self, #krate::hook::Occupied>));
    let tracked = || (name("at"), hygienic!(&#krate::hook::Tracked<Self>));
    let table = || (name("table"), hygienic!(&#krate::TablePage<#krate::Protected>));
    let drained = || (name("at"), hygienic!(&#krate::hook::Drained<Self>));
    let filled = || (name("table"), hygienic!(&#krate::hook::Filled<Self>));
    let page = |argument: &str| (name(argument), hygienic!(#krate::Hpa));
    let tables: fn(&Level) -> bool = |level| level.table.is_some();
    let leaves: fn(&Level) -> bool = |level| level.leaf.is_some();
    let both: fn(&Level) -> bool = |level| level.table.is_some() && level.leaf.is_some();
    let (role, method, arguments, at_levels) = match role {
        HookRole::Link => ("Link", "link", vec![frozen(), table()], Some(tables)),
        HookRole::Add => ("Add", "add", vec![frozen(), page("page"), page("source")], Some(leaves)),
        HookRole::Map => ("Map", "map", vec![frozen(), page("page")], Some(leaves)),
        HookRole::Block => ("Block", "block", vec![occupied()], Some((|_| true) as fn(&Level) -> bool)),
        HookRole::Unblock => ("Unblock", "unblock", vec![tracked()], Some((|_| true) as fn(&Level) -> bool)),
        HookRole::Track => ("Track", "track", vec![], None),
        HookRole::Remove => ("Remove", "remove", vec![tracked()], Some(leaves)),
        HookRole::Unlink => ("Unlink", "unlink", vec![drained()], Some(tables)),
        HookRole::Split => ("Split", "split", vec![tracked(), filled()], Some(both)),
        HookRole::Merge => ("Merge", "merge", vec![tracked()], Some(both)),
        HookRole::Reclaim => ("Reclaim", "reclaim", vec![page("page")], None),
        HookRole::Other => return None,
    };
    Some(Signature { role, method, arguments, at_levels })
}

fn implementation(
    context: Context<'_>,
    hooks: &Hooks,
    hook: &Hook,
    role: HookRole,
    table: &Table,
) -> Option<TokenStream> {
    let krate = context.krate;
    let levels = context.module.levels.as_ref()?;
    let signature = signature(krate, role)?;
    let (hooks_trait, ident, called) = (&hooks.head.ident, &table.head.ident, &hook.ident);
    // What takes a table away says what has become of its page.
    let releases = matches!(role, HookRole::Unlink | HookRole::Merge);
    let answer = Ident::new(if releases { "Release" } else { "Answer" }, Span::mixed_site());
    let into = if releases { hygienic!(::core::convert::Into::into) } else { hygienic!(|_| ()) };
    let (role, method) =
        (Ident::new(signature.role, Span::mixed_site()), Ident::new(signature.method, Span::mixed_site()));
    let (names, types): (Vec<_>, Vec<_>) = signature.arguments.into_iter().unzip();
    let chosen: Option<Vec<&Ident>> = signature.at_levels.map(|default| {
        let chosen = levels.levels.iter().rev().filter(|level| match &hook.levels {
            Some(list) => list.contains(&level.ident),
            None => default(level),
        });
        chosen.map(|level| &level.ident).collect()
    });
    let at_level = (role == "Add").then(|| {
        let chosen = chosen.iter().flatten();
        shown_at!(called.span() => #(impl #krate::hook::AddLevelOf<#ident> for #chosen {})*)
    });
    let constant = chosen.map(|chosen| {
        let level_enum = &levels.head.ident;
        if chosen.len() == levels.levels.len() {
            return hygienic!(const LEVELS: &'static [#level_enum] = <#level_enum as #krate::Levels>::ALL;);
        }
        hygienic!(const LEVELS: &'static [#level_enum] = &[#(#level_enum::#chosen),*];)
    });
    Some(shown_at! { called.span() =>
        impl<H: #hooks_trait> #krate::hook::#role<H> for #ident {
            #constant
            fn #method(hooks: &H, #(#names: #types),*) -> #krate::hook::#answer<Self> {
                hooks.#called(#(#names),*).into_result().map(#into)
            }
        }
        #at_level
    })
}
