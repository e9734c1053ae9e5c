//! The hooks trait, a marker type a method, and the methods as values.

mod roles;

use super::Context;
use super::derives::{ORDERED, derive};
use super::docs::{attrs_and_doc, attrs_or_doc, doc};
use proc_macro2::{Ident, TokenStream};
use pt_model::{Hook, Hooks, Order, upper_camel};
use quote::format_ident;

/// `<HooksTrait>Method`.
pub(super) fn method_name(hooks: &Hooks) -> Ident {
    format_ident!("{}Method", hooks.head.ident, span = hooks.head.ident.span())
}

/// The marker of a hook, and the variant of the method enum.
fn marker_name(hook: &Hook) -> Ident {
    Ident::new(&upper_camel(&hook.ident), hook.ident.span())
}

pub(super) fn emit(context: Context<'_>, hooks: &Hooks) -> TokenStream {
    let item = the_trait(context, hooks);
    let methods = methods(hooks);
    let markers = hooks.hooks.iter().map(|hook| marker(context, hooks, hook));
    let roles = roles::emit(context, hooks);
    hygienic!(#item #methods #(#markers)* #roles)
}

/// The trait, with its documentation completed, and what the compiler says of a type that does not implement it.
fn the_trait(context: Context<'_>, hooks: &Hooks) -> TokenStream {
    let members = hooks.members.iter().map(|member| {
        let (attrs, tokens) = (&member.attrs, &member.tokens);
        let hook = member.method.as_ref().and_then(|name| hooks.get(name));
        let attrs = hook.map_or_else(|| attrs.tokens.clone(), |hook| attrs_and_doc(attrs, &describe(hook)));
        quote::quote!(#attrs #tokens)
    });
    let (header, body) = (&hooks.header, quote::quote_spanned!(hooks.braces=> { #(#members)* }));
    let table = hooks.table.as_ref().map_or(String::new(), |table| format!(" of `{table}`"));
    let attrs = attrs_or_doc(&hooks.head.attrs, &format!("The operations{table}."));
    let unimplemented = (!context.module.no_prelude).then(|| unimplemented(hooks));
    quote::quote! {
        #attrs
        #unimplemented
        #header #body
    }
}

/// The compiler's answer for a type that is no monitor.
fn unimplemented(hooks: &Hooks) -> TokenStream {
    let of = hooks.table.as_ref().map_or(String::new(), |table| format!(" of `{table}`"));
    let message = format!("`{{Self}}` does not have the monitor's operations{of}");
    let label = format!("`{}` is not implemented for this type", hooks.head.ident);
    let note = "each change of the private table calls one of them; `&M` and `Arc<M>` of a monitor `M` are other types";
    hygienic!(#[diagnostic::on_unimplemented(message = #message, label = #label, note = #note)])
}

/// The methods as values.
fn methods(hooks: &Hooks) -> TokenStream {
    let (vis, name) = (&hooks.head.vis, method_name(hooks));
    let variants: Vec<_> = hooks.hooks.iter().map(marker_name).collect();
    let texts: Vec<_> = hooks.hooks.iter().map(|hook| hook.ident.to_string()).collect();
    let docs = texts.iter().map(|text| doc(&format!("[`{}::{text}`].", hooks.head.ident)));
    let head = doc(&format!("The methods of [`{}`], as values.", hooks.head.ident));
    let derive = derive(ORDERED, &[]);
    let text = if texts.is_empty() {
        hygienic!(match self {})
    } else {
        hygienic!(match self { #(Self::#variants => #texts,)* })
    };
    hygienic! {
        #head
        #derive
        #vis enum #name { #(#docs #variants,)* }

        impl #name {
            /// The name of the method.
            #[must_use]
            pub const fn name(self) -> &'static str {
                #text
            }
        }
    }
}

/// What a hook can answer, as a type.
fn marker(context: Context<'_>, hooks: &Hooks, hook: &Hook) -> Option<TokenStream> {
    let krate = context.krate;
    let levels = &context.module.levels.as_ref()?.head.ident;
    let (vis, name, text) = (&hooks.head.vis, marker_name(hook), hook.ident.to_string());
    let head = doc(&format!("What [`{}::{text}`] answers.", hooks.head.ident));
    let done = hook.done.as_ref().map_or_else(|| hygienic!(()), |done| hygienic!(#done));
    let answer = |given: Option<proc_macro2::Span>, name: TokenStream| {
        given.map_or_else(|| hygienic!(::core::convert::Infallible), |_| hygienic!(#krate::hook::#name))
    };
    let partial = answer(hook.answers.partial, hygienic!(Partial));
    let busy = answer(hook.answers.busy, hygienic!(Busy));
    let incomplete = answer(hook.answers.incomplete, hygienic!(Incomplete));
    let stopped = answer(hook.answers.stopped, hygienic!(Stopped<#levels>));
    let order = hook.order.map(|order| {
        let order = match *order {
            Order::Before => hygienic!(Before),
            Order::After => hygienic!(After),
        };
        hygienic! {
            const ORDER: ::core::option::Option<#krate::hook::Order> =
                ::core::option::Option::Some(#krate::hook::Order::#order);
        }
    });
    let fused = hook.fused.map(|_| {
        hygienic!(
            const FUSED: bool = true;
        )
    });
    let lossy = hook.lossy.map(|_| {
        hygienic!(
            const LOSSY: bool = true;
        )
    });
    Some(hygienic! {
        #head
        #vis enum #name {}

        impl #krate::hook::Hook for #name {
            const NAME: &'static str = #text;
            #order
            #fused
            #lossy
            type Levels = #levels;
            type Done = #done;
            type Partial = #partial;
            type Busy = #busy;
            type Incomplete = #incomplete;
            type Stopped = #stopped;
        }
    })
}

fn describe(hook: &Hook) -> String {
    let roles: Vec<_> = hook.roles.iter().map(|role| format!("`{}`", role.word())).collect();
    let answers = [
        ("partial", hook.answers.partial),
        ("busy", hook.answers.busy),
        ("incomplete", hook.answers.incomplete),
        ("stopped", hook.answers.stopped),
    ];
    let answers: Vec<_> =
        answers.iter().filter(|(_, given)| given.is_some()).map(|(name, _)| format!("`{name}`, ")).collect();
    let levels = hook.levels.as_ref().map_or(String::new(), |levels| {
        let names: Vec<_> = levels.names.iter().map(|name| format!("`{}`", name.ident)).collect();
        format!(" At {} only.", names.join(", "))
    });
    let order = hook.order.map_or("", |order| match *order {
        Order::Before => " Called before the entry is written.",
        Order::After => " Called after the entry is written.",
    });
    let fused = if hook.fused.is_some() { " No translation survives it." } else { "" };
    let lossy = if hook.lossy.is_some() { " What the page held is lost." } else { "" };
    format!("Role: {}. Answers: done, {}or fatal.{levels}{order}{fused}{lossy}", roles.join(", "), answers.concat())
}
