//! Encodings: an entry is in one state at a time. States are told apart by a code in one field, or by what the
//! fields of their shape's format are.

use super::report::{Report, levels};
use super::shapes::never_present;
use super::states::own_table;
use super::written::{named_value, number_fits};
use proc_macro2::Ident;
use pt_model::{
    Default, Field, FieldType, Format, Layout, Module, Place, Presence, Role, Shape, Spanned, State, States, Table,
};

pub(super) fn check(module: &Module, report: &mut Report) {
    for states in &module.states {
        let Some(table) = own_table(module, states) else { continue };
        let formats: Vec<_> = table.entries.iter().filter_map(|name| module.format(name)).collect();
        let sound = !table.head.broken && !formats.iter().any(|format| format.head.broken);
        let holder = formats.iter().find(|format| holds(format, &states.head.ident));
        match (states.has_codes(), holder) {
            (true, Some(_)) => same_bits(states, &formats, report),
            (true, None) => {
                let misspelt = formats.iter().any(|format| names_unknown_states(module, format));
                if sound && !misspelt && formats.len() == table.entries.len() {
                    no_holder(states, table, report);
                }
            }
            (false, Some(format)) => {
                let own = &states.head.ident;
                let message =
                    format!("`{}` holds a code, and no state has one: write `State = CODE`", format.head.ident);
                report.error(own.span(), message);
            }
            (false, None) => {
                let before = report.count();
                shapes_exist(module, states, table, report);
                for state in &states.states {
                    predicates(module, states, state, report);
                }
                if sound && report.count() == before {
                    disjoint(module, states, report);
                }
            }
        }
    }
}

/// Whether entries of this format hold the code of a state.
fn holds(format: &Format, states: &Ident) -> bool {
    matches!(format.presence.as_deref(), Some(Presence::State(name)) if name == states)
}

/// The state is read before the shape is known: every format that holds it has it in the same bits.
fn same_bits(states: &States, formats: &[&Format], report: &mut Report) {
    let holders: Vec<_> = formats.iter().filter_map(|format| Some((*format, states.field(format)?))).collect();
    let Some(((first, field), others)) = holders.split_first() else { return };
    let bits = |place: &Place| place.bits.ranges.iter().map(|range| (range.low, range.high)).collect::<Vec<_>>();
    for (format, other) in others {
        for level in &format.levels.names {
            let (Some(one), Some(two)) = (field.at(&level.ident), other.at(&level.ident)) else { continue };
            if bits(one) != bits(two) {
                let (name, own) = (&first.head.ident, &states.head.ident);
                let message = format!(
                    "the state is read before it is known whether an entry is a `{name}` or a `{}`: let `{own}` have the \
                     same bits in both",
                    format.head.ident
                );
                report.both((two.bits.span, message), (one.bits.span, format!("`{own}` has these bits in `{name}`")));
                break;
            }
        }
    }
}

fn names_unknown_states(module: &Module, format: &Format) -> bool {
    matches!(format.presence.as_deref(), Some(Presence::State(name)) if module.states(name).is_none())
}

fn no_holder(states: &States, table: &Table, report: &mut Report) {
    let own = &states.head.ident;
    let message = format!(
        "no format of `{}` holds these codes: add `state = {own}` to its `#[entry]`, and a field of the type `{own}`",
        table.head.ident
    );
    report.missing(own.span(), message);
}

/// The table has a format for each shape that a state has.
fn shapes_exist(module: &Module, states: &States, table: &Table, report: &mut Report) {
    if table.head.broken || !table.entries.iter().all(|entry| module.format(entry).is_some()) {
        return;
    }
    for shape in [Shape::Absent, Shape::Leaf, Shape::Table] {
        let of_shape = |state: &&State| state.shape.is_some_and(|have| *have == shape);
        let Some(state) = states.states.iter().find(of_shape) else { continue };
        if let (Some(written), None) = (state.shape, module.format_of(table, shape)) {
            let (name, word) = (&table.head.ident, shape.word());
            let message = format!(
                "`{name}` has no format that says what a state with the shape `{word}` looks like: add an \
                 `#[entry({word}, …)]` struct to its `entries(…)`"
            );
            report.missing(written.span(), message);
        }
    }
}

/// `#[when(…)]` speaks of fields of the format that entries in the state have.
fn predicates(module: &Module, states: &States, state: &State, report: &mut Report) {
    let Some(format) = states.format(module, state) else { return };
    for (name, value) in state.when.iter().flat_map(|when| &when.terms) {
        let Some(field) = format.field(name) else {
            if !format.head.broken {
                report.unknown("field", name, format.fields.iter().map(|field| &field.ident));
            }
            continue;
        };
        let here: Vec<_> = levels_of(module, format, state).collect();
        let without: Vec<_> = here.iter().filter(|level| field.at(level).is_none()).collect();
        if !without.is_empty() {
            let message = format!("`{name}` is not there at {}: add `levels(…)` to this `#[when]`", levels(&without));
            report.error(name.span(), message);
        }
        if let Some(place) = here.iter().find_map(|level| field.at(level)) {
            predicate(module, field, value, (name, place), report);
        }
    }
}

fn predicate(
    module: &Module,
    field: &Field,
    value: &Spanned<Default>,
    (name, place): (&Ident, &Place),
    report: &mut Report,
) {
    if let Role::Tag(_) | Role::Reserved(_) | Role::ReservedOnes | Role::Frame { .. } = place.role {
        let what =
            if let Role::Frame { .. } = place.role { "it is the frame" } else { "it has one value in all of them" };
        let message = format!("`{name}` does not tell states apart, {what}: remove it here");
        return report.error(name.span(), message);
    }
    let kind = field.kind(module);
    if let Default::Path(path) = &**value {
        let Some(last) = path.segments.last() else { return };
        if let FieldType::Values(_) | FieldType::States(_) = kind {
            named_value(module, &kind, &last.ident, report);
        } else {
            report.error(value.span(), format!("`{}` is no value of `{name}`: write a number", last.ident));
        }
    } else if let Some(number) = value.number(module, field) {
        number_fits(module, &kind, &place.bits, (number, value.span(), "the value"), report);
    }
}

/// The levels at which an entry can be in this state.
fn levels_of<'m>(module: &'m Module, format: &'m Format, state: &'m State) -> impl Iterator<Item = &'m Ident> {
    let filter = state.when.as_ref().and_then(|when| when.levels.as_ref());
    let shape = state.shape.map(|shape| *shape);
    format
        .levels
        .names
        .iter()
        .map(|name| &name.ident)
        .filter(move |level| filter.is_none_or(|filter| filter.contains(level)))
        .filter(move |level| module.shapes_at(format, level).any(|have| Some(have) == shape))
}

/// No entry looks like two states.
fn disjoint(module: &Module, states: &States, report: &mut Report) {
    let all = module.levels.as_ref().map_or(&[][..], |levels| &levels.levels);
    for (position, second) in states.states.iter().enumerate() {
        for first in &states.states[..position] {
            let same: Vec<_> = all
                .iter()
                .map(|level| &level.ident)
                .filter(|level| clash(module, states, first, second, level))
                .collect();
            if same.is_empty() {
                continue;
            }
            let (one, other) = (&first.ident, &second.ident);
            let at = if same.len() == all.len() { String::new() } else { format!(" at {}", levels(&same)) };
            let message = format!(
                "an entry can be in `{other}` and in `{one}` at once{at}: let their `#[when(…)]` differ in the value of a \
                 field"
            );
            report.both((other.span(), message), (one.span(), format!("an entry in `{one}` can look like `{other}`")));
        }
    }
}

/// Whether an entry of this level can look like both.
fn clash(module: &Module, states: &States, first: &State, second: &State, level: &Ident) -> bool {
    let occurs = |state: &State| {
        states.format(module, state).is_some_and(|format| levels_of(module, format, state).any(|here| here == level))
    };
    if !occurs(first) || !occurs(second) {
        return false;
    }
    let encodings = (states.encoding(module, first, level), states.encoding(module, second, level));
    let (Some(one), Some(other)) = encodings else { return false };
    !one.excludes(other) && !shapes_apart(module, states, first, second, level)
}

/// Whether the shapes of the two states tell them apart: a leaf from a table, or what is present from what is not.
fn shapes_apart(module: &Module, states: &States, first: &State, second: &State, level: &Ident) -> bool {
    let (Some(one), Some(other)) = (states.format(module, first), states.format(module, second)) else { return true };
    match (first.shape.map(|shape| *shape), second.shape.map(|shape| *shape)) {
        // Leaves and tables that look alike are reported as such.
        (Some(Shape::Leaf), Some(Shape::Table)) | (Some(Shape::Table), Some(Shape::Leaf)) => true,
        (Some(Shape::Absent), Some(Shape::Leaf | Shape::Table)) => absent_apart(module, one, other, level),
        (Some(Shape::Leaf | Shape::Table), Some(Shape::Absent)) => absent_apart(module, other, one, level),
        _ => false,
    }
}

fn absent_apart(module: &Module, absent: &Format, present: &Format, level: &Ident) -> bool {
    let layout = Layout::of(module, absent, Shape::Absent, level);
    never_present(present, &layout, level)
}
