//! Conditions, `a & !b`: on features of the machine (`if = …`), and on the fields of an entry (`illegal(…)`).

use super::Errors;
use super::bits::levels;
use super::entry::level_filter;
use super::options::{Options, ident, number, split_at_commas};
use darling::Error;
use proc_macro2::{Span, TokenStream, TokenTree};
use pt_model::{Condition, Conditional, Illegal, Otherwise, Spanned, Term, Wanted};
use syn::spanned::Spanned as _;
use syn::{BinOp, Expr, Ident, Meta, UnOp};

const OTHERWISE: [(&str, Otherwise); 3] =
    [("reserved", Otherwise::Reserved), ("ignored", Otherwise::Ignored), ("software", Otherwise::Software)];

/// `if = CONDITION, else = …` among the options of a field.
pub(super) fn of_field(options: &mut Options<'_>) -> Option<Conditional> {
    let condition = options.value("if");
    let otherwise = options.word("else", &OTHERWISE);
    let Some(condition) = condition else {
        if let Some(otherwise) = otherwise {
            let message = "`else` belongs to `if`: it is what the bits are when the condition does not hold";
            options.errors().push(Error::custom(message).with_span(&otherwise.span()));
        }
        return None;
    };
    let condition = options.errors().handle(self::condition(&condition))?;
    Some(Conditional { condition, otherwise: otherwise.map_or(Otherwise::Reserved, |otherwise| *otherwise) })
}

/// `if = CONDITION` and nothing else.
pub(super) fn alone(tokens: TokenStream, span: Span, errors: &mut Errors) -> Option<Condition> {
    let mut options = Options::new(tokens, &["if"], errors);
    let Some(value) = options.value("if") else {
        if options.are_understood() {
            options.errors().push(Error::custom("under which condition? Write `leaf(if = FEATURE)`").with_span(&span));
        }
        return None;
    };
    options.errors().handle(condition(&value))
}

fn condition(value: &Expr) -> Result<Condition, Error> {
    Ok(Condition { terms: conjunction(value)?, span: value.span() })
}

/// `a & !b`: names, each with whether it stands there without a `!`.
fn conjunction(value: &Expr) -> Result<Vec<(Ident, bool)>, Error> {
    match value {
        Expr::Binary(binary) if matches!(binary.op, BinOp::BitAnd(_)) => {
            let mut terms = conjunction(&binary.left)?;
            terms.extend(conjunction(&binary.right)?);
            Ok(terms)
        }
        Expr::Unary(unary) if matches!(unary.op, UnOp::Not(_)) => Ok(vec![(name(&unary.expr)?, false)]),
        _ => Ok(vec![(name(value)?, true)]),
    }
}

fn name(value: &Expr) -> Result<Ident, Error> {
    ident(value).map_err(|_| Error::custom("write names with `&` and `!`, as in `a & !b`").with_span(value))
}

/// `illegal(write & !read, memory_type = 2 | 3, if = CONDITION, levels(A, B))`.
pub(super) fn illegal(meta: &Meta, errors: &mut Errors) -> Option<Illegal> {
    let Meta::List(list) = meta else {
        errors.push(Error::custom("which entries? Write `illegal(write & !read)`").with_span(meta));
        return None;
    };
    let mut illegal = Illegal { terms: Vec::new(), condition: None, levels: None, span: list.span() };
    for chunk in split_at_commas(list.tokens.clone()) {
        if let Some((tokens, span)) = level_filter(&chunk) {
            illegal.levels = Some(levels(tokens, span, errors));
        } else if let Some((name, value)) = assignment(&chunk) {
            let value = errors.handle(syn::parse2::<Expr>(value).map_err(Error::from))?;
            if name == "if" {
                illegal.condition = Some(errors.handle(condition(&value))?);
            } else {
                let values = Wanted::OneOf(errors.handle(numbers(&value))?);
                illegal.terms.push(Term { field: name, values });
            }
        } else {
            let value = errors.handle(syn::parse2::<Expr>(chunk).map_err(Error::from))?;
            let terms = errors.handle(conjunction(&value))?.into_iter();
            illegal.terms.extend(
                terms.map(|(field, set)| Term { field, values: if set { Wanted::Set } else { Wanted::Clear } }),
            );
        }
    }
    if illegal.terms.is_empty() {
        errors.push(Error::custom("which entries? Write `illegal(write & !read)`").with_span(meta));
        return None;
    }
    Some(illegal)
}

/// `name = value`, where the name may be a keyword.
fn assignment(chunk: &TokenStream) -> Option<(Ident, TokenStream)> {
    let mut tokens = chunk.clone().into_iter();
    match (tokens.next()?, tokens.next()?) {
        (TokenTree::Ident(name), TokenTree::Punct(equals)) if equals.as_char() == '=' => Some((name, tokens.collect())),
        _ => None,
    }
}

/// `2 | 3 | 7`.
fn numbers(value: &Expr) -> Result<Vec<Spanned<u64>>, Error> {
    match value {
        Expr::Binary(binary) if matches!(binary.op, BinOp::BitOr(_)) => {
            let mut all = numbers(&binary.left)?;
            all.extend(numbers(&binary.right)?);
            Ok(all)
        }
        _ => Ok(vec![number(value)?]),
    }
}
