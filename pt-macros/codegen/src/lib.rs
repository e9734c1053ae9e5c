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
    let module = parse::page_tables(attr, item.clone(), &mut errors);
    let items = module.map_or(item, |mut module| {
        check::check(&mut module, &mut errors);
        emit::emit(&module)
    });
    followed_by_errors(items, errors)
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
    if let Err(errors) = errors.finish() {
        items.extend(errors.write_errors());
    }
    items
}
