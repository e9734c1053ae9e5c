//! `#[register(…)] struct`.

use super::bits::bits;
use super::entry::{class_bits, field_value};
use super::options::{Options, number};
use super::{Errors, Reader, arguments, first_and_rest, rust, take_named};
use darling::Error;
use proc_macro2::Span;
use pt_model::{Field, Format, LevelList, LevelName, Place, Role, Shape, Spanned, Word};
use syn::spanned::Spanned as _;
use syn::{Attribute, ItemStruct, Meta};

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
    let (first, rest) = first_and_rest(arguments(attribute, errors));
    let bits = if first.is_empty() {
        errors.push(Error::custom("which bits? Write `#[bits(LOW..=HIGH)]`").with_span(attribute));
        None
    } else {
        errors.handle(bits(&first))
    };
    let mut options = Options::new(rest, &FIELD_OPTIONS, errors);
    let (role, role_span) = role(&mut options);
    let default = options.value("default");
    let values = options.flag("values");
    if let (Some(values), None) = (values, &default) {
        let message = "which value has a new register? An enum declared elsewhere needs `default = VARIANT`";
        options.errors().push(Error::custom(message).with_span(&values));
    }
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
    let shift = options.number("shift");
    let mut roles = Vec::new();
    if let Some(span) = options.flag("address") {
        let shift = shift.map(|shift| u32::try_from(*shift).unwrap_or(u32::MAX));
        roles.push((Role::Frame { shift }, span));
    } else if let Some(shift) = shift {
        let message = "`shift` belongs to `address`: it is the lowest address bit that the field stores";
        options.errors().push(Error::custom(message).with_span(&shift.span()));
    }
    match options.one("reserved") {
        Some(Meta::NameValue(meta)) => {
            let value = options.errors().handle(number(&meta.value));
            roles.push((Role::Reserved(value.map_or(0, |value| *value)), meta.value.span()));
        }
        Some(meta) => roles.push((Role::Reserved(0), meta.span())),
        None => {}
    }
    roles.extend(options.flag("ignored").map(|span| (Role::Ignored, span)));
    for (_, again) in roles.iter().skip(1) {
        let message = "a field is for one thing: keep one of `address`, `ignored`, `reserved`";
        options.errors().push(Error::custom(message).with_span(again));
    }
    roles.first().map_or((Role::Value, None), |(role, span)| (*role, Some(*span)))
}
