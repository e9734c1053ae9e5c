//! Bits: every bit of a format is described exactly once, for each shape and level.

use super::frames;
use super::report::{Report, levels};
use proc_macro2::{Ident, Span};
use pt_model::{BitList, BitRange, Format, Layout, LevelList, Module, Role, Slot, Source, Spanned, describe, spell};

pub(super) fn check(module: &Module, report: &mut Report) {
    for format in module.words() {
        let before = report.count();
        let word = format!("`{}`", format.head.ident);
        for bits in lists(format) {
            bit_list(bits, format.word.bits(), &word, report);
        }
        let (mut overlaps, mut gaps) = (Vec::new(), Vec::new());
        for name in &format.levels.names {
            for shape in module.shapes_at(format, &name.ident) {
                let layout = Layout::of(module, format, shape, &name.ident);
                find_overlaps(&layout, format.word.bits(), &name.ident, &mut overlaps);
                let described = layout.mask(|_| true) | frames::forgotten(module, format, &name.ident);
                note(&mut gaps, format.word.mask() & !described, &name.ident);
            }
        }
        for overlap in &overlaps {
            overlap.report(format, report);
        }
        // A range or a level that was misspelt leaves a gap, which needs no second error.
        if report.count() == before + 2 * overlaps.len() && !format.head.broken && !has_stray_level(format) {
            for (mask, levels) in &gaps {
                undescribed(format, *mask, levels, report);
            }
        }
    }
}

fn lists(format: &Format) -> impl Iterator<Item = &BitList> {
    let places = format.fields.iter().flat_map(|field| &field.places).map(|place| &place.bits);
    places.chain(format.classes.iter().map(|class| &class.bits))
}

fn has_stray_level(format: &Format) -> bool {
    let stray = |filter: &LevelList| {
        filter.names.is_empty() || filter.names.iter().any(|name| !format.levels.contains(&name.ident))
    };
    let places = format.fields.iter().flat_map(|field| &field.places).filter_map(|place| place.levels.as_ref());
    places.chain(format.classes.iter().filter_map(|class| class.levels.as_ref())).any(stray)
}

/// Ranges that are what they say, and disjoint.
fn bit_list(bits: &BitList, word: u32, what: &str, report: &mut Report) {
    let mut seen = 0;
    for one in &bits.ranges {
        range(one, word, what, report);
        let twice = seen & one.mask();
        if twice != 0 {
            report.error(one.span, format!("this list has {} twice", named(twice)));
        }
        seen |= one.mask();
    }
}

/// Whether a range runs upwards and ends inside a word.
pub(super) const fn is_range(range: &BitRange, word: u32) -> bool {
    range.low <= range.high && range.high < word
}

/// Whether every range of a list is one, and no bit is there twice.
pub(super) fn is_sound(bits: &BitList, word: u32) -> bool {
    bits.ranges.iter().all(|range| is_range(range, word)) && bits.mask().count_ones() == bits.width()
}

/// A range that runs upwards and ends inside the word of `what`.
pub(super) fn range(range: &BitRange, word: u32, what: &str, report: &mut Report) {
    let BitRange { low, high, span, high_span } = *range;
    if low > high {
        report.error(span, format!("this range is reversed, the lowest bit comes first: write `{high}..={low}`"));
    } else if high >= word {
        let last = word - 1;
        report.error(high_span, format!("there is no bit {high}: {what} has {word} bits, and the last is bit {last}"));
    }
}

/// Two descriptions of the same bits.
struct Overlap<'a> {
    first: Slot<'a>,
    second: Slot<'a>,
    mask: u128,
    levels: Vec<Ident>,
}

fn find_overlaps<'a>(layout: &Layout<'a>, word: u32, level: &Ident, found: &mut Vec<Overlap<'a>>) {
    for (position, second) in layout.slots.iter().enumerate() {
        for first in &layout.slots[..position] {
            let mask = first.mask & second.mask;
            // Of a misspelt range, nobody knows which bits were meant.
            if mask == 0 || !is_slot_sound(first, word) || !is_slot_sound(second, word) {
                continue;
            }
            let known = found.iter_mut().find(|known| {
                same_source(&known.first.source, &first.source) && same_source(&known.second.source, &second.source)
            });
            match known {
                Some(known) if known.levels.contains(level) => known.mask |= mask,
                Some(known) => {
                    known.mask |= mask;
                    known.levels.push(level.clone());
                }
                None => found.push(Overlap { first: *first, second: *second, mask, levels: vec![level.clone()] }),
            }
        }
    }
}

fn is_slot_sound(slot: &Slot<'_>, word: u32) -> bool {
    match slot.source {
        Source::Field(_, place) => is_sound(&place.bits, word),
        Source::Class(class) => is_sound(&class.bits, word),
        Source::Alignment => true,
    }
}

/// Whether the same attribute describes both.
fn same_source(one: &Source<'_>, other: &Source<'_>) -> bool {
    match (one, other) {
        (Source::Field(_, one), Source::Field(_, other)) => std::ptr::eq(*one, *other),
        (Source::Class(one), Source::Class(other)) => std::ptr::eq(*one, *other),
        (Source::Alignment, Source::Alignment) => true,
        _ => false,
    }
}

impl Overlap<'_> {
    fn report(&self, format: &Format, report: &mut Report) {
        let (first, second, bits) = (name_of(&self.first), name_of(&self.second), named(self.mask));
        let at = at_levels(format, &self.levels);
        if let (Source::Field(one, _), Source::Field(other, _)) = (self.first.source, self.second.source)
            && std::ptr::eq(one, other)
        {
            let message = format!("`{}` is described twice{at}: keep one, or give each its `levels(…)`", one.ident);
            return report.both((self.second.span, message), (self.first.span, "the first description is here"));
        }
        let mend = match self.second.source {
            Source::Class(_) => {
                format!("leave {} out of {second}", if self.mask.is_power_of_two() { "it" } else { "them" })
            }
            _ => format!("move {second}, or make one of the two narrower"),
        };
        let verb = if self.mask.is_power_of_two() { "belongs" } else { "belong" };
        report.both(
            (self.second.span, format!("{bits} {verb} to {first} already{at}: {mend}")),
            (self.first.span, format!("{first} has {bits}")),
        );
    }
}

fn name_of(slot: &Slot<'_>) -> String {
    match slot.source {
        Source::Field(field, _) => format!("`{}`", field.ident),
        Source::Class(class) => format!("`{}(…)`", class_word(class.role)),
        Source::Alignment => String::from("the alignment of the frame"),
    }
}

fn class_word(role: Role) -> &'static str {
    match role {
        Role::ReservedOnes => "reserved_ones",
        Role::Ignored => "ignored",
        Role::Software => "software",
        Role::Hardware(_) => "hardware",
        _ => "reserved",
    }
}

fn note(gaps: &mut Vec<(u128, Vec<Ident>)>, mask: u128, level: &Ident) {
    if mask == 0 {
        return;
    }
    match gaps.iter_mut().find(|(gap, _)| *gap == mask) {
        Some((_, levels)) if levels.contains(level) => {}
        Some((_, levels)) => levels.push(level.clone()),
        None => gaps.push((mask, vec![level.clone()])),
    }
}

fn undescribed(format: &Format, mask: u128, levels: &[Ident], report: &mut Report) {
    let name = &format.head.ident;
    let (is, spelt, at) = (if mask.is_power_of_two() { "is" } else { "are" }, spell(mask), at_levels(format, levels));
    let filter = if at.is_empty() {
        String::new()
    } else {
        let levels: Vec<_> = levels.iter().map(ToString::to_string).collect();
        format!(", levels({})", levels.join(", "))
    };
    let classes = if format.register { " or `reserved(…)`" } else { ", `reserved(…)` or `software(…)`" };
    let message = format!(
        "{} of `{name}` {is} not described{at}: add a field, or `ignored({spelt}{filter})`{classes} to its `#[{}]`",
        named(mask),
        format.attribute()
    );
    report.error(name.span(), message);
}

/// ` at PD and PT`, or nothing if that is everywhere.
fn at_levels(format: &Format, names: &[Ident]) -> String {
    if names.len() == format.levels.names.len() { String::new() } else { format!(" at {}", levels(names)) }
}

/// `bit 7`, `bits 11:8`.
pub(super) fn named(mask: u128) -> String {
    let bits = if mask.is_power_of_two() { "bit" } else { "bits" };
    format!("{bits} {}", describe(mask))
}

/// A value that has to fit into `bits`.
pub(super) fn fits(value: Spanned<u64>, bits: &BitList, what: &str, report: &mut Report) {
    value_fits(*value, value.span(), bits, what, report);
}

pub(super) fn value_fits(value: u64, span: Span, bits: &BitList, what: &str, report: &mut Report) {
    let width = bits.width();
    if width > 0 && !bits.holds(value) {
        let count = super::report::plural(width as usize, "bit");
        let largest = if width >= 64 { u64::MAX } else { (1 << width) - 1 };
        report.error(span, format!("{what} {value} does not fit into {width} {count}: the largest value is {largest}"));
    }
}
