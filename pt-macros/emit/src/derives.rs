//! Derives. The compiler's own ones need no path: they are known even under `#![no_implicit_prelude]`.

use proc_macro2::{Ident, Span, TokenStream};

/// What most items derive.
pub(super) const VALUE: &[&str] = &["Copy", "Clone", "PartialEq", "Eq", "Debug"];
/// What items derive that are keys.
pub(super) const KEY: &[&str] = &["Copy", "Clone", "PartialEq", "Eq", "Hash", "Debug"];
/// What items derive whose order means something.
pub(super) const ORDERED: &[&str] = &["Copy", "Clone", "PartialEq", "Eq", "PartialOrd", "Ord", "Hash", "Debug"];

/// `#[derive(…)]` of these traits, without those that the user derives.
pub(super) fn derive(traits: &[&str], derived: &[Ident]) -> TokenStream {
    let missing = traits.iter().filter(|name| derived.iter().all(|derived| derived != *name));
    let names = missing.map(|name| Ident::new(name, Span::mixed_site()));
    hygienic!(#[derive(#(#names),*)])
}
