//! One slip in a declaration that is right, and the errors that follow from it.

use proc_macro2::TokenStream;
use std::str::FromStr;

/// The declaration of TDX, as the macro gets it.
pub fn tdx() -> String {
    module(include_str!("../../../../backends/tdx/src/declaration.rs"))
}

/// The declaration of the TDX module's own side, as the macro gets it.
pub fn module_side() -> String {
    module(include_str!("../../../../backends/tdx/src/module/declaration.rs"))
}

/// The declarations of the other backends, as the macro gets them.
pub fn cca() -> String {
    module(include_str!("../../../../backends/cca/src/lib.rs"))
}

/// See [`cca`].
pub fn snp() -> String {
    module(include_str!("../../../../backends/snp/src/lib.rs"))
}

/// See [`cca`].
pub fn cove() -> String {
    module(include_str!("../../../../backends/cove/src/lib.rs"))
}

/// See [`cca`].
pub fn ept() -> String {
    module(include_str!("../../../../backends/ept/src/lib.rs"))
}

/// See [`cca`].
pub fn x86_64() -> String {
    module(include_str!("../../../../backends/x86_64/src/declaration.rs"))
}

/// See [`cca`].
pub fn npt() -> String {
    module(include_str!("../../../../backends/npt/src/lib.rs"))
}

/// The module of a file, without its attributes.
fn module(file: &str) -> String {
    let start = file.find("pub mod ").expect("the file has a module");
    let end = file.rfind('}').expect("the module has an end");
    file[start..=end].to_owned()
}

/// The errors of a declaration: what each stands under, and what it says.
pub fn errors(declaration: &str) -> Vec<(String, String)> {
    let item = TokenStream::from_str(declaration).expect("the declaration has balanced brackets");
    let mut errors = darling::Error::accumulator();
    let mut module = pt_codegen::parse::page_tables(TokenStream::new(), item.clone(), &mut errors);
    if let Some(module) = &mut module {
        pt_codegen::check(module, &mut errors);
    }
    // Whatever is wrong, what is emitted is Rust.
    let expanded = pt_codegen::page_tables(TokenStream::new(), item);
    syn::parse2::<syn::File>(expanded).expect("the expansion is Rust");
    let errors = errors.into_inner().into_iter().flat_map(darling::Error::flatten);
    errors.map(|error| (error.span().source_text().unwrap_or_default(), error.to_string())).collect()
}

/// The errors of a declaration with these arguments of the attribute, read back from the expansion.
fn errors_of_expansion(arguments: &str, declaration: &str) -> Vec<(String, String)> {
    let tokens = |text| TokenStream::from_str(text).expect("the text has balanced brackets");
    let expanded = syn::parse2::<syn::File>(pt_codegen::page_tables(tokens(arguments), tokens(declaration)));
    let macros = expanded.expect("the expansion is Rust").items.into_iter().filter_map(|item| match item {
        syn::Item::Macro(item) => Some(item.mac),
        _ => None,
    });
    macros
        .map(|error| {
            let at = syn::spanned::Spanned::span(&error.path).source_text().unwrap_or_default();
            (at, error.parse_body::<syn::LitStr>().expect("a message").value())
        })
        .collect()
}

/// Replaces `old`, which occurs once, by `new`.
pub fn with(declaration: &str, old: &str, new: &str) -> String {
    assert_eq!(declaration.matches(old).count(), 1, "`{old}` has to occur once");
    declaration.replacen(old, new, 1)
}

/// Replaces the first of several `old` by `new`.
pub fn with_first(declaration: &str, old: &str, new: &str) -> String {
    assert!(declaration.matches(old).count() > 1, "`{old}` has to occur more than once");
    declaration.replacen(old, new, 1)
}

/// Asserts the errors of a declaration, in their order: what each stands under, and a part of what it says.
#[track_caller]
pub fn assert_errors(declaration: &str, wanted: &[(&str, &str)]) {
    assert_found(&errors(declaration), wanted);
}

/// The same for a declaration of several variants.
#[track_caller]
pub fn assert_variants(arguments: &str, declaration: &str, wanted: &[(&str, &str)]) {
    assert_found(&errors_of_expansion(arguments, declaration), wanted);
}

#[track_caller]
fn assert_found(found: &[(String, String)], wanted: &[(&str, &str)]) {
    let same = found.len() == wanted.len()
        && found.iter().zip(wanted).all(|((at, says), (under, part))| at == under && says.contains(part));
    let lines: Vec<_> = found.iter().map(|(at, says)| format!("  under `{at}`: {says}")).collect();
    assert!(same, "wanted {wanted:#?}, and found\n{}", lines.join("\n"));
}

/// Asserts the errors of the declaration of TDX with one slip.
#[track_caller]
pub fn assert_slip(old: &str, new: &str, wanted: &[(&str, &str)]) {
    assert_errors(&with(&tdx(), old, new), wanted);
}
