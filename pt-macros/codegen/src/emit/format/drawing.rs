//! The bits of a format as a table in its documentation, highest first, as the manuals draw them: one column for
//! the levels that agree in every bit.

use super::levels;
use crate::emit::Context;
use crate::model::{Format, Layout, Place, Role, Slot, Source};
use std::fmt::Write as _;

/// The table, in Markdown.
pub(super) fn draw(context: Context<'_>, format: &Format) -> String {
    let width = format.word.bits() as usize;
    let mut columns: Vec<(Vec<String>, Vec<String>)> = Vec::new();
    for level in levels(context, format) {
        let cells = cells(&Layout::merged(context.module, format, level), width);
        match columns.iter_mut().find(|(same, _)| *same == cells) {
            Some((_, names)) => names.push(format!("`{level}`")),
            None => columns.push((cells, vec![format!("`{level}`")])),
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
    table
}

/// What each bit is, lowest first.
fn cells(layout: &Layout<'_>, width: usize) -> Vec<String> {
    let mut cells = vec![String::from("?"); width];
    for slot in &layout.slots {
        for (bit, cell) in cells.iter_mut().enumerate().filter(|(bit, _)| slot.mask >> bit & 1 != 0) {
            *cell = describe(slot, bit);
        }
    }
    cells
}

fn describe(slot: &Slot<'_>, bit: usize) -> String {
    let name = match slot.source {
        Source::Field(field, place) => format!("{}`{}`", piece(place, bit), field.ident),
        Source::Class(_) | Source::Alignment => String::new(),
    };
    let class = match slot.role {
        Role::Value | Role::Frame { .. } => return name,
        Role::Tag(value) => return format!("{name} = {value}"),
        Role::Hardware(_) => "set by the CPU",
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
