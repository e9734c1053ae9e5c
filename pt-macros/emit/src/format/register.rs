//! A register: a newtype over its word.

use super::accessors::{frame_bits, is_frame, positions, with_name};
use super::bits::{exact, getter_type, put, read, untyped};
use super::{drawing, layout};
use crate::Context;
use crate::derives::{KEY, derive};
use crate::docs::{attrs_and_doc, doc};
use crate::literal::{hex64, mask};
use proc_macro2::TokenStream;
use pt_model::{Field, FieldType, Format, Layout, Place, Role, Shape};

pub(crate) fn emit(context: Context<'_>, register: &Format) -> TokenStream {
    let krate = context.krate;
    let (vis, ident, text) = (&register.head.vis, &register.head.ident, register.head.ident.to_string());
    let attrs = attrs_and_doc(&register.head.attrs, &drawing::draw(context, register));
    let derive = derive(&KEY[..5], &register.head.attrs.derives);
    let layout = Layout::of(context.module, register, Shape::Absent, ident);
    let reserved = hex64(layout.mask(|slot| matches!(slot.role, Role::Reserved(_) | Role::ReservedOnes)));
    let ones = hex64(layout.ones());
    let template = layout::template(context, register, &layout);
    let valued = || {
        let placed = register.fields.iter().filter_map(|field| Some((field, field.places.first()?)));
        placed.filter(|(field, place)| has_value(context, field, place))
    };
    let accessors = valued().map(|(field, place)| accessors(context, register, field, place));
    let shown = valued().map(|(field, _)| {
        let (name, text) = (&field.ident, field.ident.to_string());
        hygienic!(.field(#text, &self.#name()))
    });
    hygienic! {
        #attrs
        #derive
        #[repr(transparent)]
        #[must_use]
        #vis struct #ident(u64);

        impl #ident {
            /// The bits that must have one value.
            pub const RESERVED: u64 = #reserved;
            /// Those of the reserved bits that must be one.
            pub const RESERVED_ONES: u64 = #ones;

            /// The declared defaults, and the bits that must be one.
            #[inline]
            pub const fn new() -> Self {
                Self(#template)
            }

            /// Takes a word as it is.
            #[inline(always)]
            pub const fn from_bits(bits: u64) -> Self {
                Self(bits)
            }

            /// Takes a word whose reserved bits are what they must be.
            ///
            /// # Errors
            /// The reserved bits that are not.
            #[inline]
            pub const fn try_from_bits(bits: u64) -> ::core::result::Result<Self, #krate::ReservedBits> {
                match #krate::ReservedBits::check(#text, bits, Self::RESERVED, Self::RESERVED_ONES) {
                    ::core::result::Result::Ok(()) => ::core::result::Result::Ok(Self(bits)),
                    ::core::result::Result::Err(error) => ::core::result::Result::Err(error),
                }
            }

            /// The word.
            #[inline(always)]
            #[must_use]
            pub const fn bits(self) -> u64 {
                self.0
            }

            #(#accessors)*
        }

        impl ::core::default::Default for #ident {
            fn default() -> Self {
                Self::new()
            }
        }

        impl ::core::fmt::Debug for #ident {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                f.debug_struct(#text) #(#shown)* .finish()
            }
        }
    }
}

/// Whether the field has a getter and a `with_`: bits with only one value have neither.
fn has_value(context: Context<'_>, field: &Field, place: &Place) -> bool {
    field.kind(context.module) != FieldType::Unit && !matches!(place.role, Role::Reserved(_))
}

fn accessors(context: Context<'_>, register: &Format, field: &Field, place: &Place) -> TokenStream {
    let (name, with, ty) = (&field.ident, with_name(field), &field.ty);
    let getter_doc = attrs_and_doc(&field.attrs, &format!("{}.", positions(place)));
    let mask = mask(place.bits.mask());
    if is_frame(place) {
        let doc = doc(&format!("The register with this `{name}`, or `None` if it has bits that the field lacks."));
        let (bits, back) = frame_bits(register, place);
        return hygienic! {
            #getter_doc
            #[inline]
            #[must_use]
            pub const fn #name(self) -> #ty {
                let bits = self.0 & #mask;
                <#ty>::new(#back)
            }

            #doc
            #[inline]
            #[must_use]
            pub const fn #with(self, #name: #ty) -> ::core::option::Option<Self> {
                let frame = #name.as_u64();
                let bits = #bits & #mask;
                let register = Self(self.0 & !#mask | bits);
                if #back == frame { ::core::option::Option::Some(register) } else { ::core::option::Option::None }
            }
        };
    }
    let doc = doc(&format!("The register with this `{name}`."));
    let (returns, value) = (getter_type(context, field, place), read(context, field, place, register));
    let bits = untyped(context, field, place, &hygienic!(#name));
    let placed = put(&place.bits, &bits, register.word, exact(context, field, place));
    hygienic! {
        #getter_doc
        #[inline]
        #[must_use]
        pub const fn #name(self) -> #returns {
            #value
        }

        #doc
        #[inline]
        pub const fn #with(self, #name: #ty) -> Self {
            Self(self.0 & !#mask | #placed)
        }
    }
}
