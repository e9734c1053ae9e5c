//! Writes the items that a declaration behind `#[page_tables]` stands for.
//!
//! Only declarations are written: types, constants and trait implementations. What is generic over them is code
//! of `pt-core`, for a person to read. What is the same at every level of a format is written once, generic over
//! the level.
//!
//! Hygiene: every path begins with `::core` or the path of `pt-core`, or with `Self`; every token that is not the
//! user's has the span of the macro (`hygienic!`), and the user's names keep their own, so that an editor finds
//! the declaration from the use.
#![forbid(unsafe_code)]

macro_rules! hygienic {
    ($($tokens:tt)*) => { ::quote::quote_spanned! { ::proc_macro2::Span::mixed_site()=> $($tokens)* } };
}

/// The same, shown to people where `$at` stands: what the compiler says of an implementation points to the item that it
/// is about.
macro_rules! shown_at {
    ($at:expr => $($tokens:tt)*) => {{
        let span = ::proc_macro2::Span::mixed_site().located_at($at);
        ::quote::quote_spanned! { span=> $($tokens)* }
    }};
}

mod config;
mod derives;
mod docs;
mod format;
mod geometry;
mod hooks;
mod levels;
mod literal;
mod numbered;
mod operations;
mod overview;
mod packed;
mod phases;
mod states;
mod table;
mod values;

use proc_macro2::TokenStream;
use pt_model::Module;

/// What every part of the emission looks things up in.
#[derive(Copy, Clone)]
struct Context<'m> {
    module: &'m Module,
    /// The path of `pt-core`.
    krate: &'m TokenStream,
}

/// The items that the declaration stands for.
#[must_use]
pub fn emit(module: &Module) -> TokenStream {
    let context = Context { module, krate: &module.krate };
    let mut items: Vec<TokenStream> = module.passed.clone();
    items.extend(module.levels.as_ref().map(|levels| levels::emit(context, levels)));
    items.extend(module.geometry.as_ref().map(|geometry| geometry::emit(context, geometry)));
    items.extend(module.config.as_ref().map(|config| config::emit(context, config)));
    items.extend(module.values.iter().map(values::emit));
    items.extend(module.formats.iter().map(|format| format::emit(context, format)));
    items.extend(module.registers.iter().map(|register| format::emit_register(context, register)));
    items.extend(module.packed.iter().map(|packed| packed::emit(context, packed)));
    items.extend(module.tables.iter().map(|table| table::emit(context, table)));
    items.extend(table::pair(context));
    items.extend(module.states.iter().map(|states| states::emit(context, states)));
    items.extend(module.phases.iter().map(phases::emit));
    items.extend(module.operations.iter().map(|operations| operations::emit(context, operations)));
    items.extend(module.hooks.iter().map(|hooks| hooks::emit(context, hooks)));
    let Some(head) = &module.head else { return quote::quote!(#(#items)*) };
    let (vis, ident) = (&head.vis, &head.ident);
    let overview = overview::draw(context, ident);
    let documented = head.attrs.documented;
    let first = if documented { String::new() } else { format!("The types of the declaration `{ident}`.\n\n") };
    let attrs = docs::attrs_and_doc(&head.attrs, &(first + &overview));
    quote::quote! {
        #attrs
        #vis mod #ident {
            #(#items)*
        }
    }
}
