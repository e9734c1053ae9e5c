//! The `#[operations]` enums: what the monitor of a table does, as values.

use super::{Attributes, During, Head, LevelList, Spanned};
use proc_macro2::{Ident, Span};

/// The operations that change one table.
pub struct Operations {
    /// Name and attributes.
    pub head: Head,
    /// The table, unless it is missing (and was reported).
    pub table: Option<Ident>,
    /// The variants.
    pub operations: Vec<Operation>,
}

/// One operation.
pub struct Operation {
    /// Documentation.
    pub attrs: Attributes,
    /// Its name.
    pub ident: Ident,
    /// `= CODE`: the number that it is called by.
    pub code: Option<Spanned<u64>>,
    /// `track`: it begins a new epoch.
    pub track: Option<Span>,
    /// `other`: it is about no single entry.
    pub other: Option<Span>,
    /// `levels(…)`: where it can be called; everywhere without it.
    pub levels: Option<LevelList>,
    /// `during(…)`: when it can be called; always without it.
    pub during: Option<During>,
}

impl Operations {
    /// The operation with this name.
    #[must_use]
    pub fn get(&self, name: &Ident) -> Option<&Operation> {
        self.operations.iter().find(|operation| operation.ident == *name)
    }
}
