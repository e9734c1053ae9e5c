//! The attributes of the declaration language. See [`page_tables`].

use proc_macro::TokenStream;

/// Turns an inline module into the tables it declares.
#[proc_macro_attribute]
pub fn page_tables(attr: TokenStream, item: TokenStream) -> TokenStream {
    pt_codegen::page_tables(attr.into(), item.into()).into()
}

/// Turns a struct into a format of entries, outside of a declaration.
#[proc_macro_attribute]
pub fn entry(attr: TokenStream, item: TokenStream) -> TokenStream {
    pt_codegen::entry(attr.into(), item.into()).into()
}

/// Turns an enum into the values of a field, outside of a declaration.
#[proc_macro_attribute]
pub fn values(attr: TokenStream, item: TokenStream) -> TokenStream {
    pt_codegen::values(attr.into(), item.into()).into()
}
