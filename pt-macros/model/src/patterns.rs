//! The values of entries that are neither leaf nor table: absent, frozen, blocked.

use super::{Format, Module, Presence, Role, Shape, Table};
use proc_macro2::Ident;

/// Values of entries of one table.
pub struct Patterns {
    /// An absent entry without payload.
    pub absent: u64,
    /// An entry that one thread has taken for itself.
    pub frozen: u64,
    /// The two values of a blocked entry, where those that follow from the other two would not do.
    pub blocked: Option<(u64, u64)>,
}

/// The bits of KVM's `FROZEN_SPTE`, as the first choice.
const FROZEN: u64 = 0x5a0;

impl Patterns {
    /// Those of `table`: as declared, or made of bits that mean nothing.
    #[must_use]
    pub fn of(module: &Module, table: &Table) -> Self {
        let formats: Vec<&Format> = table.entries.iter().filter_map(|name| module.format(name)).collect();
        let absent = formats.iter().fold(0, |absent, format| absent | absent_bits(module, format));
        let taken = formats.iter().fold(0, |taken, format| taken | meaningful(module, format));
        let free = !taken & !absent;
        let frozen = table.frozen.map_or_else(|| absent | pattern(free), |frozen| *frozen);
        let differs = absent ^ frozen;
        let highest = differs.checked_ilog2().map_or(0, |bit| 1 << bit);
        let derived = [differs & differs.wrapping_neg(), highest];
        let sound = differs.count_ones() > 1
            && derived.iter().all(|bit| bit & taken == 0)
            && table.present_at(module, absent ^ derived[0]).is_none()
            && table.present_at(module, absent ^ derived[1]).is_none();
        let blocked = if sound { None } else { two_more(free & !differs, absent) };
        Self { absent, frozen, blocked }
    }
}

/// What absent entries hold: `absent = N` of every field, and the template of an absent format.
fn absent_bits(module: &Module, format: &Format) -> u64 {
    let written = format
        .fields
        .iter()
        .flat_map(|field| &field.places)
        .fold(0, |bits, place| bits | place.absent.map_or(0, |value| place.bits.place(*value)));
    let own = if format.has(Shape::Absent) && !format.has(Shape::Leaf) && !format.has(Shape::Table) {
        format.levels.names.first().map_or(0, |level| format.template(module, &level.ident))
    } else {
        0
    };
    (written | own) as u64
}

/// The bits that say whether an entry is present, and those of the frame.
fn meaningful(module: &Module, format: &Format) -> u64 {
    let frames = format.fields.iter().flat_map(|field| &field.places);
    let frames =
        frames.filter(|place| matches!(place.role, Role::Frame { .. })).fold(0, |bits, place| bits | place.bits.mask());
    let bits_of = |name: &Ident| {
        let places = format.field(name).map_or(&[][..], |field| &field.places);
        places.iter().fold(0, |bits, place| bits | place.bits.mask())
    };
    let deciding = match format.presence.as_deref() {
        Some(Presence::Any(names)) => names.iter().fold(0, |bits, name| bits | bits_of(name)),
        Some(Presence::State(states)) => format.state_mask(module, states),
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
