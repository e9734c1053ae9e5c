//! The `#[values]` enums.

use super::{Attributes, Head, Permission, Spanned};
use proc_macro2::Ident;

/// The values that a field may have.
pub struct Values {
    /// Name and attributes.
    pub head: Head,
    /// The variants.
    pub values: Vec<Value>,
}

/// One value.
pub struct Value {
    /// Documentation.
    pub attrs: Attributes,
    /// The name of the variant.
    pub ident: Ident,
    /// The discriminant, unless it is missing (and was reported).
    pub number: Option<Spanned<u64>>,
    /// `#[value(denies = …)]`: what an entry does not let through whose field has it.
    pub denies: Vec<Spanned<Permission>>,
}

impl Values {
    /// Whether they decide what an entry lets through.
    #[must_use]
    pub fn deny(&self) -> bool {
        self.values.iter().any(|value| !value.denies.is_empty())
    }

    /// Whether each value of a field of `width` bits has a name.
    #[must_use]
    pub fn covers(&self, width: u32) -> bool {
        let mut numbers: Vec<u64> = self.values.iter().filter_map(|value| value.number.map(|number| *number)).collect();
        numbers.sort_unstable();
        numbers.dedup();
        numbers.retain(|number| number.checked_shr(width).unwrap_or(0) == 0);
        width < 32 && numbers.len() == 1 << width
    }
}
