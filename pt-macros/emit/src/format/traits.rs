//! `EntryFormat`: how the engine sees a format.

use super::accessors::frame_bits;
use super::bits::plain_frame;
use super::{frame, is_uniform, levels, rules};
use crate::Context;
use crate::literal::mask;
use proc_macro2::{Ident, TokenStream};
use pt_model::{Field, Format, Otherwise, Permission, Place, Role, Shape, Value, Word};

pub(super) fn emit(context: Context<'_>, format: &Format) -> TokenStream {
    if format.word == Word::U128 {
        return TokenStream::new();
    }
    let (krate, ident) = (context.krate, &format.head.ident);
    let Some(first) = levels(context, format).next() else { return TokenStream::new() };
    if is_uniform(context, format) {
        let body = body(context, format, first);
        return hygienic! {
            impl<L: #krate::Level> #krate::EntryFormat for #ident<L>
            where
                Self: #krate::HasLayout,
            {
                #body
            }
        };
    }
    levels(context, format)
        .map(|level| {
            let body = body(context, format, level);
            hygienic!(impl #krate::EntryFormat for #ident<#level> { #body })
        })
        .collect()
}

fn body(context: Context<'_>, format: &Format, level: &Ident) -> TokenStream {
    let frames = frames(context, format, level);
    let access = access(context, format, level, true);
    let with_features = rules::with_features(context, format, level);
    let krate = context.krate;
    hygienic! {
        #[inline(always)]
        fn from_bits(raw: u64) -> Self {
            Self::from_bits(raw)
        }
        #[inline(always)]
        fn bits(self) -> u64 {
            self.bits
        }
        #[inline(always)]
        fn access(self) -> #krate::format::Access {
            use #krate::format::Access;
            #access
        }
        #with_features
        #frames
    }
}

/// The frame of an entry and the bits of a frame, where they are not where the trait expects them.
fn frames(context: Context<'_>, format: &Format, level: &Ident) -> Option<TokenStream> {
    let krate = context.krate;
    let (_, place) = frame(format, level).filter(|(_, place)| !plain_frame(place))?;
    let (bits, back) = frame_bits(format, place);
    let scattered = (place.bits.ranges.len() > 1).then(|| {
        hygienic!(
            const SCATTERED: bool = true;
        )
    });
    Some(hygienic! {
        #scattered
        #[inline(always)]
        fn frame(self) -> #krate::Hpa {
            let bits = self.bits & <Self as #krate::EntryFormat>::FRAME;
            #krate::Hpa::new(#back)
        }
        #[inline(always)]
        fn frame_bits(frame: #krate::Hpa) -> u64 {
            let frame = frame.as_u64();
            #bits & <Self as #krate::EntryFormat>::FRAME
        }
    })
}

/// What an entry lets through: what no field decides, what set fields allow, less what set fields deny. `all`: fields
/// that are there under a condition decide too.
pub(super) fn access(context: Context<'_>, format: &Format, level: &Ident, all: bool) -> TokenStream {
    if !format.has(Shape::Leaf) && !format.has(Shape::Table) {
        return hygienic!(Access::NONE);
    }
    let is_meant =
        |place: &Place| all || place.conditional.as_ref().is_none_or(|it| it.otherwise == Otherwise::Reserved);
    let fields = format.fields.iter().filter_map(|field| Some((field, field.at(level)?)));
    let fields: Vec<(&Field, &Place)> = fields.filter(|(_, place)| is_meant(place)).collect();
    let places: Vec<&Place> = fields.iter().map(|(_, place)| *place).collect();
    let by_value: Vec<(&Place, &Value)> = fields
        .iter()
        .filter_map(|(field, place)| Some((*place, field.denying(place, context.module)?)))
        .flat_map(|(place, values)| values.values.iter().map(move |value| (place, value)))
        .filter(|(_, value)| !value.denies.is_empty())
        .collect();
    let of_values = by_value.iter().flat_map(|(_, value)| &value.denies);
    let mut named = places.iter().flat_map(|place| place.allows.iter().chain(&place.denies)).chain(of_values);
    let of_user = named.any(|permission| **permission == Permission::UserExecute);
    let bits = |permission: Permission| match permission {
        Permission::Read => 1,
        Permission::Write => 2,
        // Where the format does not tell users apart, it means them too.
        Permission::Execute if !of_user => 4 | 8,
        Permission::Execute => 4,
        Permission::UserExecute => 8,
        Permission::User => 16,
    };
    let set = |permissions: &[pt_model::Spanned<Permission>]| {
        permissions.iter().fold(0_u8, |set, permission| set | bits(**permission))
    };
    let decided = places.iter().fold(0, |decided, place| decided | set(&place.allows));
    let mut given = 31 & !decided;
    let mut terms = TokenStream::new();
    for place in places.iter().filter(|place| !place.allows.is_empty()) {
        let allowed = set(&place.allows);
        match (place.role, mask(place.bits.mask())) {
            // The bits have this value in every entry of the format.
            (Role::Tag(_), _) => given |= allowed,
            (_, mask) => {
                let allowed = constant(allowed);
                terms.extend(hygienic!(.union(Access::when(self.bits & #mask != 0, #allowed))));
            }
        }
    }
    for place in places.iter().filter(|place| !place.denies.is_empty()) {
        let (denied, mask) = (constant(set(&place.denies)), mask(place.bits.mask()));
        terms.extend(hygienic!(.without(Access::when(self.bits & #mask != 0, #denied))));
    }
    for (place, value) in by_value {
        let Some(number) = &value.number else { continue };
        let (denied, mask, number) =
            (constant(set(&value.denies)), mask(place.bits.mask()), mask(place.bits.place(**number)));
        terms.extend(hygienic!(.without(Access::when(self.bits & #mask == #number, #denied))));
    }
    let given = constant(given);
    hygienic!(#given #terms)
}

/// A set of permissions as a constant expression.
fn constant(set: u8) -> TokenStream {
    const NAMES: [(u8, &str); 5] = [(1, "READ"), (2, "WRITE"), (4, "EXECUTE"), (8, "USER_EXECUTE"), (16, "USER")];
    let mut names = NAMES
        .iter()
        .filter(|(bit, _)| set & bit != 0)
        .map(|(_, name)| Ident::new(name, proc_macro2::Span::mixed_site()));
    if set == 31 {
        return hygienic!(Access::ALL);
    }
    let Some(first) = names.next() else { return hygienic!(Access::NONE) };
    hygienic!(Access::#first #(.union(Access::#names))*)
}
