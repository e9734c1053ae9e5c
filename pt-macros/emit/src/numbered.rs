//! Enums whose variants are numbers of the monitor: states, operations, phases.

use super::literal::{decimal, hex};
use proc_macro2::{Ident, Literal, TokenStream};
use pt_model::Spanned;

/// The variants with their numbers; and the conversions, if there are numbers.
pub(super) struct Numbered<'m> {
    what: &'static str,
    spell: fn(u64) -> Literal,
    items: Vec<(&'m Ident, Option<Spanned<u64>>)>,
}

impl<'m> Numbered<'m> {
    /// Of the enum that has these variants, each of which is a `what` with a number.
    pub(super) fn counted(what: &'static str, items: impl Iterator<Item = (&'m Ident, Option<Spanned<u64>>)>) -> Self {
        Self { what, spell: |number| decimal(number), items: items.collect() }
    }

    /// The same where the numbers are bits of an entry.
    pub(super) fn coded(what: &'static str, items: impl Iterator<Item = (&'m Ident, Option<Spanned<u64>>)>) -> Self {
        Self { spell: |code| hex(code.into()), ..Self::counted(what, items) }
    }

    /// The names of the variants.
    pub(super) fn names(&self) -> Vec<&'m Ident> {
        self.items.iter().map(|(name, _)| *name).collect()
    }

    /// `= CODE`, for each variant.
    pub(super) fn written(&self) -> impl Iterator<Item = Option<TokenStream>> {
        self.items.iter().map(|(_, code)| {
            let code = (self.spell)(**code.as_ref()?);
            Some(hygienic!(= #code))
        })
    }

    /// `from_bits` and `into_bits`.
    pub(super) fn conversions(&self, ident: &Ident) -> Option<TokenStream> {
        let numbered = self.items.iter().filter_map(|(name, code)| Some((*name, (self.spell)(**code.as_ref()?))));
        let (names, codes): (Vec<_>, Vec<_>) = numbered.unzip();
        let doc = format!(" The {} with this code.", self.what);
        (!names.is_empty()).then(|| {
            hygienic! {
                impl #ident {
                    #[doc = #doc]
                    #[inline]
                    #[must_use]
                    pub const fn from_bits(bits: u64) -> ::core::option::Option<Self> {
                        match bits {
                            #(#codes => ::core::option::Option::Some(Self::#names),)*
                            _ => ::core::option::Option::None,
                        }
                    }

                    /// The code.
                    #[inline]
                    #[must_use]
                    pub const fn into_bits(self) -> u64 {
                        self as u64
                    }
                }
            }
        })
    }

    /// `ALL` and `name`, where no trait has them.
    pub(super) fn listing(&self) -> TokenStream {
        let names = self.names();
        let texts = names.iter().map(ToString::to_string);
        let doc = format!(" Every {}, in the order of the declaration.", self.what);
        let text = if names.is_empty() {
            hygienic!(match self {})
        } else {
            hygienic!(match self { #(Self::#names => #texts,)* })
        };
        hygienic! {
            #[doc = #doc]
            pub const ALL: &'static [Self] = &[#(Self::#names),*];

            /// The name in the declaration.
            #[must_use]
            pub const fn name(self) -> &'static str {
                #text
            }
        }
    }
}
