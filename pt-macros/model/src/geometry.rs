//! The `#[geometry]` enum.

use super::{Attributes, BitRange, Head, Spanned, Type};
use proc_macro2::{Ident, Span};

/// The geometries, one of which is chosen when a tree is made.
pub struct Geometry {
    /// Name and attributes.
    pub head: Head,
    /// `extend = zero | sign | halves`.
    pub extension: Extension,
    /// `space = Guest | Virtual`.
    pub space: Option<Ident>,
    /// The variants.
    pub roots: Vec<Root>,
}

/// How the bits above the width must look.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Extension {
    /// They are zero.
    Zero,
    /// They repeat the topmost input bit.
    Sign,
    /// They are zero in one end of the address space and one in the other: each has tables of its own.
    Halves,
}

/// One variant.
pub struct Root {
    /// Documentation.
    pub attrs: Attributes,
    /// The name of the variant.
    pub ident: Ident,
    /// The level of the root table.
    pub level: Ident,
    /// The bits of an input address, if written; else up to the highest index bit of the root.
    pub width: Option<Width>,
    /// The bit that splits the address space in two.
    pub split: Option<Split>,
    /// `tables = N` or `N..=M`: the root is that many tables side by side. The range is of numbers, not of bits.
    pub tables: Option<BitRange>,
    /// The field that carries a width chosen at run time.
    pub field: Option<(Ident, Type)>,
    /// The attribute.
    pub span: Span,
}

/// The width of input addresses, in bits.
#[derive(Clone)]
pub enum Width {
    /// The same for every value of the variant.
    Fixed(Spanned<u32>),
    /// Chosen at run time, from this range (of numbers, not of bits).
    Runtime(BitRange),
}

/// `split(bit = N, shared = 0 | 1)`.
#[derive(Clone)]
pub struct Split {
    /// Which bit.
    pub bit: Spanned<SplitBit>,
    /// Its value in a shared address.
    pub shared: Spanned<u64>,
    /// The option.
    pub span: Span,
}

/// Which bit splits.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum SplitBit {
    /// This one.
    Bit(u32),
    /// `top`: the topmost input bit.
    Top,
}

impl Geometry {
    /// Whether one bit splits the address space.
    #[must_use]
    pub fn is_split(&self) -> bool {
        self.roots.iter().any(|root| root.split.is_some())
    }
}
