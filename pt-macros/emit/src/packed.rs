//! Packed words: a newtype over `pt_core::Packed` whose entries are values with names.

use super::Context;
use super::derives::{KEY, derive};
use super::docs::attrs_and_doc;
use super::literal::decimal;
use proc_macro2::TokenStream;
use pt_model::Packed;

pub(super) fn emit(context: Context<'_>, packed: &Packed) -> TokenStream {
    let (krate, vis, ident) = (context.krate, &packed.head.vis, &packed.head.ident);
    let (bits, entries) = (*packed.bits, 64 / *packed.bits);
    let text = format!("{entries} entries of {bits} bits each, the first in the lowest bits.");
    let attrs = attrs_and_doc(&packed.head.attrs, &text);
    let derive = derive(&KEY[..5], &packed.head.attrs.derives);
    let (methods, debug) = (methods(context, packed), debug(packed));
    let bits = decimal(bits);
    hygienic! {
        #attrs
        #derive
        #[repr(transparent)]
        #[must_use]
        #vis struct #ident(#krate::Packed<#bits>);

        #methods
        #debug
    }
}

/// Words from entries and entries from words.
fn methods(context: Context<'_>, packed: &Packed) -> TokenStream {
    let (krate, ident, ty) = (context.krate, &packed.head.ident, &packed.ty);
    let (bits, entries) = (decimal(*packed.bits), decimal(64 / *packed.bits));
    hygienic! {
        impl #ident {
            /// How many entries a word has.
            pub const ENTRIES: u32 = #entries;

            /// Takes a word as its entries.
            #[inline]
            pub const fn from_bits(bits: u64) -> Self {
                Self(#krate::Packed::from_bits(bits))
            }

            /// The word.
            #[inline]
            #[must_use]
            pub const fn bits(self) -> u64 {
                self.0.bits()
            }

            /// The entries as numbers, whether they have names or not.
            #[inline]
            #[must_use]
            pub const fn packed(self) -> #krate::Packed<#bits> {
                self.0
            }

            /// A word whose entries are all `value`.
            #[inline]
            pub const fn filled(value: #ty) -> Self {
                Self(#krate::Packed::filled(#krate::Bits::from_bits(value.into_bits())))
            }

            /// The entry with this index; `None` if a word has fewer, or if its value has no name.
            #[inline]
            #[must_use]
            pub const fn get(self, index: u32) -> ::core::option::Option<#ty> {
                match self.0.get(index) {
                    ::core::option::Option::Some(bits) => <#ty>::from_bits(bits.get()),
                    ::core::option::Option::None => ::core::option::Option::None,
                }
            }

            /// The word with this entry changed; `None` if a word has fewer.
            #[inline]
            #[must_use]
            pub const fn with(self, index: u32, value: #ty) -> ::core::option::Option<Self> {
                match self.0.with(index, #krate::Bits::from_bits(value.into_bits())) {
                    ::core::option::Option::Some(packed) => ::core::option::Option::Some(Self(packed)),
                    ::core::option::Option::None => ::core::option::Option::None,
                }
            }

            /// The word and the index in it of the entry with this number, in an array of words.
            #[inline]
            #[must_use]
            pub const fn position(number: u64) -> (u64, u32) {
                #krate::Packed::<#bits>::position(number)
            }
        }
    }
}

/// A word as the list of its entries.
fn debug(packed: &Packed) -> TokenStream {
    let ident = &packed.head.ident;
    hygienic! {
        impl ::core::fmt::Debug for #ident {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                let mut entries = f.debug_list();
                let mut index = 0;
                while index < Self::ENTRIES {
                    match self.get(index) {
                        ::core::option::Option::Some(value) => entries.entry(&value),
                        ::core::option::Option::None => entries.entry(&self.0.get(index)),
                    };
                    index += 1;
                }
                entries.finish()
            }
        }
    }
}
