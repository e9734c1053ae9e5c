//! The options of an attribute: `name`, `name = value` and `name(…)`, separated by commas.
//!
//! Each option is read by itself, so that a wrong one leaves the others standing. A name that is not one of those
//! that the attribute knows is reported, and read as the nearest one that it knows: what was meant is there, and
//! nothing is missing because of a slip.

use super::Errors;
use super::bits::as_in_manuals;
use darling::Error;
use darling::ast::NestedMeta;
use proc_macro2::{Span, TokenStream, TokenTree};
use pt_model::{Spanned, nearest, unknown};
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::parse::Parser;
use syn::spanned::Spanned as _;
use syn::{Expr, Ident, Meta, Path};

/// The options of one attribute, as they are taken one by one.
pub(crate) struct Options<'e> {
    rest: Vec<Meta>,
    known: &'static [&'static str],
    errors: &'e mut Errors,
    understood: bool,
}

impl<'e> Options<'e> {
    /// The options of an attribute that has those named in `known`.
    pub(crate) fn new(tokens: TokenStream, known: &'static [&'static str], errors: &'e mut Errors) -> Self {
        let mut options = Self::open(tokens, errors);
        options.known = known;
        for mut meta in std::mem::take(&mut options.rest) {
            let name = meta.path().to_token_stream().to_string();
            if known.contains(&name.as_str()) {
                options.rest.push(meta);
                continue;
            }
            options.errors.push(Error::custom(unknown("option", &name, known)).with_span(meta.path()));
            if let Some(meant) = nearest(&name, known) {
                rename(&mut meta, meant);
                options.rest.push(meta);
            } else {
                options.understood = false;
            }
        }
        options
    }

    /// The options of an attribute that takes arbitrary names.
    pub(crate) fn open(tokens: TokenStream, errors: &'e mut Errors) -> Self {
        let mut options = Self { rest: Vec::new(), known: &[], errors, understood: true };
        for chunk in split_at_commas(tokens) {
            let Ok(metas) = NestedMeta::parse_meta_list(chunk.clone()) else {
                let unread = || String::from("this option cannot be read: write `name`, `name = value`, or `name(…)`");
                let message = as_in_manuals(&chunk).unwrap_or_else(unread);
                options.fail(Error::custom(message).with_span(&chunk));
                continue;
            };
            for meta in metas {
                match meta {
                    NestedMeta::Meta(meta) => options.rest.push(meta),
                    other => options.fail(
                        Error::custom(
                            "expected an option: a name, `name = value`, or a name with a list in parentheses",
                        )
                        .with_span(&other),
                    ),
                }
            }
        }
        options
    }

    /// Whether each option could be read. If not, what is missing may be missing for that reason.
    pub(crate) const fn are_understood(&self) -> bool {
        self.understood
    }

    fn fail(&mut self, error: Error) {
        self.understood = false;
        self.errors.push(error);
    }

    fn handle<T>(&mut self, result: Result<T, Error>) -> Option<T> {
        self.understood &= result.is_ok();
        self.errors.handle(result)
    }

    /// The errors, for a value that the caller reads by itself.
    pub(crate) fn errors(&mut self) -> &mut Errors {
        self.errors
    }

    /// All options with this name.
    pub(crate) fn all(&mut self, name: &'static str) -> Vec<Meta> {
        debug_assert!(self.known.is_empty() || self.known.contains(&name), "`{name}` has to be known");
        let (taken, rest) = std::mem::take(&mut self.rest).into_iter().partition(|meta| meta.path().is_ident(name));
        self.rest = rest;
        taken
    }

    /// The one option with this name.
    pub(crate) fn one(&mut self, name: &'static str) -> Option<Meta> {
        let mut found = self.all(name).into_iter();
        let first = found.next();
        for again in found {
            self.errors.push(Error::custom(format!("`{name}` is given twice: remove one")).with_span(&again));
        }
        first
    }

    /// `name` alone.
    pub(crate) fn flag(&mut self, name: &'static str) -> Option<Span> {
        let meta = self.one(name)?;
        if !matches!(meta, Meta::Path(_)) {
            self.errors.push(Error::custom(format!("`{name}` takes no value: write `{name}` alone")).with_span(&meta));
        }
        Some(meta.span())
    }

    /// The flags out of `names` that are given.
    pub(crate) fn flags<T: Copy>(&mut self, names: &[(&'static str, T)]) -> Vec<Spanned<T>> {
        names.iter().filter_map(|(name, value)| self.flag(name).map(|span| Spanned::new(*value, span))).collect()
    }

    /// `name = value`.
    pub(crate) fn value(&mut self, name: &'static str) -> Option<Expr> {
        match self.one(name)? {
            Meta::NameValue(meta) => Some(meta.value),
            other => {
                self.fail(Error::custom(format!("write `{name} = …`")).with_span(&other));
                None
            }
        }
    }

    /// `name = 7`.
    pub(crate) fn number(&mut self, name: &'static str) -> Option<Spanned<u64>> {
        let value = self.value(name)?;
        self.handle(number(&value))
    }

    /// `name = some::path`.
    pub(crate) fn path(&mut self, name: &'static str) -> Option<Path> {
        let value = self.value(name)?;
        self.handle(path(&value))
    }

    /// `name = Ident`.
    pub(crate) fn ident(&mut self, name: &'static str) -> Option<Ident> {
        let value = self.value(name)?;
        self.handle(ident(&value))
    }

    /// `name(…)`.
    pub(crate) fn list(&mut self, name: &'static str) -> Option<(TokenStream, Span)> {
        match self.one(name)? {
            Meta::List(list) => Some((list.tokens.clone(), list.span())),
            other => {
                self.fail(Error::custom(format!("write `{name}(…)`")).with_span(&other));
                None
            }
        }
    }

    /// `name(A, B)`, or `name = A`.
    pub(crate) fn idents(&mut self, name: &'static str) -> Option<Vec<Ident>> {
        match self.one(name)? {
            Meta::List(list) => self.handle(idents(list.tokens.clone())),
            Meta::NameValue(meta) => self.handle(ident(&meta.value)).map(|ident| vec![ident]),
            other @ Meta::Path(_) => {
                self.fail(Error::custom(format!("write `{name}(…)`")).with_span(&other));
                None
            }
        }
    }

    /// `name = word`, where the word is one of `words`.
    pub(crate) fn word<T: Copy>(&mut self, name: &'static str, words: &[(&'static str, T)]) -> Option<Spanned<T>> {
        let value = self.ident(name)?;
        word(&value, words, self.errors)
    }

    /// What is left, for an attribute that takes arbitrary names.
    pub(crate) fn drain(&mut self) -> Vec<Meta> {
        std::mem::take(&mut self.rest)
    }
}

/// Gives an option another name, at the same place.
fn rename(meta: &mut Meta, name: &str) {
    let path = match meta {
        Meta::Path(path) => path,
        Meta::List(list) => &mut list.path,
        Meta::NameValue(meta) => &mut meta.path,
    };
    // `virtual` is a keyword and an option.
    if let (Ok(mut ident), Some(segment)) = (Ident::parse_any.parse_str(name), path.segments.first_mut()) {
        ident.set_span(segment.ident.span());
        *path = ident.into();
    }
}

/// An integer literal.
pub(crate) fn number(value: &Expr) -> Result<Spanned<u64>, Error> {
    let expected = || Error::custom("expected an integer").with_span(value);
    let Expr::Lit(syn::ExprLit { lit: syn::Lit::Int(literal), .. }) = value else { return Err(expected()) };
    match literal.base10_parse() {
        Ok(number) => Ok(Spanned::new(number, value.span())),
        Err(_) => Err(Error::custom("this number does not fit into 64 bits").with_span(value)),
    }
}

/// A path.
pub(crate) fn path(value: &Expr) -> Result<Path, Error> {
    match value {
        Expr::Path(path) if path.qself.is_none() => Ok(path.path.clone()),
        _ => Err(Error::custom("expected a name").with_span(value)),
    }
}

/// A path of one segment.
pub(crate) fn ident(value: &Expr) -> Result<Ident, Error> {
    path(value)?.require_ident().cloned().map_err(|_| Error::custom("expected a single name").with_span(value))
}

/// One of `words`. Another one is reported, and read as the nearest of them.
pub(crate) fn word<T: Copy>(name: &Ident, words: &[(&'static str, T)], errors: &mut Errors) -> Option<Spanned<T>> {
    let find = |name: &str| words.iter().find(|(word, _)| *word == name).map(|(_, value)| *value);
    let text = name.to_string();
    let value = find(&text).or_else(|| {
        let known: Vec<_> = words.iter().map(|(word, _)| *word).collect();
        errors.push(Error::custom(unknown("word", &text, &known)).with_span(name));
        nearest(&text, &known).and_then(find)
    });
    value.map(|value| Spanned::new(value, name.span()))
}

/// `A, B, C`.
pub(crate) fn idents(tokens: TokenStream) -> Result<Vec<Ident>, Error> {
    let parser = syn::punctuated::Punctuated::<Ident, syn::Token![,]>::parse_terminated;
    Ok(parser.parse2(tokens)?.into_iter().collect())
}

/// `a | b | c`.
pub(crate) fn alternatives(value: &Expr) -> Result<Vec<Ident>, Error> {
    match value {
        Expr::Binary(binary) if matches!(binary.op, syn::BinOp::BitOr(_)) => {
            let mut names = alternatives(&binary.left)?;
            names.extend(alternatives(&binary.right)?);
            Ok(names)
        }
        _ => Ok(vec![ident(value)?]),
    }
}

/// Splits at the commas outside of brackets; empty pieces are left out.
pub(crate) fn split_at_commas(tokens: TokenStream) -> Vec<TokenStream> {
    let mut chunks = vec![Vec::new()];
    for token in tokens {
        match token {
            TokenTree::Punct(punct) if punct.as_char() == ',' => chunks.push(Vec::new()),
            token => {
                if let Some(chunk) = chunks.last_mut() {
                    chunk.push(token);
                }
            }
        }
    }
    chunks.into_iter().filter(|chunk| !chunk.is_empty()).map(TokenStream::from_iter).collect()
}
