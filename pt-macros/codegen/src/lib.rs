//! The generator behind `#[page_tables]`: a declaration in, the items it stands for out.
//!
//! It works on `proc_macro2` tokens, so that it can be called from tests and tools. [`parse`] reads the tokens
//! into the [`model`], [`check`](mod@check) says what is wrong with it, [`emit`] writes the items. Errors are
//! gathered on the way and come after the items, so that what is right is there even when something is wrong.
#![forbid(unsafe_code)]

pub mod check;
pub mod emit;
pub mod model;
pub mod parse;

use proc_macro2::TokenStream;

/// Expands `#[page_tables(attr)] item`.
#[must_use]
pub fn page_tables(attr: TokenStream, item: TokenStream) -> TokenStream {
    let mut errors = darling::Error::accumulator();
    let items = match parse::variants::split(attr.clone(), item.clone(), &mut errors) {
        None => declaration(attr, item, &mut errors),
        Some(variants) => {
            let (head, mut said, mut unsaid) = (variants.head, &mut errors, darling::Error::accumulator());
            if variants.broken {
                said = &mut unsaid;
            }
            let modules = variants.modules.into_iter().map(|module| declaration(variants.rest.clone(), module, said));
            let modules: TokenStream = modules.collect();
            drop(unsaid.into_inner());
            quote::quote!(#head { #modules })
        }
    };
    followed_by_errors(items, errors)
}

/// Expands one declaration.
fn declaration(attr: TokenStream, item: TokenStream, errors: &mut darling::error::Accumulator) -> TokenStream {
    match parse::page_tables(attr, item.clone(), errors) {
        None => item,
        Some(mut module) => {
            check::check(&mut module, errors);
            emit::emit(&module)
        }
    }
}

/// Expands `#[entry(attr)] item` outside of a declaration.
#[must_use]
pub fn entry(attr: TokenStream, item: TokenStream) -> TokenStream {
    alone("entry", attr, item)
}

/// Expands `#[register(attr)] item` outside of a declaration.
#[must_use]
pub fn register(attr: TokenStream, item: TokenStream) -> TokenStream {
    alone("register", attr, item)
}

/// Expands `#[values(attr)] item` outside of a declaration.
#[must_use]
pub fn values(attr: TokenStream, item: TokenStream) -> TokenStream {
    alone("values", attr, item)
}

fn alone(name: &str, attr: TokenStream, item: TokenStream) -> TokenStream {
    let mut errors = darling::Error::accumulator();
    let mut module = parse::alone(name, attr, item, &mut errors);
    check::check(&mut module, &mut errors);
    followed_by_errors(emit::emit(&module), errors)
}

fn followed_by_errors(mut items: TokenStream, errors: darling::error::Accumulator) -> TokenStream {
    // What is wrong in several variants is said once.
    let mut said = std::collections::HashSet::new();
    let errors = errors.into_inner().into_iter().flat_map(darling::Error::flatten);
    for error in errors.filter(|error| said.insert(format!("{:?} {error}", error.span()))) {
        items.extend(error.write_errors());
    }
    items
}
