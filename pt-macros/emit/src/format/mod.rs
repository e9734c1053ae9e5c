//! A format of entries: one struct, generic over the level.
//!
//! | written | for |
//! |---|---|
//! | `HasLayout`: the masks | each level |
//! | accessors of fields that are the same everywhere | all levels at once |
//! | accessors of the other fields | each level that has them |
//! | `EntryFormat`, `LeafFormat` | all levels at once, unless frame or attributes differ |

mod accessors;
mod bits;
mod drawing;
mod fields;
mod layout;
mod register;
mod remarks;
mod rules;
mod traits;

pub(super) use bits::plain_frame;
pub(super) use fields::name as fields_name;
pub(super) use register::emit as emit_register;

use super::Context;
use super::derives::{KEY, derive};
use super::docs::attrs_and_doc;
use proc_macro2::{Ident, TokenStream};
use pt_model::{Field, Format, Place, Role, Shape, Word};

pub(super) fn emit(context: Context<'_>, format: &Format) -> TokenStream {
    let krate = context.krate;
    let (vis, ident, text) = (&format.head.vis, &format.head.ident, format.head.ident.to_string());
    let attrs = attrs_and_doc(&format.head.attrs, &drawing::draw(context, format));
    let derive = derive(&KEY[..5], &format.head.attrs.derives);
    let word = word(format);
    let shown = match format.word {
        Word::U64 => hygienic!(<Self as #krate::HasLayout>::LAYOUT.debug(#text, self.bits, f)),
        Word::U128 => hygienic!(::core::write!(f, "{}({:#x})", #text, self.bits)),
    };
    let known = bound(context, format);
    let parts = [
        layout::emit(context, format),
        accessors::emit(context, format),
        traits::emit(context, format),
        fields::emit(context, format),
    ];
    hygienic! {
        #attrs
        #derive
        #[repr(transparent)]
        #[must_use]
        #vis struct #ident<L> {
            bits: #word,
            level: ::core::marker::PhantomData<fn() -> L>,
        }

        impl<L> ::core::fmt::Debug for #ident<L> #known {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                #shown
            }
        }

        #(#parts)*
    }
}

/// The type of the word.
fn word(format: &Format) -> TokenStream {
    match format.word {
        Word::U64 => hygienic!(u64),
        Word::U128 => hygienic!(u128),
    }
}

/// What an `impl` for all levels asks of the level: that the format occurs there. A wide format has no traits.
fn bound(context: Context<'_>, format: &Format) -> Option<TokenStream> {
    let krate = context.krate;
    (format.word == Word::U64).then(|| hygienic!(where Self: #krate::HasLayout))
}

/// The levels of a format that exist, in its order.
fn levels<'f>(context: Context<'f>, format: &'f Format) -> impl Iterator<Item = &'f Ident> {
    let alone = context.module.head.is_none() || format.register;
    let names = format.levels.names.iter().enumerate();
    names
        .filter(|(at, name)| format.levels.names[..*at].iter().all(|before| before.ident != name.ident))
        .map(|(_, name)| &name.ident)
        .filter(move |name| alone || context.module.level(name).is_some())
}

/// Where a field sits, if one piece of code does for every level of its format: it sits at the same place, or it is
/// a frame whose mask the layout of the level has.
fn common<'f>(context: Context<'_>, format: &Format, field: &'f Field) -> Option<&'f Place> {
    let mut levels = levels(context, format);
    let first = field.at(levels.next()?)?;
    let frames = format.word == Word::U64 && bits::plain_frame(first);
    let same = |place: &Place| std::ptr::eq(place, first) || frames && bits::plain_frame(place);
    levels.all(|level| field.at(level).is_some_and(same)).then_some(first)
}

/// Whether `EntryFormat` is written once for all levels: the frame and what decides about access is.
fn is_uniform(context: Context<'_>, format: &Format) -> bool {
    let decides = |field: &Field, place: &Place| {
        let depends = place.conditional.is_some() && matches!(place.role, Role::Hardware(_));
        matches!(place.role, Role::Frame { .. }) || field.decides(place, context.module) || depends
    };
    let mut deciding = format.fields.iter().filter(|field| field.places.iter().any(|place| decides(field, place)));
    deciding.all(|field| common(context, format, field).is_some())
}

/// The field with the frame, and where it sits at this level.
fn frame<'f>(format: &'f Format, level: &Ident) -> Option<(&'f Field, &'f Place)> {
    let fields = format.fields.iter();
    fields
        .filter_map(|field| Some((field, field.at(level)?)))
        .find(|(_, place)| matches!(place.role, Role::Frame { .. }))
}

/// Whether the format has an attributes struct: it is that of a leaf, and some table that is walked uses it, or it
/// stands alone.
fn has_attributes(context: Context<'_>, format: &Format) -> bool {
    let alone = context.module.head.is_none();
    let walked = context.module.tables.iter().filter(|table| table.is_walked());
    let used = walked.flat_map(|table| &table.entries).any(|name| *name == format.head.ident);
    format.has(Shape::Leaf) && format.word == Word::U64 && (alone || used)
}
