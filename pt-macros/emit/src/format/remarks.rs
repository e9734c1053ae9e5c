//! What the documentation of a format says below its table of bits: when an entry is present, which values its fields
//! have names for, and what new and absent entries hold.

use super::levels;
use crate::Context;
use proc_macro2::Ident;
use pt_model::{Default, Field, FieldType, Format, Party, Place, Presence, Role};

/// The sentences, in a paragraph of their own.
pub(super) fn remarks(context: Context<'_>, format: &Format) -> String {
    let sentences = presence(format).into_iter().chain(frames(format)).chain(names(context, format));
    let sentences = sentences.chain(held(context, format)).chain(writers(format));
    let text = sentences.collect::<Vec<_>>().join(" ");
    if text.is_empty() { text } else { format!("\n\n{text}") }
}

/// When an entry is there.
fn presence(format: &Format) -> Option<String> {
    match format.presence.as_deref()? {
        Presence::Any(names) => {
            let tagged = names.iter().filter_map(|name| Some(format!("`{name}` is {}", tag(format, name)?)));
            let values = names.iter().filter(|name| tag(format, name).is_none()).map(|name| format!("`{name}`"));
            let values: Vec<_> = values.collect();
            let set = (!values.is_empty()).then(|| format!("{} is set", joined(&values, "or")));
            Some(format!("An entry is present if {}.", joined(&tagged.chain(set).collect::<Vec<_>>(), "or")))
        }
        Presence::State(states) => Some(format!("What an entry is, its state says: [`{states}`].")),
        Presence::Always => None,
    }
}

/// What a field is if it is a tag: one value, or one for each level.
fn tag(format: &Format, name: &Ident) -> Option<String> {
    let mut places = format.field(name)?.places.iter();
    let Role::Tag(first) = places.next()?.role else { return None };
    let same = places.all(|place| place.role == Role::Tag(first));
    Some(if same { first.to_string() } else { String::from("as above") })
}

/// `a, b or c`.
fn joined(parts: &[String], word: &str) -> String {
    match parts {
        [rest @ .., last] if !rest.is_empty() => format!("{} {word} {last}", rest.join(", ")),
        parts => parts.concat(),
    }
}

/// Which address bits the frame holds, where they are not those at the same place.
fn frames(format: &Format) -> impl Iterator<Item = String> {
    format.fields.iter().flat_map(|field| &field.places).filter_map(|place| {
        let Role::Frame { shift } = place.role else { return None };
        let ranges = &place.bits.ranges;
        let mut position = shift.or_else(|| Some(ranges.first()?.low))?;
        if matches!(ranges.as_slice(), [only] if only.low == position) {
            return None;
        }
        let held = ranges.iter().map(|range| {
            let low = position;
            position += range.width();
            format!("bits {} hold address bits {}", bits(range.low, range.high), bits(low, position - 1))
        });
        let held = joined(&held.collect::<Vec<_>>(), "and");
        let names = place.levels.iter().flat_map(|levels| &levels.names).map(|level| format!("`{}`", level.ident));
        match joined(&names.collect::<Vec<_>>(), "and").as_str() {
            "" => Some(format!("In the frame, {held}.")),
            levels => Some(format!("In the frame at {levels}, {held}.")),
        }
    })
}

/// `47:12`, `5`.
fn bits(low: u32, high: u32) -> String {
    if low == high { low.to_string() } else { format!("{high}:{low}") }
}

/// The values that have names, of the fields whose type is an enum of the declaration.
fn names<'f>(context: Context<'f>, format: &'f Format) -> impl Iterator<Item = String> + 'f {
    format.fields.iter().filter_map(move |field| {
        let FieldType::Values(values) = field.kind(context.module) else { return None };
        let variants = &context.module.values(&values)?.values;
        let named = variants.iter().filter_map(|value| Some(format!("{} `{}`", *value.number?, value.ident)));
        Some(format!("`{}` is one of [`{values}`]: {}.", field.ident, named.collect::<Vec<_>>().join(", ")))
    })
}

/// Which fields each party writes, where the declaration says so.
fn writers(format: &Format) -> impl Iterator<Item = String> {
    Party::ALL.into_iter().filter_map(|party| {
        let writes = |place: &Place| place.writers.iter().any(|writer| **writer == party);
        let fields = format.fields.iter().filter(|field| field.places.iter().any(writes));
        let names: Vec<_> = fields.map(|field| format!("`{}`", field.ident)).collect();
        let verb = if names.len() == 1 { "is" } else { "are" };
        (!names.is_empty()).then(|| format!("{} {verb} written by {}.", joined(&names, "and"), party.name()))
    })
}

/// What new and absent entries hold, as far as it is not zero.
fn held<'f>(context: Context<'f>, format: &'f Format) -> impl Iterator<Item = String> + 'f {
    let present = format.present_bit(context.module).map(|field| &field.ident);
    let new = move |field: &Field, place: &Place| {
        let value = place.default.as_ref().filter(|_| present != Some(&field.ident))?;
        Some(match &**value {
            Default::Number(number) => number.to_string(),
            Default::Bool(value) => u64::from(*value).to_string(),
            Default::Path(path) => format!("`{}`", path.segments.last()?.ident),
        })
    };
    let absent = |_: &Field, place: &Place| place.absent.map(|value| value.to_string());
    let new = holds(context, format, new).map(|fields| format!("In a new entry, {fields}."));
    let absent = holds(context, format, absent).map(|fields| format!("In an absent entry, {fields}."));
    new.into_iter().chain(absent)
}

/// `` `write` and `user` are 1, `memory_type` is `WriteBack` ``: the fields with a value, those of the same value together.
fn holds(context: Context<'_>, format: &Format, value: impl Fn(&Field, &Place) -> Option<String>) -> Option<String> {
    let mut groups: Vec<(String, Vec<String>)> = Vec::new();
    for field in &format.fields {
        let places = levels(context, format).filter_map(|level| field.at(level));
        let Some(value) = places.filter_map(|place| value(field, place)).find(|value| value != "0") else { continue };
        let name = format!("`{}`", field.ident);
        match groups.iter_mut().find(|(same, _)| *same == value) {
            Some((_, names)) => names.push(name),
            None => groups.push((value, vec![name])),
        }
    }
    let said = groups.iter().map(|(value, names)| match names.as_slice() {
        [name] => format!("{name} is {value}"),
        names => format!("{} are {value}", joined(names, "and")),
    });
    let said: Vec<_> = said.collect();
    (!said.is_empty()).then(|| joined(&said, "and"))
}
