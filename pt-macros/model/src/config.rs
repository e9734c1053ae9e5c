//! The `#[config]` struct, and the conditions that name its features.

use super::{Attributes, BitRange, Head, Spanned};
use proc_macro2::{Ident, Span};
use std::fmt;

/// The optional features of the machine, fixed when a tree is made.
pub struct Config {
    /// Name and attributes.
    pub head: Head,
    /// The fields, in their order.
    pub fields: Vec<ConfigField>,
}

/// One field.
pub struct ConfigField {
    /// Documentation.
    pub attrs: Attributes,
    /// Its name.
    pub ident: Ident,
    /// What it says.
    pub kind: ConfigKind,
}

/// What a field of the configuration says.
#[derive(Copy, Clone, Debug)]
pub enum ConfigKind {
    /// `bool`: a feature that is there or not.
    Feature,
    /// `#[frames(width = LOW..=HIGH)]`: no frame has a bit at or above it. The range is of numbers, not of bits.
    Width(BitRange),
    /// `#[frames(bit = LOW..=HIGH)]`: one more bit that a frame may have. The range is of its positions.
    Bit(BitRange),
}

/// `a & !b`: features that are there, and features that are not.
#[derive(Clone, Debug)]
pub struct Condition {
    /// The features, each with whether it is there.
    pub terms: Vec<(Ident, bool)>,
    /// The condition.
    pub span: Span,
}

/// What bits are when the condition of their field does not hold.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Otherwise {
    /// They must be zero.
    Reserved,
    /// The CPU does not look at them.
    Ignored,
    /// They are free for software.
    Software,
}

/// `if = CONDITION, else = …` of a field.
#[derive(Clone)]
pub struct Conditional {
    /// When the field is what it says.
    pub condition: Condition,
    /// What it is otherwise.
    pub otherwise: Otherwise,
}

/// `illegal(…)`: an entry for which all terms hold is malformed.
pub struct Illegal {
    /// What the entry says.
    pub terms: Vec<Term>,
    /// `if = …`: the rule is one under this condition only.
    pub condition: Option<Condition>,
    /// `levels(…)`; all levels of the format without it.
    pub levels: Option<super::LevelList>,
    /// The option.
    pub span: Span,
}

/// What one field of an illegal entry is.
pub struct Term {
    /// The field.
    pub field: Ident,
    /// Its values.
    pub values: Wanted,
}

/// Values of a field of an illegal entry.
pub enum Wanted {
    /// `field`: its one bit is set.
    Set,
    /// `!field`: all its bits are zero.
    Clear,
    /// `field = 2 | 3`: one of these.
    OneOf(Vec<Spanned<u64>>),
}

impl Config {
    /// The features, in the order of their bits.
    pub fn features(&self) -> impl Iterator<Item = &ConfigField> {
        self.fields.iter().filter(|field| matches!(field.kind, ConfigKind::Feature))
    }

    /// The field that says how wide frames are.
    #[must_use]
    pub fn width(&self) -> Option<&ConfigField> {
        self.fields.iter().find(|field| matches!(field.kind, ConfigKind::Width(_)))
    }

    /// The field that says which more bit a frame may have.
    #[must_use]
    pub fn bit(&self) -> Option<&ConfigField> {
        self.fields.iter().find(|field| matches!(field.kind, ConfigKind::Bit(_)))
    }

    /// The bits of the features that a condition looks at, and those of them that are there when it holds.
    #[must_use]
    pub fn bits(&self, condition: &Condition) -> (u64, u64) {
        condition.terms.iter().fold((0, 0), |(mask, value), (name, set)| {
            let position = self.features().position(|feature| feature.ident == *name);
            let bit = position.map_or(0, |position| 1_u64.checked_shl(position as u32).unwrap_or(0));
            (mask | bit, if *set { value | bit } else { value })
        })
    }
}

/// As it is written: `a & !b`.
impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, (name, set)) in self.terms.iter().enumerate() {
            let and = if position == 0 { "" } else { " & " };
            write!(f, "{and}{}{name}", if *set { "" } else { "!" })?;
        }
        Ok(())
    }
}

/// As it is written: `write & !read`, `memory_type = 2 | 3`.
impl fmt::Display for Illegal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, term) in self.terms.iter().enumerate() {
            f.write_str(if position == 0 { "" } else { " & " })?;
            match &term.values {
                Wanted::Set => write!(f, "{}", term.field)?,
                Wanted::Clear => write!(f, "!{}", term.field)?,
                Wanted::OneOf(values) => {
                    write!(f, "{} =", term.field)?;
                    for (position, value) in values.iter().enumerate() {
                        f.write_str(if position == 0 { " " } else { " | " })?;
                        write!(f, "{}", **value)?;
                    }
                }
            }
        }
        match &self.condition {
            Some(condition) => write!(f, ", if {condition}"),
            None => Ok(()),
        }
    }
}
