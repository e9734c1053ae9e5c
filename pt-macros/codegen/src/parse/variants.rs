//! One declaration for several variants of a design: `#[page_tables(variants(k4, k16))]`.
//!
//! Variants have the same tables, and formats that differ in a few bits. Each becomes a module of its own; what
//! belongs to some of them only says so: `#[only(k4)]` on an item, a variant or a field, or `only(k4)` among the
//! arguments of an attribute or of an option. This is settled on tokens, before anything is read: what is left for a variant is a
//! declaration like any other.

use super::{Errors, options};
use darling::Error;
use proc_macro2::{Delimiter, Group, Ident, TokenStream, TokenTree};
use std::iter::Peekable;

type Tokens = Peekable<proc_macro2::token_stream::IntoIter>;

/// A declaration, one for each variant of a module that has variants.
pub struct Variants {
    /// The module that holds the variants: its tokens before its braces.
    pub head: TokenStream,
    /// For each variant, the tokens of its module.
    pub modules: Vec<TokenStream>,
    /// The other arguments of the attribute.
    pub rest: TokenStream,
    /// A name of a variant was wrong, and was reported: what else is wrong says nothing.
    pub broken: bool,
}

/// Takes `variants(…)` out of the arguments of the attribute. `None` if there are none, which changes nothing.
pub fn split(attr: TokenStream, item: TokenStream, errors: &mut Errors) -> Option<Variants> {
    let mut names = None;
    let mut rest = TokenStream::new();
    for chunk in options::split_at_commas(attr) {
        match called("variants", &chunk) {
            Some(list) => names = Some(idents(list)),
            None => rest.extend(quote::quote!(#chunk,)),
        }
    }
    let (names, mut wrong) = names?;
    let mut tokens: Vec<TokenTree> = item.into_iter().collect();
    let Some(TokenTree::Group(body)) = tokens.pop().filter(|last| is_group(last, Delimiter::Brace)) else {
        errors.push(Error::custom("`#[page_tables]` belongs on an inline module: `mod name { … }`"));
        return None;
    };
    let of = tokens.last().map(ToString::to_string).unwrap_or_default();
    let modules = names.iter().map(|name| {
        let doc = format!("The variant `{name}` of the declaration `{of}`.");
        let body = Selection { variant: name, variants: &names, wrong: &mut wrong }.select(body.stream());
        quote::quote!(#[doc = #doc] pub mod #name { #body })
    });
    let modules = modules.collect();
    let broken = !wrong.is_empty();
    for error in wrong {
        errors.push(error);
    }
    Some(Variants { head: tokens.into_iter().collect(), modules, rest, broken })
}

/// What is left for one variant.
struct Selection<'a> {
    variant: &'a Ident,
    variants: &'a [Ident],
    wrong: &'a mut Vec<Error>,
}

impl Selection<'_> {
    fn select(&mut self, tokens: TokenStream) -> TokenStream {
        let mut tokens = tokens.into_iter().peekable();
        let mut selected = TokenStream::new();
        while let Some(token) = tokens.next() {
            match token {
                TokenTree::Punct(punct) if punct.as_char() == '#' && attribute(&mut tokens) => {
                    let mut kept = TokenStream::new();
                    if self.attributes(punct, &mut tokens, &mut kept) {
                        selected.extend(kept);
                    } else {
                        skip(&mut tokens);
                    }
                }
                TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => {
                    selected.extend([TokenTree::Group(group_like(&group, self.select(group.stream())))]);
                }
                token => selected.extend([token]),
            }
        }
        selected
    }

    /// The attributes from `hash` on that belong to the variant. Returns whether what they stand on does.
    fn attributes(&mut self, mut hash: proc_macro2::Punct, tokens: &mut Tokens, kept: &mut TokenStream) -> bool {
        let mut wanted = true;
        while let Some(TokenTree::Group(group)) = tokens.next() {
            match called("only", &group.stream()) {
                Some(list) => wanted &= self.names_variant(list),
                None => {
                    if let Some(group) = self.attribute(&group) {
                        kept.extend([TokenTree::Punct(hash.clone()), TokenTree::Group(group)]);
                    }
                }
            }
            if !is_hash(tokens.peek()) {
                break;
            }
            if let Some(TokenTree::Punct(next)) = tokens.next() {
                hash = next;
            }
        }
        wanted
    }

    /// An attribute without the options that do not belong to the variant; `None` if it does not itself.
    fn attribute(&mut self, attribute: &Group) -> Option<Group> {
        Some(group_like(attribute, self.option(attribute.stream())?))
    }

    /// The same for an option: `name(argument, …)`, of which any argument may be an option again.
    fn option(&mut self, option: TokenStream) -> Option<TokenStream> {
        let tokens: Vec<TokenTree> = option.clone().into_iter().collect();
        let [name @ TokenTree::Ident(_), TokenTree::Group(arguments)] = tokens.as_slice() else { return Some(option) };
        let mut rest = TokenStream::new();
        for argument in options::split_at_commas(arguments.stream()) {
            match called("only", &argument) {
                Some(list) if !self.names_variant(list.clone()) => return None,
                Some(_) => {}
                None => rest.extend(self.option(argument).map(|argument| quote::quote!(#argument,))),
            }
        }
        let arguments = group_like(arguments, rest);
        Some(quote::quote!(#name #arguments))
    }

    fn names_variant(&mut self, list: TokenStream) -> bool {
        let (names, mut wrong) = idents(list);
        self.wrong.append(&mut wrong);
        for name in names.iter().filter(|name| !self.variants.contains(name)) {
            let known = self.variants.iter().map(|known| format!("`{known}`")).collect::<Vec<_>>().join(", ");
            self.wrong.push(Error::custom(format!("unknown variant `{name}`: there are {known}")).with_span(name));
        }
        names.contains(self.variant)
    }
}

/// Other tokens in the place of a group.
fn group_like(group: &Group, tokens: TokenStream) -> Group {
    let mut other = Group::new(group.delimiter(), tokens);
    other.set_span(group.span());
    other
}

/// The arguments of `name(…)`.
fn called(name: &str, tokens: &TokenStream) -> Option<TokenStream> {
    let mut tokens = tokens.clone().into_iter();
    match (tokens.next(), tokens.next(), tokens.next()) {
        (Some(TokenTree::Ident(ident)), Some(TokenTree::Group(group)), None) if ident == name => Some(group.stream()),
        _ => None,
    }
}

/// The names in a list, and what is none.
fn idents(list: TokenStream) -> (Vec<Ident>, Vec<Error>) {
    let (mut names, mut wrong) = (Vec::new(), Vec::new());
    for chunk in options::split_at_commas(list) {
        match syn::parse2::<Ident>(chunk.clone()) {
            Ok(name) => names.push(name),
            Err(_) => {
                wrong.push(Error::custom("names of variants stand here, such as `only(k4, k16)`").with_span(&chunk));
            }
        }
    }
    (names, wrong)
}

fn is_group(token: &TokenTree, delimiter: Delimiter) -> bool {
    matches!(token, TokenTree::Group(group) if group.delimiter() == delimiter)
}

fn is_hash(token: Option<&TokenTree>) -> bool {
    matches!(token, Some(TokenTree::Punct(punct)) if punct.as_char() == '#')
}

/// Whether what follows a `#` is an outer attribute.
fn attribute(tokens: &mut Tokens) -> bool {
    tokens.peek().is_some_and(|token| is_group(token, Delimiter::Bracket))
}

/// Leaves out an item, a variant or a field: up to its comma, its semicolon, or the braces that end it.
fn skip(tokens: &mut Tokens) {
    let mut angles = 0_u32;
    while let Some(token) = tokens.next() {
        match &token {
            TokenTree::Punct(punct) => match punct.as_char() {
                '<' => angles += 1,
                '>' => angles = angles.saturating_sub(1),
                ';' => return,
                ',' if angles == 0 => return,
                _ => {}
            },
            TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => {
                let comma = matches!(tokens.peek(), Some(TokenTree::Punct(punct)) if punct.as_char() == ',');
                if comma {
                    tokens.next();
                }
                return;
            }
            _ => {}
        }
    }
}
