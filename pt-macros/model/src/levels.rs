//! The `#[levels]` enum.

use super::{Attributes, BitRange, Condition, Head, Shape};
use proc_macro2::{Ident, Span};

/// A page has at least `1 << PAGE_SHIFT` bytes.
pub const PAGE_SHIFT: u32 = 12;

/// The levels, root first.
pub struct Levels {
    /// Name and attributes.
    pub head: Head,
    /// The variants, in their order: root first.
    pub levels: Vec<Level>,
}

/// One level.
pub struct Level {
    /// Documentation.
    pub attrs: Attributes,
    /// The name of the variant and of the marker type.
    pub ident: Ident,
    /// The address bits that index a table of this level.
    pub index: BitRange,
    /// `table`: an entry here may point to a table.
    pub table: Option<Span>,
    /// `leaf`: an entry here may be a leaf.
    pub leaf: Option<Span>,
    /// `leaf(if = …)`: it may be one under this condition only.
    pub leaf_if: Option<Condition>,
    /// The attribute.
    pub span: Span,
}

impl Levels {
    /// The level with this name.
    #[must_use]
    pub fn get(&self, name: &Ident) -> Option<&Level> {
        self.levels.iter().find(|level| level.ident == *name)
    }

    /// The position, counted from the last level, which is 0.
    #[must_use]
    pub fn number(&self, name: &Ident) -> Option<usize> {
        self.levels.iter().rev().position(|level| level.ident == *name)
    }

    /// The level that a table entry of `name` points to.
    #[must_use]
    pub fn below(&self, name: &Ident) -> Option<&Level> {
        let position = self.levels.iter().position(|level| level.ident == *name)?;
        self.levels.get(position + 1)
    }

    /// The level above `name`.
    #[must_use]
    pub fn above(&self, name: &Ident) -> Option<&Level> {
        let position = self.levels.iter().position(|level| level.ident == *name)?;
        self.levels.get(position.checked_sub(1)?)
    }
}

impl Level {
    /// Whether an entry of this level may be of this shape.
    #[must_use]
    pub const fn holds(&self, shape: Shape) -> bool {
        match shape {
            Shape::Leaf => self.leaf.is_some(),
            Shape::Table => self.table.is_some(),
            Shape::Absent => true,
        }
    }
}

/// `levels(A, B)`: a choice of levels.
#[derive(Clone)]
pub struct LevelList {
    /// The names, in their order.
    pub names: Vec<LevelName>,
    /// Where the list is written.
    pub span: Span,
}

/// One name in a [`LevelList`].
#[derive(Clone)]
pub struct LevelName {
    /// The name.
    pub ident: Ident,
    /// `= N`: the lowest index bit of the level. Only a format that stands alone writes it.
    pub shift: Option<u32>,
}

impl LevelList {
    /// Whether the list names this level.
    #[must_use]
    pub fn contains(&self, level: &Ident) -> bool {
        self.names.iter().any(|name| name.ident == *level)
    }
}
