//! The declaration behind `#[page_tables]` as data, with a span on everything that an error may point at, and what
//! follows from it: what each bit is at a level ([`Layout`]), what a state is in bits ([`Encoding`]), how a level tells
//! its entries apart ([`Branches`]), what entries hold that are neither leaf nor table ([`Patterns`]).
//!
//! The model holds what is written, not whether it makes sense: a range may be reversed, a level unknown. The
//! checks of `pt-check` say so, and every method here copes with it. What could not even be read was
//! reported by the parser; the item it belongs to is then marked [`broken`](Head::broken), so that nothing that
//! follows from the gap is reported again.
//!
//! Nothing here, in the checks or in the emission knows `syn`: Rust that is passed on is tokens (see [`Type`],
//! [`Attributes`]). So three of the four crates of the generator compile while `syn` and `darling` do.
#![forbid(unsafe_code)]

mod bits;
mod config;
mod decoding;
mod encoding;
mod entry;
mod field;
mod geometry;
mod hooks;
mod layout;
mod levels;
mod operations;
mod packed;
mod patterns;
mod phases;
mod rust;
mod spanned;
mod spelling;
mod states;
mod table;
mod template;
mod test;
mod values;

pub use bits::{BitList, BitRange, describe, spell};
pub use config::{Condition, Conditional, Config, ConfigField, ConfigKind, Illegal, Otherwise, Term, Wanted};
pub use decoding::Branches;
pub use encoding::Encoding;
pub use entry::{ClassBits, Format, Presence, Shape, Word};
pub use field::{Default, Field, FieldType, HardwareBit, Party, Permission, Place, Role, Spanning};
pub use geometry::{Extension, Geometry, Root, Split, SplitBit, Width};
pub use hooks::{Answers, Hook, HookRole, Hooks, Member, Order, upper_camel};
pub use layout::{Layout, Slot, Source};
pub use levels::{Level, LevelList, LevelName, Levels, PAGE_SHIFT};
pub use operations::{Operation, Operations};
pub use packed::Packed;
pub use patterns::Patterns;
pub use phases::{During, PHASES, Phase, PhaseSet, Phases};
pub use rust::{Argument, Attributes, Input, Path, Segment, Signature, Type, TypeForm, Visibility};
pub use spanned::Spanned;
pub use spelling::{nearest, unknown};
pub use states::{By, State, States, Transition, When};
pub use table::{Kind, LiveRule, Select, Space, Table};
pub use test::Test;
pub use values::{Value, Values};

use proc_macro2::{Ident, Span, TokenStream};

/// What every declared item begins with.
pub struct Head {
    /// The user's own attributes (documentation among them), without those of the language.
    pub attrs: Attributes,
    /// Its visibility.
    pub vis: Visibility,
    /// Its name.
    pub ident: Ident,
    /// The attribute that made it an item of the language.
    pub span: Span,
    /// Something inside could not be read, and was reported: what is missing may be missing for that reason.
    pub broken: bool,
}

/// A whole declaration.
pub struct Module {
    /// The path of `pt-core`.
    pub krate: TokenStream,
    /// `no_implicit_prelude`: there is no attribute `diagnostic` where the declaration stands.
    pub no_prelude: bool,
    /// The module itself; none for a format or values that stand alone.
    pub head: Option<Head>,
    /// Items that are not ours, in their order.
    pub passed: Vec<TokenStream>,
    /// The `#[levels]` enum.
    pub levels: Option<Levels>,
    /// The `#[geometry]` enum.
    pub geometry: Option<Geometry>,
    /// The `#[config]` struct.
    pub config: Option<Config>,
    /// The `#[values]` enums.
    pub values: Vec<Values>,
    /// The `#[entry]` structs.
    pub formats: Vec<Format>,
    /// The `#[register]` structs.
    pub registers: Vec<Format>,
    /// The `#[packed]` structs.
    pub packed: Vec<Packed>,
    /// The `#[table]` structs.
    pub tables: Vec<Table>,
    /// The `#[states]` enums.
    pub states: Vec<States>,
    /// The `#[hooks]` traits.
    pub hooks: Vec<Hooks>,
    /// The `#[operations]` enums.
    pub operations: Vec<Operations>,
    /// The `#[phases]` enums.
    pub phases: Vec<Phases>,
    /// An item could not be read at all, and was reported: what seems to be missing may be that one.
    pub lost: bool,
}

impl Module {
    /// The level with this name.
    #[must_use]
    pub fn level(&self, name: &Ident) -> Option<&Level> {
        self.levels.as_ref()?.get(name)
    }

    /// The format with this name.
    #[must_use]
    pub fn format(&self, name: &Ident) -> Option<&Format> {
        self.formats.iter().find(|format| format.head.ident == *name)
    }

    /// The table with this name.
    #[must_use]
    pub fn table(&self, name: &Ident) -> Option<&Table> {
        self.tables.iter().find(|table| table.head.ident == *name)
    }

    /// The states enum with this name.
    #[must_use]
    pub fn states(&self, name: &Ident) -> Option<&States> {
        self.states.iter().find(|states| states.head.ident == *name)
    }

    /// The hooks trait with this name.
    #[must_use]
    pub fn hooks(&self, name: &Ident) -> Option<&Hooks> {
        self.hooks.iter().find(|hooks| hooks.head.ident == *name)
    }

    /// The operations enum with this name.
    #[must_use]
    pub fn operations(&self, name: &Ident) -> Option<&Operations> {
        self.operations.iter().find(|operations| operations.head.ident == *name)
    }

    /// The values enum with this name.
    #[must_use]
    pub fn values(&self, name: &Ident) -> Option<&Values> {
        self.values.iter().find(|values| values.head.ident == *name)
    }

    /// The lowest index bit of a level of `format`: what a leaf there is aligned to.
    #[must_use]
    pub fn shift(&self, format: &Format, level: &Ident) -> Option<u32> {
        match self.level(level) {
            Some(level) => Some(level.index.low),
            None => format.levels.names.iter().find(|name| name.ident == *level)?.shift,
        }
    }

    /// Everything that is made of bits: formats and registers.
    pub fn words(&self) -> impl Iterator<Item = &Format> {
        self.formats.iter().chain(&self.registers)
    }

    /// The same, to change it.
    pub fn words_mut(&mut self) -> impl Iterator<Item = &mut Format> {
        self.formats.iter_mut().chain(&mut self.registers)
    }

    /// The shapes that `format` has at a level: those of its shapes that the level can hold. Without levels, all.
    pub fn shapes_at(&self, format: &Format, level: &Ident) -> impl Iterator<Item = Shape> {
        let level = self.level(level);
        format.shapes.iter().map(|shape| **shape).filter(move |shape| level.is_none_or(|level| level.holds(*shape)))
    }

    /// The format of this shape that the entries of `table` have.
    #[must_use]
    pub fn format_of(&self, table: &Table, shape: Shape) -> Option<&Format> {
        table.entries.iter().filter_map(|name| self.format(name)).find(|format| format.has(shape))
    }

    /// The same, at a level that may have entries of this shape and that the format is one of.
    #[must_use]
    pub fn format_at(&self, table: &Table, level: &Level, shape: Shape) -> Option<&Format> {
        let format = self.format_of(table, shape)?;
        (level.holds(shape) && format.levels.contains(&level.ident)).then_some(format)
    }
}
