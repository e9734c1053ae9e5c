//! `#[values] enum`, with `#[value]` on its variants.

use super::entry::permissions;
use super::options::{Options, number};
use super::{Errors, Reader, arguments, rust, take_named};
use darling::Error;
use pt_model::{Permission, Spanned, Value, Values};
use syn::{ItemEnum, Variant};

pub(super) fn read(reader: Reader, item: ItemEnum, errors: &mut Errors) -> Values {
    let mut head = reader.head(&item.attrs, &item.vis, item.ident);
    Options::new(reader.tokens, &[], errors);
    let mut values = Vec::new();
    for mut variant in item.variants {
        let denies = denies(&mut variant, errors);
        let number = if let Some((_, value)) = &variant.discriminant {
            errors.handle(number(value))
        } else {
            let message = format!("which value of the field is it? Write `{} = N`", variant.ident);
            errors.push(Error::custom(message).with_span(&variant.ident));
            None
        };
        head.broken |= number.is_none();
        values.push(Value { attrs: rust::attributes(&variant.attrs), ident: variant.ident, number, denies });
    }
    Values { head, values }
}

/// `#[value(denies = …)]`.
fn denies(variant: &mut Variant, errors: &mut Errors) -> Vec<Spanned<Permission>> {
    let mut denies = Vec::new();
    for attribute in take_named(&mut variant.attrs, "value") {
        let tokens = arguments(&attribute, errors);
        if tokens.is_empty() {
            let message = "what does an entry with this value not let through? Write `#[value(denies = …)]`";
            errors.push(Error::custom(message).with_span(&attribute));
        }
        denies.extend(permissions(&mut Options::new(tokens, &["denies"], errors), "denies"));
    }
    denies
}
