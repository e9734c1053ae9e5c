//! Getters, and `with_` for each field.

use super::bits::{exact, get, getter_type, plain_frame, put, read, untyped};
use super::{bound, common, frame, levels, word};
use crate::Context;
use crate::docs::attrs_and_doc;
use crate::literal::{decimal, mask};
use proc_macro2::{Ident, TokenStream};
use pt_model::{Field, FieldType, Format, Place, Role, Word, describe};
use quote::format_ident;

pub(super) fn emit(context: Context<'_>, format: &Format) -> TokenStream {
    let (ident, word, known) = (&format.head.ident, word(format), bound(context, format));
    let (everywhere, varying): (Vec<_>, Vec<_>) =
        format.fields.iter().partition(|field| common(context, format, field).is_some());
    let shared_accessors = everywhere.iter().filter_map(|field| {
        let place = common(context, format, field)?;
        Some(accessors(context, format, field, place))
    });
    // One `new` does where one `with_` of the frame does, or where there is no frame. The template of a wide format is
    // a constant of each level.
    let frames = format.fields.iter().filter(|field| field.places.iter().any(is_frame));
    let one_new = format.word == Word::U64 && frames.clone().all(|field| common(context, format, field).is_some());
    let new_everywhere = one_new.then(|| new(context, format, levels(context, format).next()));
    let by_level = levels(context, format).map(|level| {
        let own = varying.iter().filter_map(|field| Some(accessors(context, format, field, field.at(level)?)));
        let own: TokenStream = own.collect();
        let new = (!one_new).then(|| new(context, format, Some(level)));
        if own.is_empty() && new.is_none() {
            return TokenStream::new();
        }
        hygienic! {
            impl #ident<#level> { #new #own }
        }
    });
    hygienic! {
        impl<L> #ident<L> #known {
            /// Takes a raw word as an entry of this format.
            #[inline(always)]
            pub const fn from_bits(bits: #word) -> Self {
                Self { bits, level: ::core::marker::PhantomData }
            }

            /// The raw word.
            #[inline(always)]
            #[must_use]
            pub const fn bits(self) -> #word {
                self.bits
            }

            #new_everywhere
            #(#shared_accessors)*
        }

        #(#by_level)*
    }
}

pub(super) fn is_frame(place: &Place) -> bool {
    matches!(place.role, Role::Frame { .. })
}

/// A new entry, with its frame where the format has one.
fn new(context: Context<'_>, format: &Format, level: Option<&Ident>) -> TokenStream {
    let krate = context.krate;
    let template = match format.word {
        Word::U64 => hygienic!(<Self as #krate::HasLayout>::LAYOUT.template),
        Word::U128 => hygienic!(Self::TEMPLATE),
    };
    let Some((field, _)) = level.and_then(|level| frame(format, level)) else {
        return hygienic! {
            /// A new entry: the declared defaults and the bits that must be one.
            #[inline]
            pub const fn new() -> Self {
                Self::from_bits(#template)
            }
        };
    };
    let with = with_name(field);
    hygienic! {
        /// A new entry with the declared defaults, or `None` if the frame is too wide or not aligned to the level.
        #[inline]
        #[must_use]
        pub const fn new(frame: #krate::Hpa) -> ::core::option::Option<Self> {
            Self::from_bits(#template).#with(frame)
        }
    }
}

pub(super) fn with_name(field: &Field) -> Ident {
    format_ident!("with_{}", field.ident, span = field.ident.span())
}

/// Getter and `with_` of a field at a place. Bits with only one value have neither.
fn accessors(context: Context<'_>, format: &Format, field: &Field, place: &Place) -> TokenStream {
    if field.kind(context.module) == FieldType::Unit || matches!(place.role, Role::Tag(_) | Role::Reserved(_)) {
        return TokenStream::new();
    }
    let (name, with, ty) = (&field.ident, with_name(field), &field.ty);
    let doc = match field.places.as_slice() {
        [_] => format!("{}{}.{}", positions(place), meaning(place), writers(place)),
        // Which bits they are depends on the level.
        _ if is_frame(place) => format!("The frame.{}", writers(place)),
        _ => format!("{}{} at this level.{}", positions(place), meaning(place), writers(place)),
    };
    let doc = attrs_and_doc(&field.attrs, &doc);
    let (returns, value) = (getter_type(context, field, place), read(context, field, place, format));
    let mask = mask(place.bits.mask() & format.word.mask());
    let getter = hygienic! {
        #doc
        #[inline]
        #[must_use]
        pub const fn #name(self) -> #returns {
            #value
        }
    };
    if is_frame(place) {
        let doc = crate::docs::doc(&format!(
            "The entry with this `{name}`, or `None` if that is too wide or not aligned to the level.{}",
            writers(place)
        ));
        let body = with_frame(context, format, place, &mask);
        return hygienic! {
            #getter
            #doc
            #[inline]
            #[must_use]
            pub const fn #with(self, frame: #ty) -> ::core::option::Option<Self> {
                #body
            }
        };
    }
    let value = untyped(context, field, place, &hygienic!(#name));
    let bits = put(&place.bits, &value, format.word, exact(context, field, place));
    let doc = crate::docs::doc(&format!("The entry with this `{name}`.{}", writers(place)));
    hygienic! {
        #getter
        #doc
        #[inline]
        pub const fn #with(self, #name: #ty) -> Self {
            Self::from_bits(self.bits & !#mask | #bits)
        }
    }
}

/// The entry with the frame bits of the address `frame`, if the address fits.
fn with_frame(context: Context<'_>, format: &Format, place: &Place, whole: &TokenStream) -> TokenStream {
    let krate = context.krate;
    let mask = match format.word {
        Word::U64 => hygienic!(<Self as #krate::HasLayout>::LAYOUT.frame),
        Word::U128 => whole.clone(),
    };
    let (bits, back) = frame_bits(format, place);
    hygienic! {
        let mask = #mask;
        let frame = frame.as_u64();
        let bits = #bits & mask;
        let entry = Self::from_bits(self.bits & !mask | bits);
        if #back == frame { ::core::option::Option::Some(entry) } else { ::core::option::Option::None }
    }
}

/// The bits of the address `frame`, in place but not yet masked, and the address that `bits` hold.
pub(super) fn frame_bits(format: &Format, place: &Place) -> (TokenStream, TokenStream) {
    let (frame, bits) = (hygienic!(frame), hygienic!(bits));
    if plain_frame(place) && format.word == Word::U64 {
        return (frame, bits);
    }
    let shift = decimal(place.frame_shift());
    let value = hygienic!((#frame >> #shift));
    let (put, back) = (put(&place.bits, &value, format.word, false), get(&place.bits, &bits, format.word));
    (put, hygienic!(#back << #shift))
}

/// `Bits 51:12`, highest first.
pub(super) fn positions(place: &Place) -> String {
    let word = if place.bits.width() == 1 { "Bit" } else { "Bits" };
    if place.bits.ranges.len() == 1 {
        return format!("{word} {}", describe(place.bits.mask()));
    }
    // Of a scattered field, the order of its pieces matters: highest first, as the manuals concatenate them.
    let pieces: Vec<_> = place.bits.ranges.iter().rev().map(|range| describe(range.mask())).collect();
    format!("{word} {} (highest first)", pieces.join(", "))
}

fn meaning(place: &Place) -> &'static str {
    match place.role {
        Role::Frame { .. } => ": the frame",
        Role::Hardware(_) => ", written by the CPU",
        Role::Span(_) => ", set in leaves that map as one",
        Role::Software => ", free for software",
        Role::Ignored => ", ignored by the CPU",
        _ => "",
    }
}

/// Who chooses the value, as a sentence that follows another.
fn writers(place: &Place) -> String {
    let names: Vec<_> = place.writers.iter().map(|party| party.name()).collect();
    if names.is_empty() { String::new() } else { format!(" Written by {}.", names.join(" and ")) }
}
