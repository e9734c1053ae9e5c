//! Positions of bits: `5`, `12..=51`, or a list of them in brackets, and choices of levels.

use super::Errors;
use super::options::{number, split_at_commas};
use darling::Error;
use proc_macro2::{Span, TokenStream};
use pt_model::{BitList, BitRange, LevelList, LevelName};
use syn::parse::{Parse, ParseStream};
use syn::spanned::Spanned;
use syn::{Expr, RangeLimits, Token};

/// `N` or `LOW..=HIGH`.
pub(crate) fn range(value: &Expr) -> Result<BitRange, Error> {
    let span = value.span();
    let Expr::Range(range) = value else {
        let bit = small(value)?;
        return Ok(BitRange::new(bit, bit, span));
    };
    let (Some(low), Some(high_bit)) = (&range.start, &range.end) else {
        return Err(Error::custom("a range needs both ends: write `LOW..=HIGH`").with_span(value));
    };
    let (low, high) = (small(low)?, small(high_bit)?);
    if matches!(range.limits, RangeLimits::HalfOpen(_)) {
        let last = high.saturating_sub(1);
        let hint = format!("ranges of bits are inclusive, as in the manuals: write `{low}..={last}`");
        return Err(Error::custom(hint).with_span(value));
    }
    Ok(BitRange { low, high, span, high_span: high_bit.span() })
}

/// The bits of a field, as they are written.
pub(crate) fn bits(tokens: &TokenStream) -> Result<BitList, Error> {
    if let Some(mend) = as_in_manuals(tokens) {
        return Err(Error::custom(mend).with_span(tokens));
    }
    let unread = "these bits cannot be read: write `BIT`, `LOW..=HIGH`, or a list of them in brackets";
    let value = syn::parse2(tokens.clone()).map_err(|_| Error::custom(unread).with_span(tokens))?;
    bit_list(&value)
}

/// What to write instead of a range that is written as manuals do: `51:12`, or `51-12`.
pub(crate) fn as_in_manuals(tokens: &TokenStream) -> Option<String> {
    let words: Vec<String> = tokens.clone().into_iter().map(|token| token.to_string()).collect();
    words.windows(3).find_map(|range| {
        let [high, between, low] = range else { return None };
        let (high, low) = (high.parse::<u32>().ok()?, low.parse::<u32>().ok()?);
        let mend = || format!("`{high}{between}{low}` is written with the lowest bit first: `{low}..={high}`");
        [":", "-"].contains(&between.as_str()).then(mend)
    })
}

/// A range, or a list of ranges in brackets.
pub(crate) fn bit_list(value: &Expr) -> Result<BitList, Error> {
    let span = value.span();
    let ranges = match value {
        Expr::Array(list) => {
            let mut errors = Error::accumulator();
            let ranges = list.elems.iter().filter_map(|value| errors.handle(range(value))).collect();
            errors.finish_with(ranges)?
        }
        _ => vec![range(value)?],
    };
    if ranges.is_empty() {
        return Err(Error::custom("a field needs at least one bit").with_span(value));
    }
    Ok(BitList { ranges, span })
}

fn small(value: &Expr) -> Result<u32, Error> {
    let number = number(value)?;
    u32::try_from(*number).map_err(|_| Error::custom("this is not the number of a bit").with_span(value))
}

/// `levels(A, B)`, what is inside the parentheses.
pub(crate) fn levels(tokens: TokenStream, span: Span, errors: &mut Errors) -> LevelList {
    let names = split_at_commas(tokens)
        .into_iter()
        .filter_map(|chunk| errors.handle(syn::parse2::<Name>(chunk).map_err(Error::from)))
        .map(|name| name.0)
        .collect();
    LevelList { names, span }
}

struct Name(LevelName);

impl Parse for Name {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let ident = input.parse()?;
        let shift = if input.peek(Token![=]) {
            input.parse::<Token![=]>()?;
            Some(input.parse::<syn::LitInt>()?.base10_parse()?)
        } else {
            None
        };
        Ok(Self(LevelName { ident, shift }))
    }
}
