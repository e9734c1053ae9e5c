//! `#[table(…)] struct`.

use super::options::{Options, word};
use super::{Errors, Reader, rust};
use darling::Error;
use proc_macro2::{Span, TokenStream};
use pt_model::{Kind, LiveRule, Select, Space, Spanned, Table};
use syn::{Fields, ItemStruct};

const SPACES: [(&str, Space); 5] = [
    ("shared", Space::Shared),
    ("private", Space::Private),
    ("protected", Space::Protected),
    ("guest", Space::Guest),
    ("virtual", Space::Virtual),
];

const OPTIONS: [&str; 22] = [
    "shared",
    "private",
    "protected",
    "guest",
    "virtual",
    "visible_to",
    "writable_by",
    "used_by",
    "propagates_to",
    "entries",
    "flush",
    "states",
    "hooks",
    "operations",
    "phases",
    "frozen",
    "kind",
    "select",
    "live",
    "every_access",
    "root",
    "owner",
];

pub(super) fn read(reader: Reader, item: ItemStruct, errors: &mut Errors) -> Table {
    let mut head = reader.head(&item.attrs, &item.vis, item.ident);
    if !matches!(item.fields, Fields::Unit) {
        errors.push(Error::custom("a table is a unit struct: it has no fields").with_span(&item.fields));
    }
    let mut options = Options::new(reader.tokens, &OPTIONS, errors);
    let mut spaces = options.flags(&SPACES).into_iter();
    let space = spaces.next();
    for again in spaces {
        options.errors().push(Error::custom("a table translates one address space").with_span(&again.span()));
    }
    let visible_to_vmm = party(&mut options, "visible_to", "vmm");
    let writable_by_vmm = party(&mut options, "writable_by", "vmm");
    let used_by_cpu = party(&mut options, "used_by", "cpu");
    let propagates_to = options.idents("propagates_to").unwrap_or_default();
    let entries = options.idents("entries").unwrap_or_default();
    let flush = options.path("flush").map(|path| rust::path(&path));
    let states = options.ident("states");
    let hooks = options.ident("hooks");
    let operations = options.ident("operations");
    let phases = options.ident("phases");
    let frozen = options.number("frozen");
    let kind = options.word("kind", &[("radix", Kind::Radix), ("inverse", Kind::Inverse), ("flat", Kind::Flat)]);
    let select = select(&mut options);
    let live =
        options.word("live", &[("in_place", LiveRule::InPlace), ("break_before_make", LiveRule::BreakBeforeMake)]);
    let every_access = options.word("every_access", &[("user", ())]);
    let owner = owner(&mut options);
    let root = options.list("root");
    head.broken |= !options.are_understood();
    let root_alignment = root.and_then(|(tokens, span)| root_alignment(tokens, span, errors));
    if space.is_none() && !head.broken {
        let message = "which addresses does this table translate? Begin with `shared`, `private`, `protected`, `guest` or \
                       `virtual`";
        errors.push(Error::custom(message).with_span(&head.ident));
    }
    head.broken |= space.is_none();
    Table {
        head,
        space,
        visible_to_vmm,
        writable_by_vmm,
        used_by_cpu,
        propagates_to,
        entries,
        flush,
        states,
        hooks,
        operations,
        phases,
        frozen,
        kind: kind.map_or(Kind::Radix, |kind| *kind),
        select,
        live,
        every_access_of_user: every_access.map(|user| user.span()),
        root_alignment,
        owner,
    }
}

/// `visible_to(vmm)`: an option that names one party.
fn party(options: &mut Options<'_>, name: &'static str, party: &'static str) -> Option<Span> {
    let parties = options.idents(name)?;
    let words = parties.iter().filter_map(|who| word(who, &[(party, ())], options.errors()));
    words.map(|word| word.span()).last()
}

fn select(options: &mut Options<'_>) -> Option<Spanned<Select>> {
    let names = options.idents("select")?;
    let words = [
        ("shared", Select::Shared),
        ("private", Select::Private),
        ("both", Select::Both),
        ("lower", Select::Lower),
        ("upper", Select::Upper),
    ];
    let name = names.first()?;
    word(name, &words, options.errors())
}

/// `root(align = N)`.
fn root_alignment(tokens: TokenStream, span: Span, errors: &mut Errors) -> Option<Spanned<u64>> {
    let mut options = Options::new(tokens, &["align"], errors);
    let alignment = options.number("align");
    if alignment.is_none() && options.are_understood() {
        errors.push(Error::custom("where can a root lie? Write `root(align = BYTES)`").with_span(&span));
    }
    alignment
}

fn owner(options: &mut Options<'_>) -> Option<String> {
    let value = options.value("owner")?;
    let text = <String as darling::FromMeta>::from_expr(&value).map_err(|error| error.with_span(&value));
    options.errors().handle(text)
}
