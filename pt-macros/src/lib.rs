#![doc = include_str!("../LANGUAGE.md")]
#![forbid(unsafe_code)]

use proc_macro::TokenStream;

/// Turns an inline module into the tables it declares. See the [crate].
#[proc_macro_attribute]
pub fn page_tables(attr: TokenStream, item: TokenStream) -> TokenStream {
    pt_codegen::page_tables(attr.into(), item.into()).into()
}

/// Turns a struct into a format of entries, outside of a declaration. See the [crate].
#[proc_macro_attribute]
pub fn entry(attr: TokenStream, item: TokenStream) -> TokenStream {
    pt_codegen::entry(attr.into(), item.into()).into()
}

/// Turns a struct into a register, outside of a declaration. See the [crate].
#[proc_macro_attribute]
pub fn register(attr: TokenStream, item: TokenStream) -> TokenStream {
    pt_codegen::register(attr.into(), item.into()).into()
}

/// Turns an enum into the values of a field, outside of a declaration. See the [crate].
#[proc_macro_attribute]
pub fn values(attr: TokenStream, item: TokenStream) -> TokenStream {
    pt_codegen::values(attr.into(), item.into()).into()
}
