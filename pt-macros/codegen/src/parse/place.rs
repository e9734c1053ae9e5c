//! What `#[bits(…)]` says of a field of a format and of a field of a register alike.

use super::bits::bits;
use super::options::{Options, number};
use super::{Errors, arguments, first_and_rest};
use darling::Error;
use proc_macro2::{Span, TokenStream};
use pt_model::{BitList, Role};
use syn::spanned::Spanned as _;
use syn::{Attribute, Expr, Meta};

/// The bits, and the options behind them.
pub(super) fn positions(attribute: &Attribute, errors: &mut Errors) -> (Option<BitList>, TokenStream) {
    let (first, rest) = first_and_rest(arguments(attribute, errors));
    if first.is_empty() {
        errors.push(Error::custom("which bits? Write `#[bits(LOW..=HIGH)]`").with_span(attribute));
        return (None, rest);
    }
    (errors.handle(bits(&first)), rest)
}

/// `frame` or `address`, whichever `name` is, with `shift = N`: the role, and where it is written.
pub(super) fn frame(options: &mut Options<'_>, name: &'static str) -> Option<(Role, Span)> {
    let shift = options.number("shift");
    let given = options.flag(name);
    if let (None, Some(shift)) = (given, shift) {
        let message = format!("`shift` belongs to `{name}`: it is the lowest address bit that the field stores");
        options.errors().push(Error::custom(message).with_span(&shift.span()));
    }
    let shift = shift.map(|shift| u32::try_from(*shift).unwrap_or(u32::MAX));
    given.map(|span| (Role::Frame { shift }, span))
}

/// `reserved`, or `reserved = N`.
pub(super) fn reserved(options: &mut Options<'_>) -> Option<(Role, Span)> {
    match options.one("reserved")? {
        Meta::NameValue(meta) => {
            let value = options.errors().handle(number(&meta.value));
            Some((Role::Reserved(value.map_or(0, |value| *value)), meta.value.span()))
        }
        meta => Some((Role::Reserved(0), meta.span())),
    }
}

/// The first of the roles that are given; `words` are those that exclude each other.
pub(super) fn only(roles: &[(Role, Span)], words: &[&str], errors: &mut Errors) -> (Role, Option<Span>) {
    for (_, again) in roles.iter().skip(1) {
        let message = format!("a field is for one thing: keep one of `{}`", words.join("`, `"));
        errors.push(Error::custom(message).with_span(again));
    }
    roles.first().map_or((Role::Value, None), |(role, span)| (*role, Some(*span)))
}

/// `default = …` and `values`, of which the second does not go without the first. `what` is made new: an entry or a register.
pub(super) fn default(options: &mut Options<'_>, what: &str) -> (Option<Expr>, Option<Span>) {
    let (default, values) = (options.value("default"), options.flag("values"));
    if let (Some(values), None) = (values, &default) {
        let message = format!("which value has a new {what}? An enum declared elsewhere needs `default = VARIANT`");
        options.errors().push(Error::custom(message).with_span(&values));
    }
    (default, values)
}
