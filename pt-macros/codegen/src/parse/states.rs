//! `#[states(TABLE)] enum`, with `#[state]`, `#[when]` and `#[to]` on its variants.

use super::bits::levels;
use super::entry::field_value;
use super::options::{Options, number, word};
use super::phases;
use super::{Errors, Reader, arguments, first_and_rest, rust, take_named};
use darling::Error;
use pt_model::{By, Shape, State, States, Transition, When};
use syn::spanned::Spanned as _;
use syn::{Attribute, Expr, Ident, ItemEnum, Meta, Variant};

pub(super) fn read(reader: Reader, item: ItemEnum, errors: &mut Errors) -> States {
    let mut head = reader.head(&item.attrs, &item.vis, item.ident);
    let table = subject(reader.tokens, "states", &head.ident, errors);
    head.broken |= table.is_none();
    let states: Vec<_> = item.variants.into_iter().map(|variant| state(variant, errors)).collect();
    head.broken |= states.iter().any(|state| state.shape.is_none());
    States { head, table, states }
}

/// `#[states(TABLE)]` and `#[hooks(TABLE)]`: the one argument.
pub(super) fn subject(
    tokens: proc_macro2::TokenStream,
    name: &str,
    ident: &Ident,
    errors: &mut Errors,
) -> Option<Ident> {
    let table = syn::parse2(tokens).ok();
    if table.is_none() {
        errors.push(Error::custom(format!("of which table? Write `#[{name}(TABLE)]`")).with_span(ident));
    }
    table
}

fn state(mut variant: Variant, errors: &mut Errors) -> State {
    let (mut shape, mut initial, mut accessible, mut blocked) = (None, None, None, None);
    for attribute in take_named(&mut variant.attrs, "state") {
        let known = &["absent", "leaf", "table", "initial", "accessible", "blocked"];
        let mut options = Options::new(arguments(&attribute, errors), known, errors);
        let mut shapes =
            options.flags(&[("absent", Shape::Absent), ("leaf", Shape::Leaf), ("table", Shape::Table)]).into_iter();
        shape = shape.or(shapes.next());
        for again in shapes {
            let message = "an entry in a state points to one thing: keep one of `absent`, `leaf`, `table`";
            options.errors().push(Error::custom(message).with_span(&again.span()));
        }
        initial = initial.or(options.flag("initial"));
        accessible = accessible.or(options.flag("accessible"));
        blocked = blocked.or(options.flag("blocked"));
    }
    if shape.is_none() {
        let message = format!(
            "what does an entry in state `{}` point to? Add `#[state(absent)]`, `leaf` or `table`",
            variant.ident
        );
        errors.push(Error::custom(message).with_span(&variant.ident));
    }
    let mut when = None;
    for attribute in take_named(&mut variant.attrs, "when") {
        when = Some(self::when(&attribute, errors));
    }
    let transitions = take_named(&mut variant.attrs, "to").iter().filter_map(|attr| transition(attr, errors)).collect();
    let code = variant.discriminant.as_ref().and_then(|(_, value)| errors.handle(number(value)));
    State {
        attrs: rust::attributes(&variant.attrs),
        ident: variant.ident,
        code,
        when,
        shape,
        initial,
        accessible,
        blocked,
        transitions,
    }
}

fn when(attribute: &Attribute, errors: &mut Errors) -> When {
    let mut options = Options::open(arguments(attribute, errors), errors);
    let filter = options.list("levels");
    let mut terms = Vec::new();
    for meta in options.drain() {
        match &meta {
            Meta::NameValue(term) => {
                let value = options.errors().handle(field_value(&term.value));
                if let (Some(name), Some(value)) = (term.path.get_ident(), value) {
                    terms.push((name.clone(), value));
                }
            }
            other => options.errors().push(Error::custom("write `field = N`").with_span(other)),
        }
    }
    When { terms, levels: filter.map(|(tokens, span)| levels(tokens, span, errors)), span: attribute.span() }
}

fn transition(attribute: &Attribute, errors: &mut Errors) -> Option<Transition> {
    let (to, rest) = first_and_rest(arguments(attribute, errors));
    let mut options = Options::new(rest, &["by", "during", "after", "lossy"], errors);
    let by = options.value("by");
    let during = options.list("during");
    let after = options.idents("after");
    let lossy = options.flag("lossy");
    let understood = options.are_understood();
    let to = syn::parse2::<Ident>(to);
    if to.is_err() {
        errors.push(Error::custom("name the state after it first: `#[to(STATE, by = HOOK)]`").with_span(attribute));
    }
    if by.is_none() && understood {
        let message = "who does it? Add `by = HOOK`, or `by = guest::NAME`, or `by = monitor::NAME`";
        errors.push(Error::custom(message).with_span(attribute));
    }
    let by = by.map_or_else(Vec::new, |by| initiators(&by, errors));
    let during = during.and_then(|(tokens, _)| errors.handle(phases::during(tokens)));
    let mut after_track = None;
    for name in after.unwrap_or_default() {
        after_track = word(&name, &[("track", ())], errors).map(|word| word.span()).or(after_track);
    }
    Some(Transition { to: to.ok()?, by, during, after_track, lossy, span: attribute.span() })
}

/// `A | B | guest::C`.
fn initiators(value: &Expr, errors: &mut Errors) -> Vec<By> {
    match value {
        Expr::Binary(binary) if matches!(binary.op, syn::BinOp::BitOr(_)) => {
            let mut all = initiators(&binary.left, errors);
            all.extend(initiators(&binary.right, errors));
            all
        }
        one => errors.handle(initiator(one)).into_iter().collect(),
    }
}

fn initiator(value: &Expr) -> Result<By, Error> {
    let path = super::options::path(value)?;
    let mut segments = path.segments.iter();
    match (segments.next(), segments.next(), segments.next()) {
        (Some(hook), None, None) => Ok(By::Hook(hook.ident.clone())),
        (Some(who), Some(name), None) if who.ident == "guest" => Ok(By::Guest(name.ident.clone())),
        (Some(who), Some(name), None) if who.ident == "monitor" => Ok(By::Monitor(name.ident.clone())),
        _ => Err(Error::custom("write `by = HOOK`, `by = guest::NAME` or `by = monitor::NAME`").with_span(value)),
    }
}
