//! Shapes: at a level that has leaves and tables, one look at an entry says which it is.

use super::bits::named;
use super::report::{Report, levels};
use proc_macro2::{Ident, Span};
use pt_model::{Format, Kind, Layout, Level, Module, Presence, Role, Shape, Slot, Source};

pub(super) fn check(module: &Module, report: &mut Report) {
    let all = module.levels.as_ref().map_or(&[][..], |levels| &levels.levels);
    let both: Vec<&Level> = all.iter().filter(|level| level.leaf.is_some() && level.table.is_some()).collect();
    let mut done: Vec<(&Ident, &Ident)> = Vec::new();
    for table in module.tables.iter().filter(|table| table.kind == Kind::Radix) {
        let (leaf, table) = (module.format_of(table, Shape::Leaf), module.format_of(table, Shape::Table));
        let (Some(leaf), Some(table)) = (leaf, table) else { continue };
        let pair = (&leaf.head.ident, &table.head.ident);
        if !done.contains(&pair) && has_tags(leaf) && has_tags(table) {
            done.push(pair);
            formats(module, (leaf, table), &both, report);
        }
    }
}

/// Whether the format was read, and its tags are such that they fit their bits.
fn has_tags(format: &Format) -> bool {
    let mut places = format.fields.iter().flat_map(|field| &field.places);
    !format.head.broken && places.all(|place| !matches!(place.role, Role::Tag(tag) if !place.bits.holds(tag)))
}

fn formats(module: &Module, (leaf, table): (&Format, &Format), both: &[&Level], report: &mut Report) {
    let mut alike = Vec::new();
    let here = |level: &&&Level| leaf.levels.contains(&level.ident) && table.levels.contains(&level.ident);
    for level in both.iter().filter(here) {
        match Apart::of(module, leaf, table, &level.ident) {
            Apart::Alike => alike.push(&level.ident),
            Apart::Yes => {}
            Apart::Loose(clash) => return loose(&clash.0, &clash.1, &level.ident, report),
        }
    }
    let Some(first) = alike.first() else { return };
    let (one, other, at) = (&leaf.head.ident, &table.head.ident, levels(&alike));
    if std::ptr::eq(leaf, table) {
        let message =
            format!("nothing tells a leaf from a table at {at}: split `{one}` in two, with a tag that differs");
        return report.error(one.span(), message);
    }
    let look_alike = format!("`{one}` and `{other}` look alike at {at}");
    if let Some((mine, theirs)) = same_tag(module, leaf, table, first) {
        let tag = named(mine.mask);
        report.both(
            (role_span(&theirs), format!("{look_alike}: give {tag} another tag in one of them")),
            (role_span(&mine), format!("{tag} of `{one}` has the same tag")),
        );
    } else {
        let message = format!(
            "{look_alike}: describe a bit that tells them apart, by `tag = 1` in one and `tag = 0` in the other"
        );
        report.both((one.span(), message), (other.span(), format!("`{other}` looks like `{one}`")));
    }
}

/// Where it says what the bits are for.
fn role_span(slot: &Slot<'_>) -> Span {
    match slot.source {
        Source::Field(_, place) => place.role_span,
        _ => slot.span,
    }
}

/// Tags of the same bits and the same value, beside those that say that an entry is present.
fn same_tag<'a>(module: &Module, leaf: &'a Format, table: &'a Format, level: &Ident) -> Option<(Slot<'a>, Slot<'a>)> {
    let tags = |format: &'a Format, shape| {
        let present: &[Ident] = match format.presence.as_deref() {
            Some(Presence::Any(names)) => names,
            _ => &[],
        };
        let slots = Layout::of(module, format, shape, level).slots.into_iter();
        slots.filter(move |slot| match slot.source {
            Source::Field(field, _) => matches!(slot.role, Role::Tag(_)) && !present.contains(&field.ident),
            _ => false,
        })
    };
    tags(leaf, Shape::Leaf).find_map(|mine| {
        let same = |theirs: &Slot<'_>| theirs.mask == mine.mask && theirs.fixed == mine.fixed;
        Some((mine, tags(table, Shape::Table).find(same)?))
    })
}

/// A bit that tells the shapes apart in one format, and that the other leaves to the CPU or to software.
fn loose(tag: &Slot<'_>, other: &Slot<'_>, level: &Ident, report: &mut Report) {
    let mask = tag.mask & other.mask;
    let bits = named(mask);
    let what = match other.role {
        Role::Software => "be free for software",
        Role::Hardware(_) => "be written by the CPU",
        _ => "be ignored",
    };
    let (tells, it) = if mask.is_power_of_two() { ("tells", "it") } else { ("tell", "them") };
    let message =
        format!("{bits} {tells} a leaf from a table at level `{level}`, and cannot {what}: describe {it} by a `tag`");
    report.both((other.span, message), (role_span(tag), format!("{bits} {tells} them apart by this tag")));
}

/// How a leaf and a table at one level are told apart.
enum Apart<'a> {
    /// By tags, by when they are present, or by the state.
    Yes,
    /// By a tag of one, the first slot, whose bits may be anything in the other, the second.
    Loose(Box<(Slot<'a>, Slot<'a>)>),
    /// Not at all.
    Alike,
}

impl<'a> Apart<'a> {
    fn of(module: &Module, leaf: &'a Format, table: &'a Format, level: &Ident) -> Self {
        let by_state = |format: &Format| matches!(format.presence.as_deref(), Some(Presence::State(_)));
        if by_state(leaf) || by_state(table) {
            return Self::Yes;
        }
        let leaf_here = Layout::of(module, leaf, Shape::Leaf, level);
        let table_here = Layout::of(module, table, Shape::Table, level);
        let tags = |layout: &Layout<'a>| layout.mask(|slot| matches!(slot.role, Role::Tag(_)));
        let (of_leaf, of_table) = (tags(&leaf_here), tags(&table_here));
        let differ = (leaf_here.ones() ^ table_here.ones()) & leaf_here.fixed() & table_here.fixed();
        if differ & (of_leaf | of_table) != 0
            || never_present(leaf, &table_here, level)
            || never_present(table, &leaf_here, level)
        {
            return Self::Yes;
        }
        let (only_leaf, only_table) = (of_leaf & !table_here.fixed(), of_table & !leaf_here.fixed());
        if only_leaf | only_table == 0 {
            return Self::Alike;
        }
        let (one, other) = if only_leaf != 0 { (&leaf_here, &table_here) } else { (&table_here, &leaf_here) };
        let clash = one.slots.iter().filter(|slot| matches!(slot.role, Role::Tag(_))).find_map(|tag| {
            let is_loose = |slot: &&Slot<'a>| matches!(slot.role, Role::Software | Role::Ignored | Role::Hardware(_));
            let other = other.slots.iter().filter(is_loose).find(|slot| slot.mask & tag.mask != 0)?;
            Some(Self::Loose(Box::new((*tag, *other))))
        });
        clash.unwrap_or(Self::Yes)
    }
}

/// Whether an entry with this layout is never present for `format`: each field that says so has another value.
pub(super) fn never_present(format: &Format, layout: &Layout<'_>, level: &Ident) -> bool {
    let Some(Presence::Any(names)) = format.presence.as_deref() else { return false };
    let mut places = names.iter().filter_map(|name| format.field(name)?.at(level));
    let (fixed, ones) = (layout.fixed(), layout.ones());
    places.all(|place| {
        let mask = place.bits.mask();
        match place.role {
            Role::Tag(value) => (place.bits.place(value) ^ ones) & mask & fixed != 0,
            _ => mask & !fixed == 0 && mask & ones == 0,
        }
    })
}
