//! `#[values] enum`.

use super::options::{Options, number};
use super::{Errors, Reader};
use crate::model::{Value, Values};
use darling::Error;
use syn::ItemEnum;

pub(super) fn read(reader: Reader, item: ItemEnum, errors: &mut Errors) -> Values {
    let mut head = reader.head(item.attrs, item.vis, item.ident);
    Options::new(reader.tokens, &[], errors);
    let mut values = Vec::new();
    for variant in item.variants {
        let number = if let Some((_, value)) = &variant.discriminant {
            errors.handle(number(value))
        } else {
            let message = format!("which value of the field is it? Write `{} = N`", variant.ident);
            errors.push(Error::custom(message).with_span(&variant.ident));
            None
        };
        head.broken |= number.is_none();
        values.push(Value { attrs: variant.attrs, ident: variant.ident, number });
    }
    Values { head, values }
}
