//! The `#[packed]` structs: words of several entries each.

use super::{Head, Spanned, Type};

/// A word of entries that are narrower than it.
pub struct Packed {
    /// Name and attributes.
    pub head: Head,
    /// `bits = N`: how wide an entry is.
    pub bits: Spanned<u64>,
    /// What the entries are: a `#[values]` enum.
    pub ty: Type,
}
