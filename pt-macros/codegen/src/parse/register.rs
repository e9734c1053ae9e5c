//! `#[register(…)] struct`.

use super::entry::{class_bits, field_value};
use super::options::Options;
use super::{Errors, Reader, place, rust, take_named};
use darling::Error;
use proc_macro2::Span;
use pt_model::{Field, Format, LevelList, LevelName, Place, Role, Shape, Spanned, Word};
use syn::spanned::Spanned as _;
use syn::{Attribute, ItemStruct};

const CLASSES: [(&str, Role); 3] =
    [("reserved", Role::Reserved(0)), ("reserved_ones", Role::ReservedOnes), ("ignored", Role::Ignored)];

const FIELD_OPTIONS: [&str; 6] = ["address", "shift", "ignored", "reserved", "values", "default"];

/// A register is read as a format without shapes and levels: its one level has its name.
pub(super) fn read(reader: Reader, item: ItemStruct, errors: &mut Errors) -> Format {
    let mut head = reader.head(&item.attrs, &item.vis, item.ident);
    let mut options = Options::new(reader.tokens, &["reserved", "reserved_ones", "ignored"], errors);
    let classes: Vec<_> =
        CLASSES.iter().flat_map(|(name, role)| options.all(name).into_iter().map(|meta| (meta, *role))).collect();
    head.broken |= !options.are_understood();
    let written = classes.len();
    let classes: Vec<_> = classes.into_iter().filter_map(|(meta, role)| class_bits(&meta, role, errors)).collect();
    head.broken |= classes.len() != written;
    let mut fields = Vec::new();
    for item in item.fields {
        let Some(ident) = item.ident else {
            errors.push(Error::custom("a field of a register has a name").with_span(&item.ty));
            head.broken = true;
            continue;
        };
        let mut attrs = item.attrs;
        let mut attributes = take_named(&mut attrs, "bits").into_iter();
        let first = attributes.next();
        if first.is_none() {
            errors.push(Error::custom(format!("where is `{ident}`? Add `#[bits(LOW..=HIGH)]`")).with_span(&ident));
        }
        for again in attributes {
            let message = "a register has no levels at which a field could be elsewhere: keep one `#[bits]`";
            errors.push(Error::custom(message).with_span(&again));
        }
        let place = first.and_then(|attribute| place(&attribute, errors));
        head.broken |= place.is_none();
        fields.push(Field {
            attrs: rust::attributes(&attrs),
            ident,
            ty: rust::ty(&item.ty),
            places: place.into_iter().collect(),
        });
    }
    let level = LevelName { ident: head.ident.clone(), shift: None };
    let levels = LevelList { names: vec![level], span: head.span };
    let shapes = vec![Spanned::new(Shape::Absent, head.span)];
    Format {
        head,
        register: true,
        shapes,
        levels,
        word: Word::U64,
        presence: None,
        classes,
        illegal: Vec::new(),
        fields,
    }
}

fn place(attribute: &Attribute, errors: &mut Errors) -> Option<Place> {
    let (bits, rest) = place::positions(attribute, errors);
    let mut options = Options::new(rest, &FIELD_OPTIONS, errors);
    let (role, role_span) = role(&mut options);
    let (default, values) = place::default(&mut options, "register");
    let understood = options.are_understood();
    let default = default.and_then(|value| errors.handle(field_value(&value)));
    if !understood {
        return None;
    }
    let bits = bits?;
    Some(Place {
        role_span: role_span.unwrap_or(bits.span),
        bits,
        role,
        levels: None,
        allows: Vec::new(),
        denies: Vec::new(),
        writers: Vec::new(),
        absent: None,
        values,
        default,
        conditional: None,
        span: attribute.span(),
    })
}

/// What the bits are for, and where that is written.
fn role(options: &mut Options<'_>) -> (Role, Option<Span>) {
    let mut roles: Vec<_> = place::frame(options, "address").into_iter().collect();
    roles.extend(place::reserved(options));
    roles.extend(options.flag("ignored").map(|span| (Role::Ignored, span)));
    place::only(&roles, &["address", "ignored", "reserved"], options.errors())
}
