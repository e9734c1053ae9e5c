//! Decoding: from a raw word to leaf, table, frozen or absent, as comparisons under masks.

use super::walked::format_at;
use crate::emit::Context;
use crate::emit::literal::{equals, hex};
use crate::model::{Format, Layout, Level, Presence, Role, Shape, Table};
use proc_macro2::TokenStream;
use syn::Ident;

/// A condition on a raw word.
#[derive(Clone, PartialEq, Eq)]
pub(super) enum Test {
    /// It always holds.
    Always,
    /// It never holds.
    Never,
    /// Any of these bits is set.
    AnyBit(u64),
    /// The bits under the mask have this value.
    Equals(u64, u64),
    /// The bits under the mask do not have this value.
    Differs(u64, u64),
    /// One of these holds.
    Either(Vec<Test>),
    /// All of these hold.
    All(Vec<Test>),
}

impl Test {
    fn either(tests: Vec<Test>) -> Self {
        let mut bits = 0;
        let mut rest = Vec::new();
        for test in tests {
            match test {
                Self::AnyBit(more) => bits |= more,
                Self::Never => {}
                Self::Always => return Self::Always,
                test => rest.push(test),
            }
        }
        if bits != 0 {
            rest.insert(0, Self::AnyBit(bits));
        }
        match rest.len() {
            0 => Self::Never,
            1 => rest.remove(0),
            _ => Self::Either(rest),
        }
    }

    fn all(tests: Vec<Test>) -> Self {
        let mut rest: Vec<_> = tests.into_iter().filter(|test| *test != Self::Always).collect();
        if rest.contains(&Self::Never) {
            return Self::Never;
        }
        match rest.len() {
            0 => Self::Always,
            1 => rest.remove(0),
            _ => Self::All(rest),
        }
    }

    /// When a comparison does not hold.
    fn opposite(&self) -> Self {
        match *self {
            Self::Equals(mask, value) if mask.is_power_of_two() => Self::Equals(mask, mask & !value),
            Self::Equals(mask, value) => Self::Differs(mask, value),
            Self::Differs(mask, value) => Self::Equals(mask, value),
            _ => Self::Always,
        }
    }

    /// Whether a comparison is seen to fail wherever this holds.
    fn excludes(&self, comparison: &Self) -> bool {
        match (self, comparison) {
            (Self::Never, _) => true,
            (Self::Either(tests), _) => tests.iter().all(|test| test.excludes(comparison)),
            (Self::All(tests), _) => tests.iter().any(|test| test.excludes(comparison)),
            (Self::Equals(mask, value), Self::Equals(other, wanted)) => (value ^ wanted) & mask & other != 0,
            (Self::Equals(mask, value), Self::Differs(other, excluded)) => {
                other & !mask == 0 && (value ^ excluded) & other == 0
            }
            _ => false,
        }
    }

    fn holds(&self, raw: u64) -> bool {
        match self {
            Self::Always => true,
            Self::Never => false,
            Self::AnyBit(mask) => raw & mask != 0,
            Self::Equals(mask, value) => raw & mask == *value,
            Self::Differs(mask, value) => raw & mask != *value,
            Self::Either(tests) => tests.iter().any(|test| test.holds(raw)),
            Self::All(tests) => tests.iter().all(|test| test.holds(raw)),
        }
    }

    pub(super) fn tokens(&self) -> TokenStream {
        match self {
            Self::Always => hygienic!(true),
            Self::Never => hygienic!(false),
            Self::AnyBit(mask) => {
                let mask = hex((*mask).into());
                hygienic!(raw & #mask != 0)
            }
            Self::Equals(mask, value) if mask == value && mask.is_power_of_two() => Self::AnyBit(*mask).tokens(),
            Self::Equals(mask, value) => equals((*mask).into(), (*value).into()),
            Self::Differs(mask, value) => {
                let (mask, value) = (hex((*mask).into()), hex((*value).into()));
                hygienic!(raw & #mask != #value)
            }
            Self::Either(tests) => {
                let tests = tests.iter().map(Self::inner);
                hygienic!(#(#tests)||*)
            }
            Self::All(tests) => {
                let tests = tests.iter().map(Self::inner);
                hygienic!(#(#tests)&&*)
            }
        }
    }

    /// As a part of a longer condition.
    fn inner(&self) -> TokenStream {
        let tokens = self.tokens();
        match self {
            Self::Either(_) | Self::All(_) => hygienic!((#tokens)),
            _ => tokens,
        }
    }
}

/// The body of `LevelOf::decode`.
pub(super) fn decode(context: Context<'_>, table: &Table, level: &Level) -> TokenStream {
    let (krate, ident) = (context.krate, &table.head.ident);
    let vacant = hygienic!(#krate::Entry::vacant(raw, <#ident as #krate::Visible>::FROZEN));
    let branches = branches(context, table, level);
    let take = |shape: TokenStream| hygienic!(#krate::Entry::#shape(#krate::EntryFormat::from_bits(raw)));
    let (leaf, subtable) = (take(hygienic!(Leaf)), take(hygienic!(Subtable)));
    let condition = |test: &Test| test.tokens();
    match branches {
        Branches::None => vacant,
        Branches::One(Test::Always, true) => leaf,
        Branches::One(Test::Always, false) => subtable,
        Branches::One(test, is_leaf) => {
            let (test, entry) = (condition(&test), if is_leaf { leaf } else { subtable });
            hygienic!(if #test { #entry } else { #vacant })
        }
        Branches::Two { present, is_leaf } => {
            let (present, is_leaf) = (condition(&present), condition(&is_leaf));
            hygienic! {
                if #present {
                    if #is_leaf { #leaf } else { #subtable }
                } else {
                    #vacant
                }
            }
        }
        Branches::Apart(is_leaf, is_table) => {
            let (is_leaf, is_table) = (condition(&is_leaf), condition(&is_table));
            hygienic! {
                if #is_leaf {
                    #leaf
                } else if #is_table {
                    #subtable
                } else {
                    #vacant
                }
            }
        }
    }
}

/// How a level decodes.
pub(super) enum Branches {
    /// Nothing is ever present.
    None,
    /// One shape (a leaf, if `true`), when the test holds.
    One(Test, bool),
    /// Present entries of two shapes.
    Two { present: Test, is_leaf: Test },
    /// Two shapes that are present under different conditions.
    Apart(Test, Test),
}

/// An entry of one shape at a level: when it is present, and the bits that have one value.
struct Shaped {
    present: Test,
    fixed: u64,
    value: u64,
}

fn shapes(context: Context<'_>, table: &Table, level: &Level) -> (Option<Shaped>, Option<Shaped>) {
    let shaped = |shape| {
        let format = format_at(context, table, level, shape)?;
        let layout = Layout::of(context.module, format, shape, &level.ident);
        let tags = layout.slots.iter().filter(|slot| matches!(slot.role, Role::Tag(_)));
        let (fixed, value) = tags
            .fold((0, 0), |(fixed, value), slot| (fixed | slot.mask as u64, value | slot.fixed.unwrap_or(0) as u64));
        Some(Shaped { present: presence(context, format, shape, &level.ident), fixed, value })
    };
    (shaped(Shape::Leaf), shaped(Shape::Table))
}

pub(super) fn branches(context: Context<'_>, table: &Table, level: &Level) -> Branches {
    let (leaf, subtable) = match shapes(context, table, level) {
        (None, None) => return Branches::None,
        (Some(leaf), None) => return Branches::One(leaf.present, true),
        (None, Some(subtable)) => return Branches::One(subtable.present, false),
        (Some(leaf), Some(subtable)) => (leaf, subtable),
    };
    let tells = (leaf.value ^ subtable.value) & leaf.fixed & subtable.fixed;
    let (of_leaf, of_table) = (leaf.fixed & !subtable.fixed, subtable.fixed & !leaf.fixed);
    let is_leaf = if tells != 0 {
        Test::Equals(tells, leaf.value & tells)
    } else if of_leaf != 0 {
        Test::Equals(of_leaf, leaf.value & of_leaf)
    } else if of_table != 0 {
        Test::Differs(of_table, subtable.value & of_table)
    } else {
        return Branches::Apart(leaf.present, subtable.present);
    };
    if leaf.present == subtable.present {
        return Branches::Two { present: leaf.present, is_leaf };
    }
    // What says that there is a table may be a bit that a leaf has for something else: what tells them apart decides.
    let is_table = if subtable.present.excludes(&is_leaf) {
        subtable.present
    } else {
        Test::all(vec![subtable.present, is_leaf.opposite()])
    };
    Branches::Apart(Test::all(vec![leaf.present, is_leaf]), is_table)
}

/// When an entry of this shape is present.
fn presence(context: Context<'_>, format: &Format, shape: Shape, level: &Ident) -> Test {
    match format.presence.as_deref() {
        Some(Presence::Always) => Test::Always,
        Some(Presence::Any(names)) => {
            let places = names.iter().filter_map(|name| format.field(name)?.at(level));
            let tests = places.map(|place| match place.role {
                Role::Tag(value) => Test::Equals(place.bits.mask() as u64, place.bits.place(value) as u64),
                _ => Test::AnyBit(place.bits.mask() as u64),
            });
            Test::either(tests.collect())
        }
        Some(Presence::State(name)) => {
            let Some(states) = context.module.states(name) else { return Test::Never };
            let of_shape = states.states.iter().filter(|state| state.shape.is_some_and(|have| *have == shape));
            let encodings = of_shape.filter_map(|state| states.encoding(context.module, state, level));
            Test::either(encodings.map(|encoding| Test::Equals(encoding.mask as u64, encoding.value as u64)).collect())
        }
        None => Test::Never,
    }
}

/// Whether a level of the table takes `raw` for a present entry.
pub(super) fn is_present(context: Context<'_>, table: &Table, raw: u64) -> bool {
    present_at(context, table, raw).is_some()
}

/// The first level of the table that takes `raw` for a present entry.
pub(super) fn present_at<'m>(context: Context<'m>, table: &Table, raw: u64) -> Option<&'m Level> {
    let levels = context.module.levels.as_ref().map_or(&[][..], |levels| &levels.levels);
    levels.iter().find(|level| {
        let (leaf, subtable) = shapes(context, table, level);
        [leaf, subtable].into_iter().flatten().any(|shaped| shaped.present.holds(raw))
    })
}

/// Whether a level of the table takes `raw` for the present entry of a table, by what says that one is present.
pub(super) fn is_link(context: Context<'_>, table: &Table, level: &Level, raw: u64) -> bool {
    shapes(context, table, level).1.is_some_and(|subtable| subtable.present.holds(raw))
}

/// The bits that the states of a format are told apart by.
pub(super) fn state_mask(context: Context<'_>, format: &Format, name: &Ident) -> u128 {
    let Some(states) = context.module.states(name) else { return 0 };
    let mut mask = 0;
    for level in &format.levels.names {
        let encodings = states.states.iter().filter_map(|state| states.encoding(context.module, state, &level.ident));
        mask |= encodings.fold(0, |mask, encoding| mask | encoding.mask);
    }
    mask
}
