//! `#[hooks(TABLE)] trait`, with `#[hook(…)]` on its methods.

use super::bits::levels;
use super::options::Options;
use super::states::subject;
use super::{Errors, Reader, arguments, rust, take_named};
use darling::Error;
use proc_macro2::TokenTree;
use pt_model::{Answers, Hook, HookRole, Hooks, Order};
use quote::ToTokens;
use syn::spanned::Spanned as _;
use syn::{Attribute, ItemTrait, Meta, TraitItem};

pub(super) fn read(reader: Reader, mut item: ItemTrait, errors: &mut Errors) -> Hooks {
    let mut head = reader.head(&std::mem::take(&mut item.attrs), &item.vis, item.ident.clone());
    let table = subject(reader.tokens, "hooks", &head.ident, errors);
    head.broken |= table.is_none();
    let mut hooks = Vec::new();
    for method in &mut item.items {
        let TraitItem::Fn(method) = method else { continue };
        let mut attributes = take_named(&mut method.attrs, "hook").into_iter();
        let Some(first) = attributes.next() else {
            let message = format!("what is `{}` to the engine? Add `#[hook(ROLE)]`", method.sig.ident);
            errors.push(Error::custom(message).with_span(&method.sig.ident));
            head.broken = true;
            continue;
        };
        for again in attributes {
            errors.push(Error::custom("`#[hook]` is given twice").with_span(&again));
        }
        hooks.push(hook(&first, &method.sig, errors));
    }
    let braces = item.brace_token.span.join();
    let members = std::mem::take(&mut item.items).into_iter().map(rust::member).collect();
    // Without its items the trait ends in empty braces.
    let mut header: Vec<TokenTree> = item.into_token_stream().into_iter().collect();
    header.pop();
    Hooks { head, table, header: header.into_iter().collect(), braces, members, hooks }
}

const OPTIONS: [&str; 22] = [
    "link",
    "add",
    "map",
    "block",
    "unblock",
    "track",
    "remove",
    "unlink",
    "split",
    "merge",
    "reclaim",
    "other",
    "partial",
    "busy",
    "incomplete",
    "stopped",
    "before",
    "after",
    "fused",
    "lossy",
    "done",
    "levels",
];

fn hook(attribute: &Attribute, method: &syn::Signature, errors: &mut Errors) -> Hook {
    let ident = &method.ident;
    let mut options = Options::new(arguments(attribute, errors), &OPTIONS, errors);
    let roles = options.flags(&HookRole::ALL);
    let answers = Answers {
        partial: options.flag("partial"),
        busy: options.flag("busy"),
        incomplete: options.flag("incomplete"),
        stopped: options.flag("stopped"),
    };
    let mut orders = options.flags(&[("before", Order::Before), ("after", Order::After)]).into_iter();
    let order = orders.next();
    for again in orders {
        options.errors().push(Error::custom("a hook is called before or after, not both").with_span(&again.span()));
    }
    let (fused, lossy) = (options.flag("fused"), options.flag("lossy"));
    let done = match options.one("done") {
        Some(Meta::NameValue(meta)) => {
            let value = meta.value;
            let read = syn::parse2(value.into_token_stream()).map(|done| rust::ty(&done));
            options.errors().handle(read.map_err(Error::from))
        }
        Some(other) => {
            options.errors().push(Error::custom("write `done = Type`").with_span(&other));
            None
        }
        None => None,
    };
    let filter = options.list("levels");
    if roles.is_empty() && options.are_understood() {
        let words: Vec<_> = HookRole::ALL.iter().map(|(word, _)| *word).collect();
        let message = format!("what is `{ident}` to the engine? Add one of `{}`", words.join("`, `"));
        errors.push(Error::custom(message).with_span(ident));
    }
    let levels = filter.map(|(tokens, span)| levels(tokens, span, errors));
    let (ident, signature) = (ident.clone(), rust::signature(method));
    Hook { ident, signature, roles, answers, done, levels, order, fused, lossy, span: attribute.span() }
}
