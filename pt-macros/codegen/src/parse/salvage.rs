//! Reads items that are still being typed.
//!
//! An editor expands the macro after every key stroke, and wants to complete the fields that are there while one
//! is half written. So a module is read item by item, and an item that does not parse is taken apart: its header
//! with an empty body, then each field, variant or method by itself. What does not parse is one error and is
//! left out.

use super::rust;
use darling::Error;
use proc_macro2::{Delimiter, Group, Spacing, TokenStream, TokenTree};
use pt_model::Head;
use quote::ToTokens;
use syn::parse::discouraged::Speculative;
use syn::parse::{ParseStream, Parser};
use syn::{Attribute, Field, Ident, Item, Token, TraitItem, Variant, Visibility};

/// What was read where an item should be.
pub(super) enum Salvaged {
    /// An item, with what was wrong inside it.
    Item {
        /// What is left of it.
        item: Box<Item>,
        /// What was left out.
        broken: Vec<Error>,
    },
    /// Something that syn has no structure for, which the compiler may know all the same.
    Verbatim(TokenStream),
    /// Something that is no item.
    Lost(Error),
}

/// The head of an inline module, and its items.
pub(super) fn module(tokens: TokenStream) -> syn::Result<(Head, Vec<Salvaged>)> {
    let parser = |input: ParseStream<'_>| {
        let attrs = input.call(Attribute::parse_outer)?;
        let vis: Visibility = input.parse()?;
        let span = input.span();
        input
            .parse::<Token![mod]>()
            .map_err(|_| syn::Error::new(span, "`#[page_tables]` belongs on an inline module: `mod name { … }`"))?;
        let ident: Ident = input.parse()?;
        let content;
        syn::braced!(content in input);
        let head = Head {
            attrs: rust::attributes(&attrs),
            vis: rust::visibility(&vis),
            span: ident.span(),
            ident,
            broken: false,
        };
        Ok((head, content.parse::<TokenStream>()?))
    };
    let (head, content) = parser.parse2(tokens)?;
    Ok((head, items(content)))
}

/// Every item in `tokens`.
pub(super) fn items(tokens: TokenStream) -> Vec<Salvaged> {
    let parser = |input: ParseStream<'_>| {
        let mut items = Vec::new();
        while !input.is_empty() {
            let ahead = input.fork();
            match ahead.parse::<Item>() {
                Ok(Item::Verbatim(tokens)) => {
                    input.advance_to(&ahead);
                    items.push(Salvaged::Verbatim(tokens));
                }
                Ok(item) => {
                    input.advance_to(&ahead);
                    items.push(Salvaged::Item { item: Box::new(item), broken: Vec::new() });
                }
                Err(_) => items.push(apart(&to_end_of_item(input)?)),
            }
        }
        Ok(items)
    };
    parser.parse2(tokens).unwrap_or_default()
}

/// The tokens up to the `;` or the braces that end an item, or up to the attributes of the next one.
fn to_end_of_item(input: ParseStream<'_>) -> syn::Result<TokenStream> {
    let mut tokens = input.call(Attribute::parse_outer).map(|attrs| quote::quote!(#(#attrs)*)).unwrap_or_default();
    while !input.is_empty() && !input.peek(Token![#]) {
        let token: TokenTree = input.parse()?;
        let end = match &token {
            TokenTree::Group(group) => group.delimiter() == Delimiter::Brace,
            TokenTree::Punct(punct) => punct.as_char() == ';',
            _ => false,
        };
        tokens.extend([token]);
        if end {
            break;
        }
    }
    Ok(tokens)
}

/// Reads an item that does not parse in pieces.
fn apart(tokens: &TokenStream) -> Salvaged {
    let mut pieces: Vec<TokenTree> = tokens.clone().into_iter().collect();
    let lost = || Salvaged::Lost(Error::custom("this item is not complete").with_span(tokens));
    let Some(TokenTree::Group(body)) = pieces.pop() else { return lost() };
    let mut emptied = Group::new(Delimiter::Brace, TokenStream::new());
    emptied.set_span(body.span());
    pieces.push(emptied.into());
    let mut broken = Vec::new();
    let item = match syn::parse2::<Item>(pieces.into_iter().collect()) {
        Ok(Item::Struct(mut item)) => {
            if let syn::Fields::Named(fields) = &mut item.fields {
                let whole = each(body.stream(), Field::parse_named, "this field is not complete: write `name: Type`");
                fields.named =
                    whole.into_iter().filter_map(|field| field.map_err(|error| broken.push(error)).ok()).collect();
            }
            Item::Struct(item)
        }
        Ok(Item::Enum(mut item)) => {
            let whole = each(body.stream(), <Variant as syn::parse::Parse>::parse, "this variant is not complete");
            item.variants =
                whole.into_iter().filter_map(|variant| variant.map_err(|error| broken.push(error)).ok()).collect();
            Item::Enum(item)
        }
        Ok(Item::Trait(mut item)) => {
            let (methods, errors) = methods(body.stream());
            item.items = methods;
            broken = errors;
            Item::Trait(item)
        }
        _ => return lost(),
    };
    Salvaged::Item { item: Box::new(item), broken }
}

/// Reads the pieces between commas. Where that fails, a comma may be missing: the piece is split again in front
/// of the attributes inside it.
fn each<T>(tokens: TokenStream, parser: fn(ParseStream<'_>) -> syn::Result<T>, message: &str) -> Vec<Result<T, Error>> {
    let mut read = Vec::new();
    for chunk in super::options::split_at_commas(tokens) {
        if let Ok(whole) = parser.parse2(chunk.clone()) {
            read.push(Ok(whole));
            continue;
        }
        for part in split_at_attributes(chunk) {
            let last = part.clone().into_iter().last();
            read.push(parser.parse2(part).map_err(|_| Error::custom(message).with_span(&last.into_token_stream())));
        }
    }
    read
}

/// Splits in front of each run of attributes.
fn split_at_attributes(tokens: TokenStream) -> Vec<TokenStream> {
    let mut parts: Vec<Vec<TokenTree>> = Vec::new();
    let mut in_attributes = false;
    for token in tokens {
        let hash =
            matches!(&token, TokenTree::Punct(punct) if punct.as_char() == '#' && punct.spacing() == Spacing::Alone);
        let bracket = matches!(&token, TokenTree::Group(group) if group.delimiter() == Delimiter::Bracket);
        if parts.is_empty() || hash && !in_attributes {
            parts.push(Vec::new());
        }
        in_attributes = hash || bracket && in_attributes;
        if let Some(part) = parts.last_mut() {
            part.push(token);
        }
    }
    parts.into_iter().map(TokenStream::from_iter).collect()
}

/// Reads the methods of a trait, each ended by `;` or a body.
fn methods(tokens: TokenStream) -> (Vec<TraitItem>, Vec<Error>) {
    let (mut methods, mut errors) = (Vec::new(), Vec::new());
    let parser = |input: ParseStream<'_>| {
        while !input.is_empty() {
            let ahead = input.fork();
            match ahead.parse::<TraitItem>() {
                Ok(method) if !matches!(method, TraitItem::Verbatim(_)) => {
                    input.advance_to(&ahead);
                    methods.push(method);
                }
                _ => {
                    let tokens = to_end_of_item(input)?;
                    errors.push(Error::custom("this method is not complete").with_span(&tokens));
                }
            }
        }
        Ok(())
    };
    // Reading token by token until the end cannot fail.
    let _ = parser.parse2(tokens);
    (methods, errors)
}
