//! `#[packed(bits = N)] struct Word(Entry);`.

use super::options::Options;
use super::{Errors, Reader, rust};
use darling::Error;
use pt_model::Packed;
use syn::{Fields, ItemStruct};

/// The word. `None` if there is too little of it to go on with; that was reported.
pub(super) fn read(reader: Reader, item: ItemStruct, errors: &mut Errors) -> Option<Packed> {
    let head = reader.head(&item.attrs, &item.vis, item.ident);
    let mut options = Options::new(reader.tokens, &["bits"], errors);
    let bits = options.number("bits");
    let is_missing = bits.is_none() && options.are_understood();
    if is_missing {
        let message = "how wide is an entry? Write `#[packed(bits = N)]`";
        errors.push(Error::custom(message).with_span(&head.span));
    }
    let ty = match item.fields {
        Fields::Unnamed(fields) if fields.unnamed.len() == 1 => {
            fields.unnamed.into_iter().next().map(|field| rust::ty(&field.ty))
        }
        _ => None,
    };
    if ty.is_none() {
        let message = format!("what are the entries? Write `struct {}(Values);`, with a `#[values]` enum", head.ident);
        errors.push(Error::custom(message).with_span(&head.ident));
    }
    Some(Packed { head, bits: bits?, ty: ty? })
}
