//! Prints what a declaration expands to: `cargo run -p pt-codegen --example expand -- FILE`.
//!
//! The file is Rust; its first inline module is the declaration.

use quote::ToTokens;
use std::process::ExitCode;
use syn::Item;

fn main() -> ExitCode {
    let Some(path) = std::env::args().nth(1) else {
        eprintln!("expand: give the file of a declaration");
        return ExitCode::from(2);
    };
    match std::fs::read_to_string(&path).map_err(|error| error.to_string()).and_then(|text| expand(&text)) {
        Ok(expansion) => {
            print!("{expansion}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("expand: {path}: {error}");
            ExitCode::from(2)
        }
    }
}

fn expand(text: &str) -> Result<String, String> {
    let file = syn::parse_file(text).map_err(|error| error.to_string())?;
    let modules = file.items.into_iter().filter_map(|item| match item {
        Item::Mod(module) if module.content.is_some() => Some(module),
        _ => None,
    });
    let mut module = modules.into_iter().next().ok_or("no inline module")?;
    let arguments = module.attrs.iter().find_map(|attr| match &attr.meta {
        syn::Meta::List(list) if list.path.is_ident("page_tables") => Some(list.tokens.clone()),
        _ => None,
    });
    module.attrs.retain(|attr| attr.path().is_ident("doc"));
    let tokens = pt_codegen::page_tables(arguments.unwrap_or_default(), module.into_token_stream());
    let file = syn::parse2(tokens).map_err(|error| error.to_string())?;
    Ok(prettyplease::unparse(&file))
}
