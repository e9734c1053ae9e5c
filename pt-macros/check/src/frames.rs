//! Frames: where an entry points to. The field covers every address bit from the alignment of what it points to.

use super::report::Report;
use proc_macro2::Ident;
use pt_model::{BitRange, Field, Format, Module, PAGE_SHIFT, Place, Role, Shape};

pub(super) fn check(module: &Module, report: &mut Report) {
    for register in &module.registers {
        for (field, place) in frames(register) {
            ends_outside(field, place, report);
        }
    }
    for format in &module.formats {
        if two_frames(format, report) {
            continue;
        }
        for (field, place) in frames(format) {
            if !ends_outside(field, place, report) {
                alignment(module, format, field, place, report);
            }
        }
    }
}

/// Whether an entry points to two places at a level, which is reported.
fn two_frames(format: &Format, report: &mut Report) -> bool {
    let frames = frames(format);
    for level in &format.levels.names {
        let mut here = frames.iter().filter(|(_, place)| place.is_at(&level.ident));
        if let (Some((first, _)), Some((second, place))) = (here.next(), here.next())
            && !std::ptr::eq(*first, *second)
        {
            let message = format!("`{}` is the frame already: an entry points to one place", first.ident);
            let again = format!("the frame, as `{}` is again", second.ident);
            report.both((place.bits.span, message), (first.ident.span(), again));
            return true;
        }
    }
    false
}

fn frames(format: &Format) -> Vec<(&Field, &Place)> {
    let places = format.fields.iter().flat_map(|field| field.places.iter().map(move |place| (field, place)));
    places.filter(|(_, place)| matches!(place.role, Role::Frame { .. }) && place.bits.width() > 0).collect()
}

/// Whether the field ends outside of an address, which is reported.
fn ends_outside(field: &Field, place: &Place, report: &mut Report) -> bool {
    let top = place.frame_shift().saturating_add(place.bits.width());
    let outside = top > 64;
    if outside {
        let message = format!(
            "`{}` would store address bits up to {}, and an address has 64: make it narrower, or lower `shift`",
            field.ident,
            top - 1
        );
        report.error(place.bits.span, message);
    }
    outside
}

/// The bits just below a frame field that would store the address bits it should store and does not.
pub(super) fn forgotten(module: &Module, format: &Format, level: &Ident) -> u128 {
    let Some((_, place)) = frames(format).into_iter().find(|(_, place)| place.is_at(level)) else { return 0 };
    let alignments = format.levels.names.iter().map(|name| &name.ident).filter(|level| place.is_at(level));
    let alignments = alignments.flat_map(|level| {
        module.shapes_at(format, level).filter_map(move |shape| alignment_of(module, format, shape, level))
    });
    let (Some((aligned, _)), Some(first)) = (alignments.min(), place.bits.ranges.first()) else { return 0 };
    let count = place.frame_shift().saturating_sub(aligned).min(first.low);
    BitRange::new(first.low - count, first.low, first.span).mask() & !first.mask()
}

/// The field begins where an address of the page or table can have its lowest one, or below: what lies below the
/// alignment of a block is reserved. Below the alignment of any page it would store nothing at all.
fn alignment(module: &Module, format: &Format, field: &Field, place: &Place, report: &mut Report) {
    let begins = place.frame_shift();
    let name = &field.ident;
    if begins < PAGE_SHIFT {
        let message = format!(
            "`{name}` stores the address from bit {begins} on, and a page is aligned to bit {PAGE_SHIFT}: begin at bit \
             {PAGE_SHIFT}, or add `shift = {PAGE_SHIFT}` if its lowest bit stores address bit {PAGE_SHIFT}"
        );
        return report.error(place.bits.span, message);
    }
    for level in format.levels.names.iter().map(|name| &name.ident).filter(|level| place.is_at(level)) {
        for shape in module.shapes_at(format, level) {
            let Some((aligned, what)) = alignment_of(module, format, shape, level) else { continue };
            if begins > aligned {
                let first = place.bits.ranges.first().map_or(0, |range| range.low);
                let mend = match first.checked_sub(begins - aligned) {
                    Some(bit) => format!("begin at bit {bit}"),
                    None => format!("lower `shift` to {aligned}"),
                };
                let message = format!(
                    "{what} is aligned to bit {aligned}, and `{name}` stores its address from bit {begins} on: {mend}"
                );
                return report.error(place.bits.span, message);
            }
        }
    }
}

/// What an entry of this shape points to, and the lowest bit of its address that may be one.
fn alignment_of(module: &Module, format: &Format, shape: Shape, level: &Ident) -> Option<(u32, String)> {
    match shape {
        Shape::Leaf => Some((module.shift(format, level)?.max(PAGE_SHIFT), format!("a leaf of `{level}`"))),
        Shape::Table => {
            // A table fills its entries of eight bytes, and at least a page.
            let below = module.levels.as_ref().and_then(|levels| levels.below(level));
            let bytes = below.map_or(0, |below| below.index.width() + 3);
            Some((bytes.max(PAGE_SHIFT), format!("a table below `{level}`")))
        }
        Shape::Absent => None,
    }
}
