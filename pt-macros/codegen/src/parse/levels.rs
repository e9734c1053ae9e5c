//! `#[levels] enum`.

use super::bits::range;
use super::condition;
use super::options::Options;
use super::{Errors, Reader, arguments, rust, take_named};
use darling::Error;
use proc_macro2::TokenStream;
use pt_model::{Level, Levels};
use syn::spanned::Spanned;
use syn::{ItemEnum, Meta, Variant};

pub(super) fn read(reader: Reader, item: ItemEnum, errors: &mut Errors) -> Levels {
    let mut head = reader.head(&item.attrs, &item.vis, item.ident);
    Options::new(reader.tokens, &[], errors);
    let mut levels = Vec::new();
    for variant in item.variants {
        match level(variant, errors) {
            Some(level) => levels.push(level),
            None => head.broken = true,
        }
    }
    Levels { head, levels }
}

fn level(mut variant: Variant, errors: &mut Errors) -> Option<Level> {
    let attribute = only_attribute(&mut variant, "level", "#[level(index = LOW..=HIGH, table, leaf)]", errors)?;
    let mut options = Options::new(attribute.0, &["index", "table", "leaf"], errors);
    let index = options.value("index");
    let table = options.flag("table");
    let (leaf, leaf_if) = match options.one("leaf") {
        None => (None, None),
        Some(Meta::List(list)) => {
            (Some(list.span()), condition::alone(list.tokens.clone(), list.span(), options.errors()))
        }
        Some(Meta::Path(path)) => (Some(path.span()), None),
        Some(other) => {
            options.errors().push(Error::custom("write `leaf`, or `leaf(if = FEATURE)`").with_span(&other));
            (Some(other.span()), None)
        }
    };
    let understood = options.are_understood();
    let Some(index) = index else {
        if understood {
            let message = "which address bits index this level? Write `index = LOW..=HIGH`";
            errors.push(Error::custom(message).with_span(&variant.ident));
        }
        return None;
    };
    let index = errors.handle(range(&index))?;
    Some(Level {
        attrs: rust::attributes(&variant.attrs),
        ident: variant.ident,
        index,
        table,
        leaf,
        leaf_if,
        span: attribute.1,
    })
}

/// The attribute that each variant needs once: what is in its parentheses, and where it is.
pub(super) fn only_attribute(
    variant: &mut Variant,
    name: &str,
    form: &str,
    errors: &mut Errors,
) -> Option<(TokenStream, proc_macro2::Span)> {
    let mut attributes = take_named(&mut variant.attrs, name).into_iter();
    let Some(first) = attributes.next() else {
        errors.push(Error::custom(format!("`{}` needs `{form}`", variant.ident)).with_span(&variant.ident));
        return None;
    };
    for again in attributes {
        errors.push(Error::custom(format!("`#[{name}]` is given twice")).with_span(&again));
    }
    let span = first.span();
    Some((arguments(&first, errors), span))
}
