//! `#[operations(TABLE)] enum`, with `#[operation(…)]` on its variants.

use super::bits::levels;
use super::options::{Options, number};
use super::{Errors, Reader, arguments, phases, rust, states, take_named};
use darling::Error;
use pt_model::{Operation, Operations};
use syn::{ItemEnum, Variant};

pub(super) fn read(reader: Reader, item: ItemEnum, errors: &mut Errors) -> Operations {
    let mut head = reader.head(&item.attrs, &item.vis, item.ident);
    let table = states::subject(reader.tokens, "operations", &head.ident, errors);
    head.broken |= table.is_none();
    let operations = item.variants.into_iter().map(|variant| operation(variant, errors)).collect();
    Operations { head, table, operations }
}

fn operation(mut variant: Variant, errors: &mut Errors) -> Operation {
    let mut attributes = take_named(&mut variant.attrs, "operation").into_iter();
    let tokens = attributes.next().map(|attribute| arguments(&attribute, errors)).unwrap_or_default();
    for again in attributes {
        errors.push(Error::custom("`#[operation]` is given twice").with_span(&again));
    }
    let mut options = Options::new(tokens, &["levels", "during", "track", "other"], errors);
    let (track, other) = (options.flag("track"), options.flag("other"));
    let filter = options.list("levels");
    let during = options.list("during");
    let levels = filter.map(|(tokens, span)| levels(tokens, span, errors));
    let during = during.and_then(|(tokens, _)| errors.handle(phases::during(tokens)));
    let code = variant.discriminant.as_ref().and_then(|(_, value)| errors.handle(number(value)));
    Operation { attrs: rust::attributes(&variant.attrs), ident: variant.ident, code, track, other, levels, during }
}
