//! The bits of a format as a table in its documentation, highest first, as the manuals draw them: one column for
//! the levels that agree in every bit.

use super::remarks::remarks;
use super::{frame, levels};
use crate::Context;
use crate::levels::size;
use proc_macro2::Ident;
use pt_model::{Conditional, Format, Layout, Otherwise, Place, Role, Shape, Slot, Source};
use std::fmt::Write as _;

/// The table, in Markdown.
pub(super) fn draw(context: Context<'_>, format: &Format) -> String {
    let width = format.word.bits() as usize;
    let mut columns: Vec<(Vec<String>, Vec<String>)> = Vec::new();
    for level in levels(context, format) {
        let cells = cells(&Layout::merged(context.module, format, level), width);
        match columns.iter_mut().find(|(same, _)| *same == cells) {
            Some((_, names)) => names.push(heading(context, format, level)),
            None => columns.push((cells, vec![heading(context, format, level)])),
        }
    }
    let mut table = String::from("| bits |");
    for (_, names) in &columns {
        let _ = write!(table, " {} |", names.join(", "));
    }
    table.push_str("\n|---|");
    table.push_str(&"---|".repeat(columns.len()));
    let mut high = width;
    while high > 0 {
        let row = |bit: usize| columns.iter().map(move |(cells, _)| &cells[bit]);
        let low = (0..high).rev().take_while(|bit| row(*bit).eq(row(high - 1))).last().unwrap_or(high - 1);
        let bits = if low + 1 == high { low.to_string() } else { format!("{}:{low}", high - 1) };
        let _ = write!(table, "\n| {bits} |");
        for cell in row(low) {
            let _ = write!(table, " {cell} |");
        }
        high = low;
    }
    table + &remarks(context, format) + &rules(context, format)
}

/// A level, and how large its pages are, if it has some.
fn heading(context: Context<'_>, format: &Format, level: &Ident) -> String {
    let leaves = context.module.shapes_at(format, level).any(|shape| shape == Shape::Leaf);
    match context.module.shift(format, level).filter(|_| leaves) {
        Some(shift) => format!("`{level}` ({})", size(shift)),
        None => format!("`{level}`"),
    }
}

/// What each bit is, lowest first.
fn cells(layout: &Layout<'_>, width: usize) -> Vec<String> {
    let mut cells = vec![String::from("?"); width];
    for slot in &layout.slots {
        for (bit, cell) in cells.iter_mut().enumerate().filter(|(bit, _)| slot.mask >> bit & 1 != 0) {
            *cell = describe(slot, bit);
            if let Some(condition) = condition(slot) {
                cell.push_str(&condition);
            }
        }
    }
    cells
}

/// When the bits are that, and what they are otherwise.
fn condition(slot: &Slot<'_>) -> Option<String> {
    let Source::Field(_, place) = slot.source else { return None };
    let Conditional { condition, otherwise } = place.conditional.as_ref()?;
    let otherwise = match otherwise {
        Otherwise::Reserved => "reserved (0)",
        Otherwise::Ignored => "ignored",
        Otherwise::Software => "software",
    };
    Some(format!(" if `{condition}`, else {otherwise}"))
}

/// What a format forbids beside reserved bits, as sentences.
fn rules(context: Context<'_>, format: &Format) -> String {
    let mut text = String::new();
    let config = context.module.config.as_ref();
    if let Some(width) = config.and_then(pt_model::Config::width)
        && levels(context, format).any(|level| frame(format, level).is_some())
    {
        let bit =
            config.and_then(pt_model::Config::bit).map_or_else(String::new, |bit| format!(", but for `{}`", bit.ident));
        let _ = write!(text, "\n\nFrame bits from `{}` on are reserved{bit}.", width.ident);
    }
    if format.has(Shape::Leaf) {
        for level in levels(context, format) {
            if let Some(condition) = context.module.level(level).and_then(|level| level.leaf_if.as_ref()) {
                let _ = write!(text, "\n\nThere are leaves of `{level}` if `{condition}`.");
            }
        }
    }
    if !format.illegal.is_empty() {
        text.push_str("\n\nMalformed:");
        for illegal in &format.illegal {
            let _ = write!(text, "\n- `{illegal}`");
        }
    }
    text
}

fn describe(slot: &Slot<'_>, bit: usize) -> String {
    let (plain, piece) = match slot.source {
        Source::Field(field, place) => (format!("`{}`", field.ident), piece(place, bit)),
        Source::Class(_) | Source::Alignment => (String::new(), String::new()),
    };
    let name = piece + &plain;
    let class = match slot.role {
        Role::Value => return name + &permissions(slot),
        Role::Frame { .. } => return plain,
        Role::Tag(value) => return format!("{name} = {value}"),
        Role::Hardware(_) => "set by the CPU",
        Role::Span(spanning) => return format!("{name}, one of {}", spanning.leaves),
        Role::Software => "software",
        Role::Ignored => "ignored",
        Role::Reserved(value) => {
            let value = if name.is_empty() { 0 } else { value };
            return if name.is_empty() { format!("reserved ({value})") } else { format!("{name}, reserved ({value})") };
        }
        Role::ReservedOnes => "reserved (1)",
    };
    if name.is_empty() { String::from(class) } else { format!("{name}, {class}") }
}

/// What a set bit lets through, or does not, unless its name says so.
fn permissions(slot: &Slot<'_>) -> String {
    let Source::Field(field, place) = slot.source else { return String::new() };
    if place.denies.is_empty() && matches!(place.allows.as_slice(), [only] if field.ident == only.word()) {
        return String::new();
    }
    let mut text = String::new();
    for (does, permissions) in [("allows", &place.allows), ("denies", &place.denies)] {
        let words: Vec<_> = permissions.iter().map(|permission| permission.word()).collect();
        if !words.is_empty() {
            let _ = write!(text, ", {does} {}", words.join(" and "));
        }
    }
    text
}

/// Of a scattered field, which of its bits are here: `4:1 of `.
fn piece(place: &Place, bit: usize) -> String {
    if place.bits.ranges.len() < 2 {
        return String::new();
    }
    let mut position = 0;
    for range in &place.bits.ranges {
        if range.mask() >> bit & 1 != 0 {
            let last = position + range.width() - 1;
            return if last == position { format!("{position} of ") } else { format!("{last}:{position} of ") };
        }
        position += range.width();
    }
    String::new()
}
