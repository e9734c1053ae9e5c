//! The whole expansion, as text, against files that a person has read.
//!
//! `BLESS=1 cargo test -p pt-codegen --test expansion` writes the files anew; the difference is then reviewed.

use proc_macro2::TokenStream;
use quote::quote;
use std::path::Path;

/// The most lines that the declaration of TDX may expand to, beside those of its documentation.
const LINES_OF_TDX: usize = 1_800;

/// The expansion of the declaration in a file, formatted.
fn expand(declaration: &Path) -> String {
    expand_text(&std::fs::read_to_string(declaration).expect("the declaration is there"))
}

fn expand_text(text: &str) -> String {
    let file = syn::parse_file(text).expect("the declaration is Rust");
    let module = file.items.into_iter().find(|item| matches!(item, syn::Item::Mod(module) if module.content.is_some()));
    let Some(syn::Item::Mod(mut module)) = module else { panic!("the declaration is an inline module") };
    let arguments = module.attrs.iter().find(|attr| attr.path().is_ident("page_tables")).map(|attr| match &attr.meta {
        syn::Meta::List(list) => list.tokens.clone(),
        _ => TokenStream::new(),
    });
    module.attrs.retain(|attr| attr.path().is_ident("doc"));
    let tokens = pt_codegen::page_tables(arguments.expect("the attribute is there"), quote!(#module));
    let file = syn::parse2(tokens).expect("the expansion is Rust");
    prettyplease::unparse(&file)
}

fn compare(declaration: &str, expanded: &str) -> String {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let expansion = expand(&here.join(declaration));
    let path = here.join("tests/expanded").join(expanded);
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&path, &expansion).expect("the file can be written");
    }
    let known = std::fs::read_to_string(&path).unwrap_or_default();
    if known != expansion {
        let line = known.lines().zip(expansion.lines()).take_while(|(known, now)| known == now).count();
        panic!(
            "{expanded} differs from line {} on: {:?} was expected, {:?} is expanded. If that is right, run again with BLESS=1",
            line + 1,
            known.lines().nth(line).unwrap_or("the end"),
            expansion.lines().nth(line).unwrap_or("the end"),
        );
    }
    expansion
}

#[test]
fn tdx() {
    let expansion = compare("../../backends/tdx/src/declaration.rs", "tdx.rs");
    let lines = expansion.lines().filter(|line| !line.trim_start().starts_with("///")).count();
    assert!(lines < LINES_OF_TDX, "the declaration of TDX expands to {lines} lines");
}

#[test]
fn the_side_of_the_tdx_module() {
    compare("../../backends/tdx/src/module/declaration.rs", "tdx_module.rs");
}

#[test]
fn small() {
    compare("tests/declarations/small.rs", "small.rs");
}

#[test]
fn a_declaration_that_is_being_typed() {
    compare("tests/declarations/broken.rs", "broken.rs");
}

#[test]
fn everything_else() {
    compare("../../tests/hygiene/src/everything.rs", "everything.rs");
}

/// At how many levels the frame tells a table from an absent entry.
fn levels_told_by_frame(declaration: &str) -> usize {
    expand_text(declaration).matches("fn decode_own(").count()
}

#[test]
fn the_frame_tells_a_table_unless_a_payload_may_look_like_one() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/codegen/src/nested.rs");
    let plain = std::fs::read_to_string(path).expect("the declaration is there");
    let with_payload = |bits: &str| {
        let payload = format!(
            "#[entry(absent, levels(Pml4, Pdpt, Pd, Pt))] pub struct Payload {{ #[bits({bits})] owner: Bits<4> }} #[table("
        );
        plain.replacen("#[table(", &payload, 1).replacen("entries(Leaf, Link", "entries(Leaf, Link, Payload", 1)
    };
    assert_eq!(levels_told_by_frame(&plain), 3);
    assert_eq!(levels_told_by_frame(&with_payload("52..=55")), 3);
    assert_eq!(levels_told_by_frame(&with_payload("49..=52")), 0, "one bit is that of a frame");
}
