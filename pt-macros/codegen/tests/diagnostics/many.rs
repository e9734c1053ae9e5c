//! Many mistakes at once: each is reported, and what is right is emitted all the same.

use crate::harness::{assert_errors, tdx, with};
use proc_macro2::TokenStream;

/// The declaration of TDX with five mistakes that have nothing to do with each other.
fn five_mistakes() -> String {
    let slips = [
        ("index = 21..=29", "index = 21..=28"),
        ("default = WriteBack", "default = WriteBak"),
        ("entries(EptLeaf, EptTable)", "entries(EptTable)"),
        ("#[to(Table, by = sept_add)]", "#[to(Tabel, by = sept_add)]"),
        ("Outcome<PageAug>", "Outcome<PageAdd>"),
    ];
    slips.iter().fold(tdx(), |declaration, (old, new)| with(&declaration, old, new))
}

#[test]
fn five_mistakes_are_five_errors() {
    assert_errors(
        &five_mistakes(),
        &[
            ("WriteBak", "did you mean `WriteBack`?"),
            ("PageAdd", "write `Outcome<PageAug>`"),
            ("28", "bit 29 indexes no level"),
            ("SharedEpt", "`SharedEpt` has no format for leaves"),
            ("Tabel", "did you mean `Table`?"),
        ],
    );
}

#[test]
fn what_is_right_is_emitted() {
    let item = five_mistakes().parse().expect("tokens");
    let expansion = pt_codegen::page_tables(TokenStream::new(), item).to_string();
    assert_eq!(expansion.matches("compile_error").count(), 5);
    for name in ["struct EptLeaf", "struct SeptEntry", "fn memory_type", "struct PrivateEpt", "trait SeptHooks"] {
        assert!(expansion.contains(name), "`{name}` is not emitted");
    }
}

/// Deletes or replaces a token, at every few of them. Whatever comes of it is an expansion.
#[test]
fn no_slip_of_one_token_panics() {
    let declaration = crate::harness::snp();
    let tokens = spans(declaration.parse().expect("tokens"));
    let slips = ["", "7", "levels", "200"];
    for (range, new) in tokens.into_iter().step_by(7).zip(slips.iter().cycle()) {
        let mut slipped = declaration.clone();
        slipped.replace_range(range, new);
        if let Ok(item) = slipped.parse() {
            assert!(!pt_codegen::page_tables(TokenStream::new(), item).is_empty());
        }
    }
}

/// Where the tokens that are no brackets are in the text.
fn spans(tokens: TokenStream) -> Vec<std::ops::Range<usize>> {
    let each = tokens.into_iter().flat_map(|token| match token {
        proc_macro2::TokenTree::Group(group) => spans(group.stream()),
        token => vec![token.span().byte_range()],
    });
    each.collect()
}
