//! Taking a field out of a word and putting it in, as shifts and masks.

use crate::Context;
use crate::literal::{decimal, hex, mask};
use proc_macro2::TokenStream;
use pt_model::{BitList, Default, Field, FieldType, Format, Place, Role, Word};
use std::cmp::Ordering;

/// The value of the bits of `from`, moved together: an expression of type `u64`.
pub(super) fn get(bits: &BitList, from: &TokenStream, word: Word) -> TokenStream {
    let mut position = 0;
    let terms: Vec<_> = bits
        .ranges
        .iter()
        .filter(|range| range.width() > 0 && range.low < word.bits())
        .map(|range| {
            let (low, mask) = (decimal(range.low), hex(range.mask() >> range.low));
            let whole = range.low + range.width() >= word.bits();
            let mut term = match (range.low, whole) {
                (0, true) => hygienic!(#from),
                (0, false) => hygienic!((#from & #mask)),
                (_, true) => hygienic!((#from >> #low)),
                (_, false) => hygienic!((#from >> #low & #mask)),
            };
            if word == Word::U128 {
                term = hygienic!((#term as u64));
            }
            if position > 0 {
                let at = decimal(position);
                term = hygienic!((#term << #at));
            }
            position += range.width();
            term
        })
        .collect();
    united(&terms)
}

/// The bits of `value`, which is an expression of type `u64`, in place. `exact`: it is no wider than the field.
pub(super) fn put(bits: &BitList, value: &TokenStream, word: Word, exact: bool) -> TokenStream {
    let mut position = 0;
    let value = match word {
        Word::U64 => value.clone(),
        Word::U128 => hygienic!((#value as u128)),
    };
    let single = bits.ranges.len() == 1;
    let terms: Vec<_> = bits
        .ranges
        .iter()
        .filter(|range| range.width() > 0 && range.low < word.bits())
        .map(|range| {
            let mask = hex(range.mask());
            let term = match range.low.cmp(&position) {
                Ordering::Greater => {
                    let left = decimal(range.low - position);
                    hygienic!((#value << #left))
                }
                Ordering::Less => {
                    let right = decimal(position - range.low);
                    hygienic!((#value >> #right))
                }
                Ordering::Equal => value.clone(),
            };
            position += range.width();
            if single && exact { term } else { hygienic!((#term & #mask)) }
        })
        .collect();
    united(&terms)
}

/// The terms by `|`, as one operand. Each term is an operand already.
fn united(terms: &[TokenStream]) -> TokenStream {
    match terms {
        [] => hygienic!(0),
        [term] => term.clone(),
        terms => hygienic!((#(#terms)|*)),
    }
}

/// A value of the field's own type, from an expression of type `u64`.
pub(super) fn typed(context: Context<'_>, field: &Field, place: &Place, value: &TokenStream) -> TokenStream {
    let (krate, ty) = (context.krate, &field.ty);
    match field.kind(context.module) {
        FieldType::Unit => hygienic!(()),
        FieldType::Bool => hygienic!(#value != 0),
        FieldType::Integer(64) => value.clone(),
        FieldType::Integer(_) => hygienic!(#value as #ty),
        FieldType::Frame => {
            let shift = decimal(place.frame_shift());
            hygienic!(#krate::Hpa::new(#value << #shift))
        }
        FieldType::Bits(_) | FieldType::Values(_) | FieldType::States(_) | FieldType::Foreign | FieldType::Other => {
            hygienic!(<#ty>::from_bits(#value))
        }
    }
}

/// The bits of a value of the field's own type: an expression of type `u64`.
pub(super) fn untyped(context: Context<'_>, field: &Field, place: &Place, value: &TokenStream) -> TokenStream {
    match field.kind(context.module) {
        FieldType::Unit => hygienic!(0),
        FieldType::Bool | FieldType::Integer(8 | 16 | 32) => hygienic!((#value as u64)),
        FieldType::Integer(_) => value.clone(),
        FieldType::Frame => {
            let shift = decimal(place.frame_shift());
            hygienic!((#value.as_u64() >> #shift))
        }
        FieldType::Bits(_) | FieldType::Values(_) | FieldType::States(_) | FieldType::Foreign | FieldType::Other => {
            hygienic!(#value.into_bits())
        }
    }
}

/// Whether a value of the field's type can be no wider than its bits.
pub(super) fn exact(context: Context<'_>, field: &Field, place: &Place) -> bool {
    match field.kind(context.module) {
        FieldType::Bool => true,
        FieldType::Integer(bits) => bits == place.bits.width(),
        FieldType::Bits(bits) => bits == Some(place.bits.width()),
        _ => false,
    }
}

/// The type that a getter returns. A values enum that lacks some of the values is optional.
pub(super) fn getter_type(context: Context<'_>, field: &Field, place: &Place) -> TokenStream {
    let ty = &field.ty;
    if is_optional(context, field, place) { hygienic!(::core::option::Option<#ty>) } else { hygienic!(#ty) }
}

/// Whether some bits of the field are no value of its type.
pub(super) fn is_optional(context: Context<'_>, field: &Field, place: &Place) -> bool {
    match field.kind(context.module) {
        FieldType::Values(name) => context.module.values(&name).is_none_or(|values| !values.covers(place.bits.width())),
        FieldType::States(_) | FieldType::Foreign => true,
        _ => false,
    }
}

/// The value of the field in the place that a getter returns.
pub(super) fn read(context: Context<'_>, field: &Field, place: &Place, format: &Format) -> TokenStream {
    let whole = if format.register { hygienic!(self.0) } else { hygienic!(self.bits) };
    match (field.kind(context.module), plain_frame(place)) {
        (FieldType::Bool, _) => {
            let mask = mask(place.bits.mask());
            hygienic!(#whole & #mask != 0)
        }
        (FieldType::Frame, plain) if format.word == Word::U64 => {
            let krate = context.krate;
            let bits = hygienic!((self.bits & <Self as #krate::HasLayout>::LAYOUT.frame));
            if plain {
                return hygienic!(#krate::Hpa::new #bits);
            }
            typed(context, field, place, &get(&place.bits, &bits, format.word))
        }
        (FieldType::Values(name), _) if !is_optional(context, field, place) => {
            let value = get(&place.bits, &whole, format.word);
            let read = typed(context, field, place, &value);
            let first = context.module.values(&name).and_then(|values| values.values.first()).map(|value| &value.ident);
            let ty = &field.ty;
            hygienic! {
                match #read {
                    ::core::option::Option::Some(value) => value,
                    // Each value of these bits has a name.
                    ::core::option::Option::None => <#ty>::#first,
                }
            }
        }
        _ => typed(context, field, place, &get(&place.bits, &whole, format.word)),
    }
}

/// Whether the frame field holds the address bits where they are in the address.
pub(crate) fn plain_frame(place: &Place) -> bool {
    matches!(place.role, Role::Frame { .. })
        && matches!(place.bits.ranges.as_slice(), [range] if range.low == place.frame_shift())
}

/// The value of a new entry's field, as an expression of the field's type.
pub(super) fn default_value(context: Context<'_>, field: &Field, place: &Place) -> TokenStream {
    let ty = &field.ty;
    let kind = field.kind(context.module);
    match (place.default.as_deref(), &kind) {
        (Some(Default::Path(path)), _) if path.segments.len() == 1 => {
            quote::quote_spanned!(path.span=> <#ty>::#path)
        }
        (Some(Default::Path(path)), _) => quote::quote!(#path),
        (default, _) => {
            let number = match default {
                Some(Default::Number(number)) => *number,
                Some(Default::Bool(value)) => u64::from(*value),
                _ => 0,
            };
            number_as(context, field, place, &kind, number)
        }
    }
}

fn number_as(context: Context<'_>, field: &Field, place: &Place, kind: &FieldType, number: u64) -> TokenStream {
    let ty = &field.ty;
    let literal = decimal(number);
    match kind {
        FieldType::Bool if number == 0 => hygienic!(false),
        FieldType::Bool => hygienic!(true),
        FieldType::Integer(_) => hygienic!(#literal),
        FieldType::Values(name) => {
            let values = context.module.values(name).map_or(&[][..], |values| &values.values);
            let named = values.iter().find(|value| value.number.is_some_and(|have| *have == number)).or(values.first());
            let variant = named.map(|value| &value.ident);
            hygienic!(<#ty>::#variant)
        }
        FieldType::States(name) => {
            let states = context.module.states(name).map_or(&[][..], |states| &states.states);
            let named = states.iter().find(|state| state.code.is_some_and(|have| *have == number)).or(states.first());
            let variant = named.map(|state| &state.ident);
            hygienic!(<#ty>::#variant)
        }
        _ => typed(context, field, place, &hygienic!(#literal)),
    }
}
