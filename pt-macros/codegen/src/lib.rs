//! The generator behind `#[page_tables]`: a declaration in, the items it stands for out.
//!
//! It works on `proc_macro2` tokens, so that it can be called from tests and tools. [`parse`] reads the tokens
//! into the [model](pt_model), [`pt_check`] says what is wrong with it, [`pt_emit`] writes the items. Errors are
//! gathered on the way and come after the items, so that what is right is there even when something is wrong.
#![forbid(unsafe_code)]

pub mod parse;

use darling::Error;
use darling::error::Accumulator;
use proc_macro2::TokenStream;
use pt_model::Module;

/// Expands `#[page_tables(attr)] item`.
#[must_use]
pub fn page_tables(attr: TokenStream, item: TokenStream) -> TokenStream {
    let mut errors = Error::accumulator();
    let items = match parse::variants::split(attr.clone(), item.clone(), &mut errors) {
        None => declaration(attr, item, &mut errors),
        Some(variants) => {
            let (head, mut said, mut unsaid) = (variants.head, &mut errors, Error::accumulator());
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
fn declaration(attr: TokenStream, item: TokenStream, errors: &mut Accumulator) -> TokenStream {
    match parse::page_tables(attr, item.clone(), errors) {
        None => item,
        Some(mut module) => {
            check(&mut module, errors);
            pt_emit::emit(&module)
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
    let mut errors = Error::accumulator();
    let mut module = parse::alone(name, attr, item, &mut errors);
    check(&mut module, &mut errors);
    followed_by_errors(pt_emit::emit(&module), errors)
}

/// Adds what is wrong with the declaration to what could not be read.
pub fn check(module: &mut Module, errors: &mut Accumulator) {
    for finding in pt_check::check(module) {
        errors.push(Error::custom(finding.message).with_span(&finding.span));
    }
}

fn followed_by_errors(mut items: TokenStream, errors: Accumulator) -> TokenStream {
    // What is wrong in several variants is said once.
    let mut said = std::collections::HashSet::new();
    let errors = errors.into_inner().into_iter().flat_map(Error::flatten);
    for error in errors.filter(|error| said.insert(format!("{:?} {error}", error.span()))) {
        items.extend(error.write_errors());
    }
    items
}
