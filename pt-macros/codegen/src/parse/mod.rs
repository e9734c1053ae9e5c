//! Reads a declaration into the [model](pt_model).
//!
//! Nothing stops at an error: each is put into the accumulator, and what can be read besides is kept. Items
//! without an attribute of the language pass through as they are.

mod bits;
mod condition;
mod config;
mod entry;
mod geometry;
mod hooks;
mod levels;
mod operations;
mod options;
mod packed;
mod phases;
mod place;
mod register;
mod rust;
mod salvage;
mod states;
mod table;
mod values;
pub mod variants;

use darling::Error;
use options::Options;
use proc_macro2::{Span, TokenStream};
use pt_model::{Head, Module};
use quote::ToTokens;
use salvage::Salvaged;
use syn::spanned::Spanned;
use syn::{Attribute, Ident, Item, Meta, Path, Visibility, parse_quote};

pub(crate) type Errors = darling::error::Accumulator;

/// Reads `#[page_tables(attr)] item`. `None` if the item is not an inline module.
pub fn page_tables(attr: TokenStream, item: TokenStream, errors: &mut Errors) -> Option<Module> {
    let mut options = Options::new(attr, &["crate", "no_implicit_prelude"], errors);
    let (krate, no_prelude) = (krate(&mut options), options.flag("no_implicit_prelude").is_some());
    let (head, items) = errors.handle(salvage::module(item).map_err(Error::from))?;
    let mut module = Module { no_prelude, ..empty(&krate, Some(head)) };
    for salvaged in items {
        salvaged_item(salvaged, &mut module, errors);
    }
    Some(module)
}

/// Reads an `#[entry]`, a `#[register]` or a `#[values]` outside of a module; `name` is the attribute's name.
pub fn alone(name: &str, attr: TokenStream, item: TokenStream, errors: &mut Errors) -> Module {
    let mut krate: Path = parse_quote!(::pt_core);
    // The attribute that was taken away is put back in front, so that both forms are read by the same code.
    let mut rest = TokenStream::new();
    for chunk in options::split_at_commas(attr) {
        match syn::parse2::<Meta>(chunk.clone()) {
            Ok(Meta::NameValue(meta)) if meta.path.is_ident("crate") => {
                krate = errors.handle(options::path(&meta.value)).unwrap_or(krate);
            }
            _ => rest.extend(quote::quote!(#chunk,)),
        }
    }
    let name = Ident::new(name, Span::call_site());
    let mut tokens = if rest.is_empty() { quote::quote!(#[#name]) } else { quote::quote!(#[#name(#rest)]) };
    tokens.extend(item);
    let mut module = empty(&krate, None);
    for salvaged in salvage::items(tokens) {
        salvaged_item(salvaged, &mut module, errors);
    }
    module
}

fn empty(krate: &Path, head: Option<Head>) -> Module {
    Module {
        krate: krate.to_token_stream(),
        no_prelude: false,
        head,
        passed: Vec::new(),
        levels: None,
        geometry: None,
        config: None,
        values: Vec::new(),
        formats: Vec::new(),
        registers: Vec::new(),
        packed: Vec::new(),
        tables: Vec::new(),
        states: Vec::new(),
        hooks: Vec::new(),
        operations: Vec::new(),
        phases: Vec::new(),
        lost: false,
    }
}

fn krate(options: &mut Options<'_>) -> Path {
    options.path("crate").unwrap_or_else(|| parse_quote!(::pt_core))
}

fn salvaged_item(salvaged: Salvaged, module: &mut Module, errors: &mut Errors) {
    let (mut item, broken) = match salvaged {
        Salvaged::Item { item, broken } => (*item, broken),
        Salvaged::Verbatim(tokens) => return module.passed.push(tokens),
        Salvaged::Lost(error) => {
            module.lost = true;
            return errors.push(error);
        }
    };
    let is_broken = !broken.is_empty();
    let attribute = attributes(&mut item).and_then(take_ours);
    let name = attribute.as_ref().map(|attribute| attribute.path().to_token_stream().to_string()).unwrap_or_default();
    let fits = matches!(
        (name.as_str(), &item),
        ("", _)
            | ("levels" | "geometry" | "values" | "states" | "operations" | "phases", Item::Enum(_))
            | ("config" | "entry" | "register" | "packed" | "table", Item::Struct(_))
            | ("hooks", Item::Trait(_))
    );
    // What is wrong inside of an item that should be another one says nothing.
    for error in broken.into_iter().filter(|_| fits) {
        errors.push(error);
    }
    let Some(attribute) = attribute else {
        return module.passed.push(item.into_token_stream());
    };
    let reader = Reader { tokens: arguments(&attribute, errors), span: attribute.span(), broken: is_broken };
    if fits {
        return read(&name, reader, item, module, errors);
    }
    let wanted = match name.as_str() {
        "config" | "entry" | "register" => "a struct with named fields",
        "packed" => "a struct of one unnamed field",
        "table" => "a unit struct",
        "hooks" => "a trait",
        _ => "an enum",
    };
    errors.push(Error::custom(format!("`#[{name}]` belongs on {wanted}")).with_span(&attribute));
    module.lost = true;
    module.passed.push(item.into_token_stream());
}

/// Reads an item whose attribute has this name.
fn read(name: &str, reader: Reader, item: Item, module: &mut Module, errors: &mut Errors) {
    match (name, item) {
        ("levels", Item::Enum(item)) => {
            let levels = levels::read(reader, item, errors);
            once(&mut module.levels, levels, |levels| &levels.head, "levels", errors);
        }
        ("geometry", Item::Enum(item)) => {
            let geometry = geometry::read(reader, item, errors);
            once(&mut module.geometry, geometry, |geometry| &geometry.head, "geometry", errors);
        }
        ("config", Item::Struct(item)) => {
            let config = config::read(reader, item, errors);
            once(&mut module.config, config, |config| &config.head, "config", errors);
        }
        ("values", Item::Enum(item)) => module.values.push(values::read(reader, item, errors)),
        ("entry", Item::Struct(item)) => module.formats.push(entry::read(reader, item, errors)),
        ("register", Item::Struct(item)) => module.registers.push(register::read(reader, item, errors)),
        ("packed", Item::Struct(item)) => match packed::read(reader, item, errors) {
            Some(packed) => module.packed.push(packed),
            None => module.lost = true,
        },
        ("table", Item::Struct(item)) => module.tables.push(table::read(reader, item, errors)),
        ("states", Item::Enum(item)) => module.states.push(states::read(reader, item, errors)),
        ("operations", Item::Enum(item)) => module.operations.push(operations::read(reader, item, errors)),
        ("phases", Item::Enum(item)) => module.phases.push(phases::read(reader, item, errors)),
        ("hooks", Item::Trait(item)) => module.hooks.push(hooks::read(reader, item, errors)),
        // What does not fit was reported.
        _ => {}
    }
}

/// An attribute of the language, and the state of the item it was found on.
struct Reader {
    tokens: TokenStream,
    span: Span,
    broken: bool,
}

impl Reader {
    fn head(&self, attrs: &[Attribute], vis: &Visibility, ident: Ident) -> Head {
        Head { attrs: rust::attributes(attrs), vis: rust::visibility(vis), ident, span: self.span, broken: self.broken }
    }
}

const OURS: [&str; 12] = [
    "levels",
    "geometry",
    "config",
    "values",
    "entry",
    "register",
    "packed",
    "table",
    "states",
    "hooks",
    "operations",
    "phases",
];

fn attributes(item: &mut Item) -> Option<&mut Vec<Attribute>> {
    match item {
        Item::Enum(item) => Some(&mut item.attrs),
        Item::Struct(item) => Some(&mut item.attrs),
        Item::Trait(item) => Some(&mut item.attrs),
        Item::Fn(item) => Some(&mut item.attrs),
        Item::Union(item) => Some(&mut item.attrs),
        Item::Type(item) => Some(&mut item.attrs),
        _ => None,
    }
}

fn take_ours(attrs: &mut Vec<Attribute>) -> Option<Attribute> {
    let position = attrs.iter().position(|attr| OURS.iter().any(|name| attr.path().is_ident(name)))?;
    Some(attrs.remove(position))
}

/// Takes the attributes with this name away.
fn take_named(attrs: &mut Vec<Attribute>, name: &str) -> Vec<Attribute> {
    let (taken, rest) = std::mem::take(attrs).into_iter().partition(|attr| attr.path().is_ident(name));
    *attrs = rest;
    taken
}

/// What is in the parentheses of an attribute.
fn arguments(attribute: &Attribute, errors: &mut Errors) -> TokenStream {
    match &attribute.meta {
        Meta::Path(_) => TokenStream::new(),
        Meta::List(list) => list.tokens.clone(),
        Meta::NameValue(meta) => {
            let name = meta.path.to_token_stream();
            errors.push(Error::custom(format!("write `#[{name}(…)]`")).with_span(meta));
            TokenStream::new()
        }
    }
}

fn once<T>(slot: &mut Option<T>, second: T, head: fn(&T) -> &Head, what: &str, errors: &mut Errors) {
    if let Some(first) = slot {
        let item = if what == "config" { "struct" } else { "enum" };
        let message = format!("a declaration has one `#[{what}]` {item}, and this is the second");
        errors.push(Error::custom(message).with_span(&head(&second).ident));
        errors.push(Error::custom(format!("the first `#[{what}]` {item} is here")).with_span(&head(first).ident));
    } else {
        *slot = Some(second);
    }
}

/// Splits off the first argument if it is not an option: `f(FIRST, option, …)`.
fn first_and_rest(tokens: TokenStream) -> (TokenStream, TokenStream) {
    let mut chunks = options::split_at_commas(tokens).into_iter();
    let first = chunks.next().unwrap_or_default();
    let mut rest = TokenStream::new();
    for chunk in chunks {
        rest.extend(quote::quote!(#chunk,));
    }
    (first, rest)
}
