//! `#[phases(TABLE, SET = …)] enum`, and choices of phases.

use super::options::{Options, ident, number, split_at_commas};
use super::{Errors, Reader, first_and_rest, rust, states};
use darling::Error;
use proc_macro2::TokenStream;
use pt_model::{During, Phase, PhaseSet, Phases};
use syn::{BinOp, Expr, ItemEnum, Meta, UnOp};

pub(super) fn read(reader: Reader, item: ItemEnum, errors: &mut Errors) -> Phases {
    let mut head = reader.head(&item.attrs, &item.vis, item.ident);
    let (table, rest) = first_and_rest(reader.tokens);
    let table = states::subject(table, "phases", &head.ident, errors);
    let mut options = Options::open(rest, errors);
    let mut sets = Vec::new();
    for meta in options.drain() {
        let Meta::NameValue(set) = &meta else {
            head.broken = true;
            options.errors().push(Error::custom("write `SET = PHASE | PHASE`").with_span(&meta));
            continue;
        };
        let of = options.errors().handle(choice(&set.value));
        match (set.path.get_ident(), of) {
            (Some(name), Some(of)) => sets.push(PhaseSet { ident: name.clone(), of }),
            _ => head.broken = true,
        }
    }
    head.broken |= table.is_none() || !options.are_understood();
    let phases = item.variants.into_iter().map(|variant| {
        let code = variant.discriminant.as_ref().and_then(|(_, value)| errors.handle(number(value)));
        Phase { attrs: rust::attributes(&variant.attrs), ident: variant.ident, code }
    });
    let phases = phases.collect();
    Phases { head, table, phases, sets }
}

/// What is in the parentheses of `during(A | B, C & !D)`.
pub(super) fn during(tokens: TokenStream) -> Result<During, Error> {
    let mut parts = Vec::new();
    for chunk in split_at_commas(tokens) {
        parts.push(choice(&syn::parse2(chunk)?)?);
    }
    Ok(if parts.len() == 1 { parts.remove(0) } else { During::Any(parts) })
}

/// `A`, `!A`, `A | B`, `A & B`, or one of them in parentheses.
fn choice(value: &Expr) -> Result<During, Error> {
    let both = |a: &Expr, b: &Expr| Ok::<_, Error>(vec![choice(a)?, choice(b)?]);
    match value {
        Expr::Binary(binary) => match binary.op {
            BinOp::BitOr(_) => Ok(During::Any(both(&binary.left, &binary.right)?)),
            BinOp::BitAnd(_) => Ok(During::All(both(&binary.left, &binary.right)?)),
            _ => Err(Error::custom("phases are put together by `|`, `&` and `!`").with_span(value)),
        },
        Expr::Unary(unary) if matches!(unary.op, UnOp::Not(_)) => Ok(During::Not(Box::new(choice(&unary.expr)?))),
        Expr::Paren(inner) => choice(&inner.expr),
        name => Ok(During::Name(ident(name)?)),
    }
}
