//! Formats and values outside of a declaration.

use proc_macro2::TokenStream;
use quote::quote;

/// The errors of `#[entry(attr)] item` or `#[values(attr)] item`.
fn errors(name: &str, attr: TokenStream, item: TokenStream) -> Vec<String> {
    let mut errors = darling::Error::accumulator();
    let mut module = pt_codegen::parse::alone(name, attr, item, &mut errors);
    pt_codegen::check(&mut module, &mut errors);
    errors.into_inner().into_iter().flat_map(darling::Error::flatten).map(|error| error.to_string()).collect()
}

fn leaf(attr: TokenStream) -> Vec<String> {
    let item = quote! {
        struct Leaf {
            #[bits(0)] valid: bool,
            #[bits(12..=51, frame)] frame: Hpa,
        }
    };
    errors("entry", attr, item)
}

#[test]
fn a_format_needs_no_declaration() {
    let found = leaf(quote!(leaf, levels(Pd = 21, Pt = 12), present = valid, ignored(1..=11, 52..=63)));
    assert_eq!(found, Vec::<String>::new());
}

#[test]
fn a_level_without_its_shift() {
    let found = leaf(quote!(leaf, levels(Pd = 21, Pt), present = valid, ignored(1..=11, 52..=63)));
    let wanted = "where does level `Pt` begin? A format outside of a declaration says it: write `Pt = 12` for pages of \
                  4 KiB";
    assert_eq!(found, [wanted]);
}

#[test]
fn bits_that_are_not_described() {
    let found = leaf(quote!(leaf, levels(Pt = 12), present = valid, ignored(2..=11, 52..=63)));
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].starts_with("bit 1 of `Leaf` is not described"), "{found:?}");
}

#[test]
fn a_wide_format() {
    let item = quote! {
        struct Entry {
            #[bits(0)] assigned: bool,
            #[bits(64..=127)] permissions: u64,
        }
    };
    let attr = quote!(leaf, word = u128, levels(Page = 12), present = assigned, reserved(1..=63));
    assert_eq!(errors("entry", attr, item.clone()), Vec::<String>::new());
    let attr = quote!(leaf, levels(Page = 12), present = assigned, reserved(1..=63));
    assert_eq!(errors("entry", attr, item), ["there is no bit 127: `Entry` has 64 bits, and the last is bit 63"]);
}

#[test]
fn what_a_value_denies_is_known_inside_of_a_module() {
    let values = quote! {
        enum Kind {
            Any = 0,
            #[value(denies = execute)]
            None = 1,
        }
    };
    let wanted = "what a value denies is looked up in the same module: declare the enum beside the formats that have it, \
                  in a `#[page_tables]` module";
    assert_eq!(errors("values", quote!(), values), [wanted]);
}

#[test]
fn values_of_one_number() {
    let found = errors(
        "values",
        quote!(),
        quote!(
            enum Kind {
                One = 1,
                Other = 1,
            }
        ),
    );
    assert_eq!(found, ["1 is the value of `One` already: give `Other` another", "`One` is 1"]);
}
