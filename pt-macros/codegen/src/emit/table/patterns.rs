//! The values of entries that are neither leaf nor table: absent, frozen, blocked.

use super::decode::{is_link, is_present, present_at};
use crate::emit::Context;
use crate::emit::format::template_bits;
use crate::model::{Format, Level, Module, Presence, Role, Shape, Table};

/// Values of entries of one table.
pub(crate) struct Patterns {
    /// An absent entry without payload.
    pub(crate) absent: u64,
    /// An entry that one thread has taken for itself.
    pub(super) frozen: u64,
    /// The two values of a blocked entry, where those that follow from the other two would not do.
    pub(super) blocked: Option<(u64, u64)>,
}

/// The bits of KVM's `FROZEN_SPTE`, as the first choice.
const FROZEN: u64 = 0x5a0;

impl Patterns {
    pub(crate) fn of(module: &Module, table: &Table) -> Self {
        let context = Context { module, krate: &module.krate };
        let formats: Vec<&Format> = table.entries.iter().filter_map(|name| context.module.format(name)).collect();
        let absent = formats.iter().fold(0, |absent, format| absent | absent_bits(context, format));
        let taken = formats.iter().fold(0, |taken, format| taken | meaningful(context, format));
        let free = !taken & !absent;
        let frozen = table.frozen.map_or_else(|| absent | pattern(free), |frozen| *frozen);
        let differs = absent ^ frozen;
        let highest = differs.checked_ilog2().map_or(0, |bit| 1 << bit);
        let derived = [differs & differs.wrapping_neg(), highest];
        let sound = differs.count_ones() > 1
            && derived.iter().all(|bit| bit & taken == 0)
            && !is_present(context, table, absent ^ derived[0])
            && !is_present(context, table, absent ^ derived[1]);
        let blocked = if sound { None } else { two_more(free & !differs, absent) };
        Self { absent, frozen, blocked }
    }

    /// The first level that takes `raw` for a present entry.
    pub(crate) fn present_at<'m>(module: &'m Module, table: &Table, raw: u64) -> Option<&'m Level> {
        present_at(Context { module, krate: &module.krate }, table, raw)
    }

    /// Whether a level takes `raw`, which has the tags of a table, for a present entry.
    pub(crate) fn links_at(module: &Module, table: &Table, level: &Level, raw: u128) -> bool {
        is_link(Context { module, krate: &module.krate }, table, level, raw as u64)
    }
}

/// What absent entries hold: `absent = N` of every field, and the template of an absent format.
fn absent_bits(context: Context<'_>, format: &Format) -> u64 {
    let written = format
        .fields
        .iter()
        .flat_map(|field| &field.places)
        .fold(0, |bits, place| bits | place.absent.map_or(0, |value| place.bits.place(*value)));
    let own = if format.has(Shape::Absent) && !format.has(Shape::Leaf) && !format.has(Shape::Table) {
        format.levels.names.first().map_or(0, |level| template_bits(context, format, &level.ident))
    } else {
        0
    };
    (written | own) as u64
}

/// The bits that say whether an entry is present, and those of the frame.
fn meaningful(context: Context<'_>, format: &Format) -> u64 {
    let frames = format.fields.iter().flat_map(|field| &field.places);
    let frames =
        frames.filter(|place| matches!(place.role, Role::Frame { .. })).fold(0, |bits, place| bits | place.bits.mask());
    let bits_of = |name: &syn::Ident| {
        let places = format.field(name).map_or(&[][..], |field| &field.places);
        places.iter().fold(0, |bits, place| bits | place.bits.mask())
    };
    let deciding = match format.presence.as_deref() {
        Some(Presence::Any(names)) => names.iter().fold(0, |bits, name| bits | bits_of(name)),
        Some(Presence::State(states)) => super::decode::state_mask(context, format, states),
        Some(Presence::Always) | None => 0,
    };
    (frames | deciding) as u64
}

/// Bits out of `free` that make an entry frozen: the first choice, that moved up, or else the lowest free ones.
fn pattern(free: u64) -> u64 {
    let moved = (0..FROZEN.leading_zeros()).map(|by| FROZEN << by).find(|bits| bits & !free == 0);
    moved.unwrap_or_else(|| {
        let (lowest, rest) = (free & free.wrapping_neg(), free & free.wrapping_sub(1));
        lowest | rest & rest.wrapping_neg()
    })
}

/// Two more absent values, each with one more bit.
fn two_more(free: u64, absent: u64) -> Option<(u64, u64)> {
    let (first, rest) = (free & free.wrapping_neg(), free & free.wrapping_sub(1));
    let second = rest & rest.wrapping_neg();
    (second != 0).then_some((absent | first, absent | second))
}
