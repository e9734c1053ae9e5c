//! Reading of declarations: what is there is kept, what is wrong is reported once.

use proc_macro2::TokenStream;
use pt_model::Module;
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
    assert_eq!(module.passed.len(), 2);
}

#[test]
fn a_half_typed_field_leaves_the_others() {
    for (half, message) in [
        (
            quote!(
                #[bits(1)]
                ip
            ),
            "not complete",
        ),
        (quote!(#[bits(1)] ip:), "not complete"),
        (quote!(#[bits(1..)] b: bool,), "both ends"),
        (quote!(#[bits()] b: bool,), "which bits?"),
        (quote!(#[bits(1, tag =)] b: bool,), "expected an option"),
    ] {
        let (module, errors) = read(quote! {
            mod half {
                #[entry(leaf, levels(Pt), present = a)]
                struct Leaf {
                    #[bits(0)] a: bool,
                    #half
                    #[bits(2)] c: bool,
                }
            }
        });
        assert!(matches!(errors.as_slice(), [error] if error.contains(message)), "{half}: {errors:?}");
        let format = &module.expect("a module").formats[0];
        assert!(format.head.broken, "{half}");
        for name in ["a", "c"] {
            let field = format.fields.iter().find(|field| field.ident == name);
            assert_eq!(field.map(|field| field.places.len()), Some(1), "{half}: {name}");
        }
    }
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

#[test]
fn a_half_typed_variant_leaves_the_others() {
    let (module, errors) = read(quote! {
        mod half {
            #[levels]
            enum Level {
                #[level(index = 21..=29, table)] Pd,
                #[level(index = )] Middle,
                #[level(index = 12..=20, leaf)]
            }
            #[values]
            enum Kind { A = 0, B = , C = 2 }
        }
    });
    assert_eq!(errors.len(), 3, "{errors:?}");
    let module = module.expect("a module");
    let levels = module.levels.expect("levels");
    assert!(levels.head.broken && levels.levels[0].ident == "Pd");
    let values: Vec<_> = module.values[0].values.iter().map(|value| value.ident.to_string()).collect();
    assert_eq!(values, ["A", "C"]);
}

#[test]
fn a_half_typed_method_leaves_the_others() {
    for half in [quote!(fn), quote!(fn block), quote!(fn block(&self) ->), quote!(#[hook(block)])] {
        let (module, errors) = read(quote! {
            mod half {
                #[hooks(Secure)]
                trait Hooks {
                    #[hook(link)] fn link(&self) -> Outcome<Link>;
                    #half
                    #[hook(map)] fn map(&self) -> Outcome<Map>;
                }
            }
        });
        let hooks: Vec<_> =
            module.expect("a module").hooks[0].hooks.iter().map(|hook| hook.ident.to_string()).collect();
        assert_eq!(hooks, ["link", "map"], "{half}");
        assert_eq!(errors.len(), 1, "{half}: {errors:?}");
    }
}

#[test]
fn a_half_typed_item_leaves_the_others() {
    for half in [quote!(fn), quote!(use a::), quote!(#[table(shared)] pub), quote!(pub struct Half)] {
        let (module, errors) = read(quote! {
            mod half {
                #half
                #[values]
                enum Kind { A = 0 }
            }
        });
        assert!(matches!(errors.as_slice(), [error] if error.contains("not complete")), "{half}: {errors:?}");
        let module = module.expect("a module");
        assert_eq!((module.values.len(), module.passed.len()), (1, 0), "{half}");
    }
}

#[test]
fn items_of_others_pass_through() {
    let (module, errors) = read(quote! {
        mod passing {
            use a::b;
            const TWO: u32 = { 2 };
            impl X { fn f() -> [u8; 2] { [0; 2] } }
            struct Plain { field: u8 }
            macro_rules! m { () => {} }
        }
    });
    assert_eq!(errors, Vec::<String>::new());
    assert_eq!(module.expect("a module").passed.len(), 5);
}

#[test]
fn what_is_no_inline_module_is_told_so() {
    for item in [
        quote!(
            struct X;
        ),
        quote!(
            mod outside;
        ),
        quote!(
            fn f() {}
        ),
    ] {
        let (module, errors) = read(item.clone());
        assert!(module.is_none() && errors.len() == 1, "{item}: {errors:?}");
        let expansion = pt_codegen::page_tables(TokenStream::new(), item.clone()).to_string();
        assert!(expansion.starts_with(&item.to_string()), "the item itself stays: {expansion}");
    }
}
