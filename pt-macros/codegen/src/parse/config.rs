//! `#[config] struct`.

use super::bits::range;
use super::options::Options;
use super::{Errors, Reader, arguments, rust, take_named};
use darling::Error;
use pt_model::{Config, ConfigField, ConfigKind};
use quote::ToTokens;
use syn::{Field, ItemStruct};

pub(super) fn read(reader: Reader, item: ItemStruct, errors: &mut Errors) -> Config {
    let mut head = reader.head(&item.attrs, &item.vis, item.ident);
    Options::new(reader.tokens, &[], errors);
    let mut fields = Vec::new();
    for item in item.fields {
        match field(item, errors) {
            Some(field) => fields.push(field),
            None => head.broken = true,
        }
    }
    Config { head, fields }
}

fn field(mut item: Field, errors: &mut Errors) -> Option<ConfigField> {
    let Some(ident) = item.ident else {
        errors.push(Error::custom("a field of a configuration has a name").with_span(&item.ty));
        return None;
    };
    let frames = take_named(&mut item.attrs, "frames").into_iter().next();
    let ty = item.ty.to_token_stream().to_string().replace(' ', "");
    let (kind, wanted) = match frames {
        None => (ConfigKind::Feature, "bool"),
        Some(attribute) => {
            let mut options = Options::new(arguments(&attribute, errors), &["width", "bit"], errors);
            let (width, bit) = (options.value("width"), options.value("bit"));
            match (width, bit) {
                (Some(width), None) => (ConfigKind::Width(errors.handle(range(&width))?), "u32"),
                (None, Some(bit)) => (ConfigKind::Bit(errors.handle(range(&bit))?), "Option<u32>"),
                _ => {
                    let message = "write `#[frames(width = LOW..=HIGH)]` or `#[frames(bit = LOW..=HIGH)]`";
                    errors.push(Error::custom(message).with_span(&attribute));
                    return None;
                }
            }
        }
    };
    if ty != wanted {
        let message = match kind {
            ConfigKind::Feature if ty == "u32" || ty == "Option<u32>" => format!(
                "what does `{ident}` decide? A number says how wide frames are: add `#[frames(width = LOW..=HIGH)]`"
            ),
            ConfigKind::Feature => format!("`{ident}` is there or not: write `bool`"),
            ConfigKind::Width(_) => format!("`{ident}` is a number of bits: write `u32`"),
            ConfigKind::Bit(_) => format!("`{ident}` is the position of a bit, or none: write `Option<u32>`"),
        };
        errors.push(Error::custom(message).with_span(&item.ty));
        return None;
    }
    Some(ConfigField { attrs: rust::attributes(&item.attrs), ident, kind })
}
