//! Derives. The compiler's own ones need no path: they are known even under `#![no_implicit_prelude]`.

use proc_macro2::{Span, TokenStream};
use syn::punctuated::Punctuated;
use syn::{Attribute, Ident, Path, Token};

/// What most items derive.
pub(super) const VALUE: &[&str] = &["Copy", "Clone", "PartialEq", "Eq", "Debug"];
/// What items derive that are keys.
pub(super) const KEY: &[&str] = &["Copy", "Clone", "PartialEq", "Eq", "Hash", "Debug"];
/// What items derive whose order means something.
pub(super) const ORDERED: &[&str] = &["Copy", "Clone", "PartialEq", "Eq", "PartialOrd", "Ord", "Hash", "Debug"];

/// `#[derive(…)]` of these traits, without those that the user derives.
pub(super) fn derive(traits: &[&str], attrs: &[Attribute]) -> TokenStream {
    let written: Vec<Path> = attrs
        .iter()
        .filter(|attr| attr.path().is_ident("derive"))
        .filter_map(|attr| attr.parse_args_with(Punctuated::<Path, Token![,]>::parse_terminated).ok())
        .flatten()
        .collect();
    let is_written =
        |name: &str| written.iter().any(|path| path.segments.last().is_some_and(|last| last.ident == name));
    let names = traits.iter().filter(|name| !is_written(name)).map(|name| Ident::new(name, Span::mixed_site()));
    hygienic!(#[derive(#(#names),*)])
}
