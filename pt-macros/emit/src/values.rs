//! The values enums.

use super::derives::{ORDERED, derive};
use super::docs::{attrs_and_doc, attrs_or_doc};
use super::literal::decimal;
use proc_macro2::TokenStream;
use pt_model::Values;

pub(super) fn emit(values: &Values) -> TokenStream {
    let (vis, ident) = (&values.head.vis, &values.head.ident);
    let attrs = attrs_or_doc(&values.head.attrs, "The values of a field.");
    let numbered = values.values.iter().filter_map(|value| Some((value, **value.number.as_ref()?)));
    let (names, (numbers, docs)): (Vec<_>, (Vec<_>, Vec<_>)) = numbered
        .map(|(value, number)| {
            let words: Vec<_> = value.denies.iter().map(|permission| permission.word()).collect();
            let denies = if words.is_empty() { String::new() } else { format!(", denies {}", words.join(" and ")) };
            let doc = attrs_and_doc(&value.attrs, &format!("Value {number}{denies}."));
            (&value.ident, (decimal(number), doc))
        })
        .unzip();
    let into_bits = if names.is_empty() { hygienic!(match self {}) } else { hygienic!(self as u64) };
    let derive = derive(ORDERED, &values.head.attrs.derives);
    let wide = values.values.iter().any(|value| value.number.is_some_and(|number| *number > i64::MAX as u64));
    let repr = wide.then(|| hygienic!(#[repr(u64)]));
    hygienic! {
        #attrs
        #derive
        #repr
        #vis enum #ident { #(#docs #names = #numbers,)* }

        impl #ident {
            /// The value with this number, if it has a name.
            #[inline]
            #[must_use]
            pub const fn from_bits(bits: u64) -> ::core::option::Option<Self> {
                match bits {
                    #(#numbers => ::core::option::Option::Some(Self::#names),)*
                    _ => ::core::option::Option::None,
                }
            }

            /// The number.
            #[inline]
            #[must_use]
            pub const fn into_bits(self) -> u64 {
                #into_bits
            }
        }
    }
}
