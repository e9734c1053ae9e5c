//! `#[geometry] enum`.

use super::bits::range;
use super::levels::only_attribute;
use super::options::{Options, number};
use super::{Errors, Reader, first_and_rest, rust};
use darling::Error;
use pt_model::{Extension, Geometry, Root, Spanned, Split, SplitBit, Width};
use syn::spanned::Spanned as _;
use syn::{Expr, Fields, ItemEnum, Variant};

pub(super) fn read(reader: Reader, item: ItemEnum, errors: &mut Errors) -> Geometry {
    let mut head = reader.head(&item.attrs, &item.vis, item.ident);
    let mut options = Options::new(reader.tokens, &["extend", "space"], errors);
    let words = [("zero", Extension::Zero), ("sign", Extension::Sign), ("halves", Extension::Halves)];
    let extension = options.word("extend", &words);
    let space = options.ident("space");
    head.broken |= !options.are_understood();
    let mut roots = Vec::new();
    for variant in item.variants {
        match root(variant, errors) {
            Some(root) => roots.push(root),
            None => head.broken = true,
        }
    }
    Geometry { head, extension: extension.map_or(Extension::Zero, |extension| *extension), space, roots }
}

fn root(mut variant: Variant, errors: &mut Errors) -> Option<Root> {
    let (tokens, span) = only_attribute(&mut variant, "root", "#[root(LEVEL, …)]", errors)?;
    let (level, rest) = first_and_rest(tokens);
    let mut options = Options::new(rest, &["width", "split", "tables"], errors);
    let width = options.value("width");
    let split = options.list("split");
    let tables = options.value("tables");
    let level = syn::parse2(level);
    if level.is_err() {
        errors.push(Error::custom("name the level of the root first: `#[root(LEVEL, …)]`").with_span(&variant.ident));
    }
    let width = width.and_then(|width| errors.handle(self::width(&width)));
    let split = split.and_then(|(tokens, span)| self::split(Options::new(tokens, &["bit", "shared"], errors), span));
    let tables = tables.and_then(|tables| errors.handle(range(&tables)));
    let field = match &variant.fields {
        Fields::Named(fields) => {
            fields.named.first().and_then(|field| Some((field.ident.clone()?, rust::ty(&field.ty))))
        }
        _ => None,
    };
    Some(Root {
        attrs: rust::attributes(&variant.attrs),
        ident: variant.ident,
        level: level.ok()?,
        width,
        split,
        tables,
        field,
        span,
    })
}

fn width(value: &Expr) -> Result<Width, Error> {
    if matches!(value, Expr::Range(_)) {
        return range(value).map(Width::Runtime);
    }
    let number = number(value)?;
    let width = u32::try_from(*number).map_err(|_| Error::custom("an address has at most 64 bits").with_span(value))?;
    Ok(Width::Fixed(Spanned::new(width, value.span())))
}

fn split(mut options: Options<'_>, span: proc_macro2::Span) -> Option<Split> {
    let bit = options.value("bit");
    let shared = options.number("shared");
    if bit.is_none() || shared.is_none() {
        options.errors().push(Error::custom("write `split(bit = N, shared = 0 or 1)`").with_span(&span));
    }
    let bit = bit.and_then(|bit| match &bit {
        Expr::Path(path) if path.path.is_ident("top") => Some(Spanned::new(SplitBit::Top, bit.span())),
        _ => {
            let number = options.errors().handle(number(&bit))?;
            Some(Spanned::new(SplitBit::Bit(u32::try_from(*number).unwrap_or(u32::MAX)), bit.span()))
        }
    });
    Some(Split { bit: bit?, shared: shared?, span })
}
