//! `#[entry(…)] struct` and the `#[bits(…)]` of its fields.

use super::bits::{bits, levels};
use super::condition;
use super::options::{Options, alternatives, idents, number, path, split_at_commas, word};
use super::{Errors, Reader, place, rust, take_named};
use darling::Error;
use proc_macro2::{Span, TokenStream, TokenTree};
use pt_model::{
    BitList, ClassBits, Default, Field, Format, HardwareBit, LevelList, Party, Permission, Place, Presence, Role,
    Shape, Spanned, Spanning, Word,
};
use syn::spanned::Spanned as _;
use syn::{Attribute, Expr, Ident, ItemStruct, Lit, Meta};

const SHAPES: [(&str, Shape); 3] = [("leaf", Shape::Leaf), ("table", Shape::Table), ("absent", Shape::Absent)];

const CLASSES: [(&str, Role); 5] = [
    ("reserved", Role::Reserved(0)),
    ("reserved_ones", Role::ReservedOnes),
    ("ignored", Role::Ignored),
    ("software", Role::Software),
    ("hardware", Role::Hardware(None)),
];

const PERMISSIONS: [(&str, Permission); 5] = [
    ("read", Permission::Read),
    ("write", Permission::Write),
    ("execute", Permission::Execute),
    ("user", Permission::User),
    ("user_execute", Permission::UserExecute),
];

const FORMAT_OPTIONS: [&str; 13] = [
    "leaf",
    "table",
    "absent",
    "levels",
    "present",
    "state",
    "word",
    "reserved",
    "reserved_ones",
    "ignored",
    "software",
    "hardware",
    "illegal",
];

const FIELD_OPTIONS: [&str; 18] = [
    "frame",
    "shift",
    "tag",
    "span",
    "napot",
    "hardware",
    "software",
    "ignored",
    "reserved",
    "levels",
    "allows",
    "denies",
    "absent",
    "values",
    "default",
    "if",
    "else",
    "written_by",
];

pub(super) fn read(reader: Reader, item: ItemStruct, errors: &mut Errors) -> Format {
    let mut head = reader.head(&item.attrs, &item.vis, item.ident);
    let mut options = Options::new(reader.tokens, &FORMAT_OPTIONS, errors);
    let shapes = options.flags(&SHAPES);
    let word = options.word("word", &[("u64", Word::U64), ("u128", Word::U128)]);
    let presence = presence(&mut options);
    let named_levels = options.list("levels");
    let classes: Vec<_> =
        CLASSES.iter().flat_map(|(name, role)| options.all(name).into_iter().map(|meta| (meta, *role))).collect();
    let illegal = options.all("illegal");
    head.broken |= !options.are_understood();

    let levels = if let Some((tokens, span)) = named_levels {
        levels(tokens, span, errors)
    } else {
        if !head.broken {
            let message = "at which levels does this format occur? Add `levels(…)`";
            errors.push(Error::custom(message).with_span(&head.ident));
        }
        head.broken = true;
        LevelList { names: Vec::new(), span: head.span }
    };
    if shapes.is_empty() && !head.broken {
        let message = "what do these entries point to? Add `leaf`, `table` or `absent`";
        errors.push(Error::custom(message).with_span(&head.ident));
        head.broken = true;
    }
    let written = classes.len();
    let classes: Vec<_> = classes.into_iter().filter_map(|(meta, role)| class_bits(&meta, role, errors)).collect();
    head.broken |= classes.len() != written;
    let written = illegal.len();
    let illegal: Vec<_> = illegal.iter().filter_map(|meta| condition::illegal(meta, errors)).collect();
    head.broken |= illegal.len() != written;
    let mut fields = Vec::new();
    for item in item.fields {
        let Some(ident) = item.ident else {
            errors.push(Error::custom("a field of a format has a name").with_span(&item.ty));
            head.broken = true;
            continue;
        };
        let mut attrs = item.attrs;
        let attributes = take_named(&mut attrs, "bits");
        if attributes.is_empty() {
            errors.push(Error::custom(format!("where is `{ident}`? Add `#[bits(LOW..=HIGH)]`")).with_span(&ident));
        }
        let written = attributes.len();
        let places: Vec<_> = attributes.iter().filter_map(|attribute| place(attribute, errors)).collect();
        head.broken |= written == 0 || places.len() != written;
        fields.push(Field { attrs: rust::attributes(&attrs), ident, ty: rust::ty(&item.ty), places });
    }
    let word = word.map_or(Word::U64, |word| *word);
    Format { head, register: false, shapes, levels, word, presence, classes, illegal, fields }
}

fn presence(options: &mut Options<'_>) -> Option<Spanned<Presence>> {
    let present = options.value("present");
    let state = options.ident("state");
    match (present, state) {
        (Some(_), Some(state)) => {
            let message = "`present` and `state` both say when an entry is present: keep one of them";
            options.errors().push(Error::custom(message).with_span(&state));
            let span = state.span();
            Some(Spanned::new(Presence::State(state), span))
        }
        (Some(present), None) => {
            let names = options.errors().handle(alternatives(&present))?;
            let always = names.len() == 1 && names[0] == "always";
            let presence = if always { Presence::Always } else { Presence::Any(names) };
            Some(Spanned::new(presence, present.span()))
        }
        (None, Some(state)) => {
            let span = state.span();
            Some(Spanned::new(Presence::State(state), span))
        }
        (None, None) => None,
    }
}

/// `reserved(3..=6, 8, levels(A, B))`.
pub(super) fn class_bits(meta: &Meta, role: Role, errors: &mut Errors) -> Option<ClassBits> {
    let Meta::List(list) = meta else {
        let name = meta.path().get_ident().map(ToString::to_string).unwrap_or_default();
        errors.push(Error::custom(format!("which bits? Write `{name}(LOW..=HIGH)`")).with_span(meta));
        return None;
    };
    let (mut ranges, mut filter, mut writers) = (Vec::new(), None, Vec::new());
    for chunk in split_at_commas(list.tokens.clone()) {
        if let Some((tokens, span)) = level_filter(&chunk) {
            filter = Some(levels(tokens, span, errors));
        } else if let Some((tokens, _)) = named_list(&chunk, "written_by") {
            writers.extend(parties(idents(tokens), errors));
        } else {
            ranges.push(errors.handle(bits(&chunk)));
        }
    }
    // A list of which a part cannot be read is none: the bits of that part are not forgotten.
    let ranges = ranges.into_iter().collect::<Option<Vec<_>>>()?.into_iter().flat_map(|bits| bits.ranges).collect();
    Some(ClassBits { role, bits: BitList { ranges, span: list.span() }, levels: filter, writers, span: meta.span() })
}

pub(super) fn level_filter(chunk: &TokenStream) -> Option<(TokenStream, Span)> {
    named_list(chunk, "levels")
}

/// `name(…)`.
fn named_list(chunk: &TokenStream, wanted: &str) -> Option<(TokenStream, Span)> {
    let mut tokens = chunk.clone().into_iter();
    match (tokens.next()?, tokens.next()?) {
        (TokenTree::Ident(name), TokenTree::Group(group)) if name == wanted => Some((group.stream(), chunk.span())),
        _ => None,
    }
}

fn place(attribute: &Attribute, errors: &mut Errors) -> Option<Place> {
    let (bits, rest) = place::positions(attribute, errors);
    let mut options = Options::new(rest, &FIELD_OPTIONS, errors);
    let (role, role_span) = role(&mut options);
    let allows = permissions(&mut options, "allows");
    let denies = permissions(&mut options, "denies");
    let writers = options.idents("written_by").map_or_else(Vec::new, |names| parties(Ok(names), options.errors()));
    let absent = options.number("absent");
    let (default, values) = place::default(&mut options, "entry");
    let conditional = condition::of_field(&mut options);
    let filter = options.list("levels");
    let understood = options.are_understood();
    let default = default.and_then(|value| errors.handle(field_value(&value)));
    let filter = filter.map(|(tokens, span)| levels(tokens, span, errors));
    if !understood {
        return None;
    }
    let bits = bits?;
    let (role_span, span) = (role_span.unwrap_or(bits.span), attribute.span());
    Some(Place {
        bits,
        role,
        role_span,
        levels: filter,
        allows,
        denies,
        writers,
        absent,
        values,
        default,
        conditional,
        span,
    })
}

/// The one option that says what the bits are for, and where its value is.
fn role(options: &mut Options<'_>) -> (Role, Option<Span>) {
    let mut roles: Vec<_> = place::frame(options, "frame").into_iter().collect();
    if let Some(tag) = options.number("tag") {
        roles.push((Role::Tag(*tag), tag.span()));
    }
    for (name, coded) in [("span", false), ("napot", true)] {
        let leaves = options.number(name);
        roles.extend(leaves.map(|leaves| (Role::Span(Spanning { leaves: *leaves, coded }), leaves.span())));
    }
    match options.one("hardware") {
        Some(Meta::NameValue(meta)) => {
            let words = [("accessed", HardwareBit::Accessed), ("dirty", HardwareBit::Dirty)];
            let bit = super::options::ident(&meta.value);
            let bit = options.errors().handle(bit).and_then(|name| word(&name, &words, options.errors()));
            roles.push((Role::Hardware(bit.map(|bit| *bit)), meta.span()));
        }
        Some(meta) => roles.push((Role::Hardware(None), meta.span())),
        None => {}
    }
    roles.extend(place::reserved(options));
    for (name, role) in [("software", Role::Software), ("ignored", Role::Ignored)] {
        roles.extend(options.flag(name).map(|span| (role, span)));
    }
    place::only(&roles, &["frame", "tag", "span", "hardware", "software", "ignored", "reserved"], options.errors())
}

pub(super) fn permissions(options: &mut Options<'_>, name: &'static str) -> Vec<Spanned<Permission>> {
    let Some(value) = options.value(name) else { return Vec::new() };
    let errors = options.errors();
    let names = errors.handle(alternatives(&value)).unwrap_or_default();
    names.iter().filter_map(|name| word(name, &PERMISSIONS, errors)).collect()
}

/// The parties that these words name.
fn parties(names: Result<Vec<Ident>, Error>, errors: &mut Errors) -> Vec<Spanned<Party>> {
    let words = Party::ALL.map(|party| (party.word(), party));
    let names = errors.handle(names).unwrap_or_default();
    names.iter().filter_map(|name| word(name, &words, errors)).collect()
}

/// `7`, `true`, or the name of a variant or constant.
pub(super) fn field_value(value: &Expr) -> Result<Spanned<Default>, Error> {
    let read = match value {
        Expr::Lit(syn::ExprLit { lit: Lit::Bool(literal), .. }) => Default::Bool(literal.value),
        Expr::Path(_) => Default::Path(rust::path(&path(value)?)),
        _ => Default::Number(*number(value)?),
    };
    Ok(Spanned::new(read, value.span()))
}
