//! Geometry: the width of an input address is what the root and the levels below it index, and the bit that
//! splits the address space is the topmost bit of it.

use super::bits;
use super::levels;
use super::report::Report;
use pt_model::{BitRange, Extension, Geometry, Level, Levels, Module, PAGE_SHIFT, Root, Split, SplitBit, Width};

/// An entry has `1 << ENTRY_SHIFT` bytes.
const ENTRY_SHIFT: u32 = 3;

pub(super) fn check(module: &Module, report: &mut Report) {
    let Some(geometry) = &module.geometry else { return };
    if geometry.roots.is_empty() && !geometry.head.broken {
        let message =
            "a geometry has at least one variant: add `#[root(LEVEL)] Name`, with the level of the root table";
        report.error(geometry.head.ident.span(), message);
    }
    space(geometry, report);
    all_or_none(geometry, report);
    one_split(geometry, report);
    let Some(levels) = &module.levels else { return };
    let sound = levels::tile(levels);
    for root in &geometry.roots {
        match levels.get(&root.level) {
            Some(level) if sound => check_root(root, level, report),
            Some(_) => {}
            None if levels.head.broken => {}
            None => report.unknown("level", &root.level, levels.levels.iter().map(|level| &level.ident)),
        }
    }
    if sound {
        every_level_is_used(geometry, levels, report);
    }
}

/// The first level is a root: no table has a level that is above every root.
fn every_level_is_used(geometry: &Geometry, levels: &Levels, report: &mut Report) {
    let known = geometry.roots.iter().all(|root| levels.get(&root.level).is_some());
    let (Some(first), Some(root)) = (levels.levels.first(), geometry.roots.first()) else { return };
    if known && !geometry.head.broken && geometry.roots.iter().all(|root| root.level != first.ident) {
        let message = format!(
            "no table has the level `{0}`, which is above the root of every `{1}`: write `#[root({0})]` at one, or remove \
             the level",
            first.ident, geometry.head.ident
        );
        report.both((first.ident.span(), message), (root.level.span(), format!("the root is at `{}`", root.level)));
    }
}

/// Whether the addresses of a geometry that is not split are virtual. `None` where it contradicts itself.
pub(super) fn is_virtual(geometry: &Geometry) -> Option<bool> {
    match (&geometry.space, geometry.extension) {
        (None, extension) => Some(extension != Extension::Zero),
        (Some(space), _) if space == "Virtual" => Some(true),
        (Some(space), Extension::Zero) if space == "Guest" => Some(false),
        _ => None,
    }
}

/// `space = …` names a space that is not split.
fn space(geometry: &Geometry, report: &mut Report) {
    let Some(space) = &geometry.space else { return };
    if geometry.is_split() {
        let message = "a split address space has two spaces, the shared and the private half: remove `space`";
        report.error(space.span(), message);
    } else if space != "Guest" && space != "Virtual" {
        let message = format!("unknown space `{space}`: an address space that is not split is `Guest` or `Virtual`");
        report.error(space.span(), message);
    } else if geometry.extension == Extension::Halves {
        report.error(space.span(), "the two ends of an address space are virtual by themselves: remove `space`");
    } else if space == "Guest" && geometry.extension == Extension::Sign {
        let message = "guest-physical addresses are not sign-extended: write `space = Virtual`, or `extend = zero`";
        report.error(space.span(), message);
    }
}

/// The address space is split for every variant, or for none.
fn all_or_none(geometry: &Geometry, report: &mut Report) {
    let split = geometry.roots.iter().find(|root| root.split.is_some());
    let whole = geometry.roots.iter().find(|root| root.split.is_none());
    if let (Some(split), Some(whole), false) = (split, whole, geometry.head.broken) {
        let message = format!(
            "`{}` has no split and `{}` has one: add `split(bit = …, shared = …)` here, or remove it there",
            whole.ident, split.ident
        );
        let span = split.split.as_ref().map_or(split.span, |split| split.span);
        report.both((whole.ident.span(), message), (span, format!("the split of `{}`", split.ident)));
    }
}

/// An address space with two ends has no bit that splits it.
fn one_split(geometry: &Geometry, report: &mut Report) {
    if geometry.extension == Extension::Halves
        && let Some(split) = geometry.roots.iter().find_map(|root| root.split.as_ref())
    {
        let message = "an address space with two ends is split already: remove `split`, or `extend = halves`";
        report.error(split.span, message);
    }
}

fn check_root(root: &Root, level: &Level, report: &mut Report) {
    let before = report.count();
    let tables = root.tables.map_or(1, |tables| tables_side_by_side(tables, level, report));
    if report.count() != before {
        return;
    }
    // So many address bits are there to be indexed. Tables side by side are indexed as one.
    let limit = level.index.high.saturating_add(1).saturating_add(tables.ilog2());
    match &root.width {
        Some(Width::Runtime(range)) => runtime_width(root, *range, level, limit, report),
        Some(Width::Fixed(width)) => {
            width_fits(**width, width.span(), level, limit, report);
            no_field(root, report);
        }
        None => no_field(root, report),
    }
    if report.count() != before {
        return;
    }
    if let Some(split) = &root.split {
        check_split(root, split, limit, report);
    }
}

/// `tables = …`: the largest number of root tables.
fn tables_side_by_side(tables: BitRange, level: &Level, report: &mut Report) -> u32 {
    let BitRange { low, high, span, .. } = tables;
    if low > high {
        report.error(span, format!("this range is reversed: write `{high}..={low}`"));
    } else if low == 0 || !low.is_power_of_two() || !high.is_power_of_two() {
        let message = "the root is a power of two of tables side by side: write a number such as `4`, or a range \
                       such as `1..=16`";
        report.error(span, message);
    } else if high > 1 && level.index.width() + ENTRY_SHIFT < PAGE_SHIFT {
        let message = format!(
            "a table of `{}` has {} bytes, and tables side by side are whole pages: remove `tables`",
            level.ident,
            1_u64 << (level.index.width() + ENTRY_SHIFT)
        );
        report.error(span, message);
    }
    high.max(1)
}

fn width_fits(width: u32, span: proc_macro2::Span, level: &Level, limit: u32, report: &mut Report) {
    let name = &level.ident;
    if width > limit || width > 64 {
        let top = limit.saturating_sub(1);
        let message = format!("a root at `{name}` indexes address bits up to {top}: the width is at most {limit}");
        report.error(span, message);
    } else if width <= PAGE_SHIFT {
        let message = format!("{width} bits are less than one page has: the width is more than {PAGE_SHIFT}");
        report.error(span, message);
    }
}

fn runtime_width(root: &Root, range: BitRange, level: &Level, limit: u32, report: &mut Report) {
    let BitRange { low, high, span, high_span } = range;
    if low > high {
        report.error(span, format!("this range is reversed: write `{high}..={low}`"));
    } else {
        width_fits(high, high_span, level, limit, report);
        if high <= limit {
            width_fits(low, span, level, limit, report);
        }
    }
    match &root.field {
        None => {
            let message = format!(
                "the width of `{0}` is chosen at run time, and nothing carries it: write `{0} {{ bits: u32 }}`",
                root.ident
            );
            report.error(root.ident.span(), message);
        }
        Some((field, ty)) if ty.tokens.to_string() != "u32" => {
            report.error(field.span(), format!("the width of an address is a `u32`: write `{field}: u32`"));
        }
        Some(_) => {}
    }
}

fn no_field(root: &Root, report: &mut Report) {
    if let Some((field, _)) = &root.field {
        let message = format!(
            "the width of `{}` is fixed, and `{field}` has nothing to carry: remove it, or write a range such as \
             `width = 32..=48`",
            root.ident
        );
        report.error(field.span(), message);
    }
}

fn check_split(root: &Root, split: &Split, limit: u32, report: &mut Report) {
    if *split.shared > 1 {
        report.error(split.shared.span(), "one bit splits: in a shared address it is 0 or 1");
    }
    let SplitBit::Bit(bit) = *split.bit else { return };
    let span = split.bit.span();
    let width = match &root.width {
        Some(Width::Runtime(_)) => {
            let message = format!(
                "the width of `{}` is chosen at run time, and its top bit splits: write `bit = top`",
                root.ident
            );
            return report.error(span, message);
        }
        Some(Width::Fixed(width)) => **width,
        None => limit,
    };
    let top = width.saturating_sub(1);
    if bit == top {
        return;
    }
    let indexed = bits::named(BitRange::new(PAGE_SHIFT, limit - 1, span).mask());
    let message = if (PAGE_SHIFT..limit).contains(&bit) {
        format!(
            "bit {bit} is inside of an address of {width} bits, and the top bit splits: write `bit = {top}`, or \
             `width = {}`",
            bit + 1
        )
    } else {
        format!(
            "bit {bit} is outside of what the tables index ({indexed}), and the top bit splits: write `bit = {top}`"
        )
    };
    report.error(span, message);
}
