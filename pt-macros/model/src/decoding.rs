//! Decoding: how a level tells leaf, table and vacant entries apart.

use super::{Format, Layout, Level, Module, Presence, Role, Shape, Table, Test};
use proc_macro2::Ident;

/// How a level decodes.
pub enum Branches {
    /// Nothing is ever present.
    None,
    /// One shape (a leaf, if `true`), when the test holds.
    One(Test, bool),
    /// Present entries of two shapes.
    Two {
        /// When an entry is present.
        present: Test,
        /// When a present entry is a leaf.
        is_leaf: Test,
    },
    /// Two shapes that are present under different conditions.
    Apart(Test, Test),
}

/// An entry of one shape at a level: when it is present, and the bits that have one value.
struct Shaped {
    present: Test,
    fixed: u64,
    value: u64,
}

impl Table {
    /// How entries of this level are told apart.
    #[must_use]
    pub fn branches(&self, module: &Module, level: &Level) -> Branches {
        let (leaf, subtable) = match self.shapes(module, level) {
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

    /// The first level that takes `raw` for a present entry.
    #[must_use]
    pub fn present_at<'m>(&self, module: &'m Module, raw: u64) -> Option<&'m Level> {
        let levels = module.levels.as_ref().map_or(&[][..], |levels| &levels.levels);
        levels.iter().find(|level| {
            let (leaf, subtable) = self.shapes(module, level);
            [leaf, subtable].into_iter().flatten().any(|shaped| shaped.present.holds(raw))
        })
    }

    /// Whether a level takes `raw` for the present entry of a table, by what says that one is present.
    #[must_use]
    pub fn links_at(&self, module: &Module, level: &Level, raw: u64) -> bool {
        self.shapes(module, level).1.is_some_and(|subtable| subtable.present.holds(raw))
    }

    fn shapes(&self, module: &Module, level: &Level) -> (Option<Shaped>, Option<Shaped>) {
        let shaped = |shape| {
            let format = module.format_at(self, level, shape)?;
            let layout = Layout::of(module, format, shape, &level.ident);
            let tags = layout.slots.iter().filter(|slot| matches!(slot.role, Role::Tag(_)));
            let (fixed, value) = tags.fold((0, 0), |(fixed, value), slot| {
                (fixed | slot.mask as u64, value | slot.fixed.unwrap_or(0) as u64)
            });
            Some(Shaped { present: format.present_test(module, shape, &level.ident), fixed, value })
        };
        (shaped(Shape::Leaf), shaped(Shape::Table))
    }
}

impl Format {
    /// When an entry of this shape is present.
    fn present_test(&self, module: &Module, shape: Shape, level: &Ident) -> Test {
        match self.presence.as_deref() {
            Some(Presence::Always) => Test::Always,
            Some(Presence::Any(names)) => {
                let places = names.iter().filter_map(|name| self.field(name)?.at(level));
                let tests = places.map(|place| match place.role {
                    Role::Tag(value) => Test::Equals(place.bits.mask() as u64, place.bits.place(value) as u64),
                    _ => Test::AnyBit(place.bits.mask() as u64),
                });
                Test::either(tests.collect())
            }
            Some(Presence::State(name)) => {
                let Some(states) = module.states(name) else { return Test::Never };
                let of_shape = states.states.iter().filter(|state| state.shape.is_some_and(|have| *have == shape));
                let encodings = of_shape.filter_map(|state| states.encoding(module, state, level));
                Test::either(
                    encodings.map(|encoding| Test::Equals(encoding.mask as u64, encoding.value as u64)).collect(),
                )
            }
            None => Test::Never,
        }
    }

    /// The bits that the states of a format are told apart by.
    pub(crate) fn state_mask(&self, module: &Module, name: &Ident) -> u128 {
        let Some(states) = module.states(name) else { return 0 };
        let mut mask = 0;
        for level in &self.levels.names {
            let encodings = states.states.iter().filter_map(|state| states.encoding(module, state, &level.ident));
            mask |= encodings.fold(0, |mask, encoding| mask | encoding.mask);
        }
        mask
    }
}
