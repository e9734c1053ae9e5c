//! The attributes of a leaf: what it says beside its frame, as a struct.

use super::bits::{default_value, exact, is_optional, put, untyped};
use super::{common, has_attributes, is_uniform, levels};
use crate::Context;
use crate::derives::{VALUE, derive};
use crate::docs::{attrs_or_doc, doc};
use crate::literal::hex64;
use proc_macro2::{Ident, TokenStream};
use pt_model::{Field, FieldType, Format, Place, Role, Word};
use quote::format_ident;

/// `<Leaf>Fields`.
pub(crate) fn name(format: &Format) -> Ident {
    format_ident!("{}Fields", format.head.ident, span = format.head.ident.span())
}

/// The fields that are attributes, with the first place at which they are.
fn attributes<'f>(context: Context<'_>, format: &'f Format) -> Vec<(&'f Field, &'f Place)> {
    let fields = format.fields.iter().filter(|field| field.kind(context.module) != FieldType::Unit);
    let present = format.present_bit(context.module).map(|bit| &bit.ident);
    let fields = fields.filter(|field| Some(&field.ident) != present);
    fields
        .filter_map(|field| field.places.iter().find(|place| is_attribute(place)).map(|place| (field, place)))
        .collect()
}

fn is_attribute(place: &Place) -> bool {
    matches!(place.role, Role::Value | Role::Hardware(_) | Role::Software)
}

pub(super) fn emit(context: Context<'_>, format: &Format) -> TokenStream {
    if !has_attributes(context, format) {
        return TokenStream::new();
    }
    let (vis, leaf, name) = (&format.head.vis, &format.head.ident, name(format));
    let attributes = attributes(context, format);
    let names: Vec<_> = attributes.iter().map(|(field, _)| &field.ident).collect();
    let types = attributes.iter().map(|(field, _)| &field.ty);
    let docs =
        attributes.iter().map(|(field, _)| attrs_or_doc(&field.attrs, &format!("See [`{leaf}::{}`].", field.ident)));
    let defaults = attributes.iter().map(|(field, place)| default_value(context, field, place));
    let head = doc(&format!("What a leaf of the format [`{leaf}`] says beside its frame, the same at every level."));
    let bools = attributes.iter().filter(|(field, _)| field.kind(context.module) == FieldType::Bool).count();
    let allow = (bools > 3).then(|| hygienic!(#[allow(clippy::struct_excessive_bools)]));
    let derive = derive(VALUE, &[]);
    let codec = codec(context, format, &name, &attributes);
    hygienic! {
        #head
        #derive
        #allow
        #vis struct #name {
            #(#docs pub #names: #types,)*
        }

        impl #name {
            /// The attributes of a new leaf: the declared defaults.
            #[inline]
            #[must_use]
            pub const fn new() -> Self {
                Self { #(#names: #defaults,)* }
            }
        }

        impl ::core::default::Default for #name {
            #[inline]
            fn default() -> Self {
                Self::new()
            }
        }

        #codec
    }
}

/// `LeafFormat`, once if every attribute sits at the same place everywhere.
fn codec(context: Context<'_>, format: &Format, name: &Ident, attributes: &[(&Field, &Place)]) -> TokenStream {
    let (krate, ident) = (context.krate, &format.head.ident);
    let Some(first) = levels(context, format).next() else { return TokenStream::new() };
    let same =
        is_uniform(context, format) && attributes.iter().all(|(field, _)| common(context, format, field).is_some());
    let body = |level| {
        let (fields, template) = (decode(context, name, level, attributes), encode(context, level, attributes));
        let given = attributes.iter().filter_map(|(field, _)| field.at(level).filter(|place| is_attribute(place)));
        let given = given.fold(0, |mask, place| mask | place.bits.mask());
        let fixed = if given == 0 {
            hygienic!(let _ = attributes; <Self as #krate::HasLayout>::LAYOUT.template)
        } else {
            let given = hex64(given);
            hygienic!(<Self as #krate::HasLayout>::LAYOUT.template & !#given)
        };
        hygienic! {
            #[inline(always)]
            fn attributes(self) -> #name {
                #fields
            }
            #[inline(always)]
            fn template(attributes: &#name) -> u64 {
                #fixed #template
            }
        }
    };
    if same {
        let body = body(first);
        return hygienic! {
            impl<L: #krate::Level> #krate::LeafFormat<#name> for #ident<L>
            where
                Self: #krate::HasLayout,
            {
                #body
            }
        };
    }
    levels(context, format)
        .map(|level| {
            let body = body(level);
            hygienic!(impl #krate::LeafFormat<#name> for #ident<#level> { #body })
        })
        .collect()
}

fn decode(context: Context<'_>, name: &Ident, level: &Ident, attributes: &[(&Field, &Place)]) -> TokenStream {
    let values = attributes.iter().map(|(field, place)| {
        let name = &field.ident;
        match field.at(level).filter(|place| is_attribute(place)) {
            None => {
                let value = default_value(context, field, place);
                hygienic!(#name: #value,)
            }
            Some(place) if is_optional(context, field, place) => {
                let value = default_value(context, field, place);
                hygienic!(#name: self.#name().unwrap_or(#value),)
            }
            Some(_) => hygienic!(#name: self.#name(),),
        }
    });
    hygienic!(#name { #(#values)* })
}

fn encode(context: Context<'_>, level: &Ident, attributes: &[(&Field, &Place)]) -> TokenStream {
    let terms = attributes.iter().filter_map(|(field, _)| {
        let place = field.at(level).filter(|place| is_attribute(place))?;
        let name = &field.ident;
        let value = untyped(context, field, place, &hygienic!(attributes.#name));
        let bits = put(&place.bits, &value, Word::U64, exact(context, field, place));
        Some(hygienic!(| #bits))
    });
    terms.collect()
}
