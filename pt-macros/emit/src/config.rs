//! The configuration struct: a word of features, and how wide frames are.

use super::Context;
use super::derives::{KEY, derive};
use super::docs::{attrs_and_doc, attrs_or_doc, doc};
use super::literal::{decimal, hex64};
use proc_macro2::{Ident, Span, TokenStream};
use pt_model::{BitRange, Config, ConfigField, ConfigKind};
use quote::format_ident;

pub(super) fn emit(context: Context<'_>, config: &Config) -> TokenStream {
    let krate = context.krate;
    let (vis, ident, name) = (&config.head.vis, &config.head.ident, config.head.ident.to_string());
    let attrs = attrs_or_doc(&config.head.attrs, "The optional features of the machine.");
    let derive = derive(&KEY[..5], &config.head.attrs.derives);
    let numbers: Vec<_> = config.fields.iter().filter_map(number).collect();
    let stored = numbers.iter().map(|(ident, ty, _)| hygienic!(#ident: #ty,));
    let all = whole(context, config, "Every feature, and the widest frames.", "all", true);
    let none = whole(context, config, "No feature, and the narrowest frames.", "none", false);
    let methods = config.fields.iter().map(|field| match field.kind {
        ConfigKind::Feature => feature(config, field),
        ConfigKind::Width(range) => width(context, config, field, range),
        ConfigKind::Bit(range) => bit(context, config, field, range),
    });
    let shown = config.fields.iter().map(|field| {
        let (name, text) = (&field.ident, field.ident.to_string());
        hygienic!(.field(#text, &self.#name()))
    });
    hygienic! {
        #attrs
        #derive
        #[must_use]
        #vis struct #ident {
            features: u64,
            beyond: u64,
            #(#stored)*
        }

        impl #ident {
            #all
            #none
            #(#methods)*
        }

        impl ::core::fmt::Debug for #ident {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                f.debug_struct(#name) #(#shown)* .finish()
            }
        }

        impl #krate::Config for #ident {
            #[inline(always)]
            fn features(&self) -> u64 {
                self.features
            }
            #[inline(always)]
            fn beyond(&self) -> u64 {
                self.beyond
            }
        }
    }
}

/// A field that is stored as such: its name, its type, and its first and last value.
fn number(field: &ConfigField) -> Option<(&Ident, TokenStream, [TokenStream; 2])> {
    let ident = &field.ident;
    match field.kind {
        ConfigKind::Feature => None,
        ConfigKind::Width(BitRange { low, high, .. }) => {
            let ends = [low, high].map(|end| {
                let end = decimal(end);
                hygienic!(#end)
            });
            Some((ident, hygienic!(u32), ends))
        }
        ConfigKind::Bit(_) => {
            let none = hygienic!(::core::option::Option::None);
            Some((ident, hygienic!(::core::option::Option<u32>), [none.clone(), none]))
        }
    }
}

/// `all` and `none`.
fn whole(context: Context<'_>, config: &Config, text: &str, name: &str, all: bool) -> TokenStream {
    let count = config.features().count() as u32;
    let features = hex64(if all { (1 << count) - 1 } else { 0 });
    let (name, doc) = (Ident::new(name, Span::mixed_site()), doc(text));
    let numbers: Vec<_> = config.fields.iter().filter_map(number).collect();
    let values = numbers.iter().map(|(ident, _, [first, last])| {
        let value = if all { last } else { first };
        hygienic!(#ident: #value,)
    });
    let width = config.width().and_then(number).map(|(_, _, [first, last])| if all { last } else { first });
    let beyond = beyond(context, width, None);
    hygienic! {
        #doc
        pub const fn #name() -> Self {
            Self { features: #features, beyond: #beyond, #(#values)* }
        }
    }
}

/// The address bits that no frame has; 0 if nothing says how wide frames are.
fn beyond(context: Context<'_>, width: Option<TokenStream>, bit: Option<TokenStream>) -> TokenStream {
    let krate = context.krate;
    let bit = bit.unwrap_or_else(|| hygienic!(::core::option::Option::None));
    width.map_or_else(|| hygienic!(0), |width| hygienic!(#krate::config::beyond(#width, #bit)))
}

fn feature(config: &Config, field: &ConfigField) -> TokenStream {
    let (ident, with) = (&field.ident, with_name(field));
    let position = config.features().position(|feature| feature.ident == *ident).unwrap_or(0);
    let bit = hex64(1 << position.min(63));
    let attrs = attrs_or_doc(&field.attrs, "Whether the feature is there.");
    let doc = doc(&format!("The configuration with this `{ident}`."));
    hygienic! {
        #attrs
        #[inline]
        #[must_use]
        pub const fn #ident(&self) -> bool {
            self.features & #bit != 0
        }
        #doc
        #[inline]
        pub const fn #with(self, #ident: bool) -> Self {
            Self { features: if #ident { self.features | #bit } else { self.features & !#bit }, ..self }
        }
    }
}

fn width(context: Context<'_>, config: &Config, field: &ConfigField, range: BitRange) -> TokenStream {
    let ident = &field.ident;
    let bit = config.bit().map(|bit| {
        let bit = &bit.ident;
        hygienic!(self.#bit)
    });
    let beyond = beyond(context, Some(hygienic!(#ident)), bit);
    let (low, high) = (decimal(range.low), decimal(range.high));
    let within = hygienic!(#ident < #low || #ident > #high);
    let what = format!("No frame has a bit at or above it: {} to {}.", range.low, range.high);
    number_of(field, &what, &hygienic!(u32), &within, &beyond)
}

fn bit(context: Context<'_>, config: &Config, field: &ConfigField, range: BitRange) -> TokenStream {
    let ident = &field.ident;
    let width = config.width().map(|width| {
        let width = &width.ident;
        hygienic!(self.#width)
    });
    let beyond = beyond(context, width, Some(hygienic!(#ident)));
    let (low, high) = (decimal(range.low), decimal(range.high));
    let outside = hygienic!(::core::matches!(#ident, ::core::option::Option::Some(bit) if bit < #low || bit > #high));
    let what = format!("One more bit that a frame may have: {} to {}.", range.low, range.high);
    number_of(field, &what, &hygienic!(::core::option::Option<u32>), &outside, &beyond)
}

fn number_of(
    field: &ConfigField,
    what: &str,
    ty: &TokenStream,
    outside: &TokenStream,
    beyond: &TokenStream,
) -> TokenStream {
    let (ident, with) = (&field.ident, with_name(field));
    let attrs = attrs_and_doc(&field.attrs, what);
    let doc = doc(&format!("The configuration with this `{ident}`; `None` if it is out of range."));
    hygienic! {
        #attrs
        #[inline]
        #[must_use]
        pub const fn #ident(&self) -> #ty {
            self.#ident
        }
        #doc
        #[inline]
        #[must_use]
        pub const fn #with(self, #ident: #ty) -> ::core::option::Option<Self> {
            if #outside {
                return ::core::option::Option::None;
            }
            ::core::option::Option::Some(Self { #ident, beyond: #beyond, ..self })
        }
    }
}

fn with_name(field: &ConfigField) -> Ident {
    format_ident!("with_{}", field.ident, span = field.ident.span())
}
