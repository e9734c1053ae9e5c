//! Reading of declarations: what is there is kept, what is wrong is reported once.

use proc_macro2::TokenStream;
use pt_codegen::model::Module;
use quote::quote;

fn read(item: TokenStream) -> (Option<Module>, Vec<String>) {
    let mut errors = darling::Error::accumulator();
    let module = pt_codegen::parse::page_tables(TokenStream::new(), item, &mut errors);
    (module, errors.into_inner().into_iter().flat_map(darling::Error::flatten).map(|error| error.to_string()).collect())
}

/// The declaration of TDX, as the macro gets it.
fn tdx() -> TokenStream {
    let text = include_str!("../../../backends/tdx/src/declaration.rs");
    let file = syn::parse_file(text).expect("the declaration is Rust");
    let module = file.items.into_iter().find(|item| matches!(item, syn::Item::Mod(_)));
    let Some(syn::Item::Mod(mut module)) = module else { panic!("the declaration is a module") };
    module.attrs.retain(|attr| attr.path().is_ident("doc"));
    quote!(#module)
}

#[test]
fn all_of_tdx_is_read() {
    let (module, errors) = read(tdx());
    assert_eq!(errors, Vec::<String>::new());
    let module = module.expect("a module");
    assert_eq!(module.levels.expect("levels").levels.len(), 5);
    assert_eq!(module.geometry.expect("geometry").roots.len(), 3);
    assert_eq!(module.values.len(), 1);
    assert_eq!(module.formats.len(), 5);
    assert_eq!(module.tables.len(), 3);
    assert_eq!(module.states[0].states.len(), 7);
    assert_eq!(module.states[0].states.iter().map(|state| state.transitions.len()).sum::<usize>(), 17);
    assert_eq!(module.hooks[0].hooks.len(), 11);
    assert_eq!(module.passed.len(), 3);
}

#[test]
fn a_half_typed_field_leaves_the_others() {
    let (module, errors) = read(quote! {
        mod half {
            #[entry(leaf, levels(Pt), present = a)]
            struct Leaf {
                #[bits(0)] a: bool,
                #[bits(1)] ip
                #[bits(2)] c: bool,
                #[bits(3..)] d: bool,
            }
        }
    });
    assert_eq!(errors.len(), 2, "{errors:?}");
    assert!(errors[0].contains("not complete"), "{errors:?}");
    assert!(errors[1].contains("both ends"), "{errors:?}");
    let format = &module.expect("a module").formats[0];
    assert!(format.head.broken);
    assert_eq!(format.fields.iter().map(|field| field.ident.to_string()).collect::<Vec<_>>(), ["a", "c", "d"]);
}

#[test]
fn an_unknown_option_names_the_one_that_was_meant() {
    let (_, errors) = read(quote! {
        mod slip {
            #[levels]
            enum Level { #[level(index = 12..=20, laef)] Pt }
        }
    });
    assert_eq!(errors, ["unknown option `laef`: did you mean `leaf`?"]);
}
