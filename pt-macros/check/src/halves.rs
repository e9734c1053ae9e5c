//! Halves: one table translates each half of a split address space. A table and the one that it propagates to
//! are one claim; so is a table for both halves.

use super::report::Report;
use super::states::is_other;
use proc_macro2::Span;
use pt_model::{Kind, Module, Select, Space, Table};

pub(super) fn check(module: &Module, report: &mut Report) {
    if !module.geometry.as_ref().is_some_and(|geometry| geometry.is_split() && !geometry.head.broken) {
        return;
    }
    let all: Vec<_> = module.tables.iter().filter_map(claim).collect();
    // A protected table is claimed by the one that propagates to it. A private table that does not say where it
    // propagates to is reported for that.
    let vague = |table: &Table| is_private(table) && !table.propagates_to.iter().any(|to| is_other(module, table, to));
    let claimed = |claim: &&Claim<'_>| {
        let protected = claim.table.space.is_some_and(|space| *space == Space::Protected);
        all.iter().any(|other| {
            other.halves & claim.halves != 0
                && (stands_for(other.table, claim.table) || protected && vague(other.table))
        })
    };
    let claims: Vec<_> = all.iter().filter(|claim| !claimed(claim)).collect();
    for (position, second) in claims.iter().enumerate() {
        let clash = claims[..position].iter().find(|first| first.halves & second.halves != 0);
        if let Some(first) = clash {
            let half = match first.halves & second.halves {
                SHARED => "the shared half",
                PRIVATE => "the private half",
                _ => "both halves",
            };
            let (one, other) = (&first.table.head.ident, &second.table.head.ident);
            let message = format!(
                "`{one}` translates {half} already: make `{other}` a table of the other half, let one propagate to the \
                 other, or remove one"
            );
            report.both((second.span, message), (first.span, format!("`{one}` translates {half} here")));
        }
    }
}

const SHARED: u8 = 1;
const PRIVATE: u8 = 2;

/// The halves that a tree translates. What is indexed otherwise stands beside a tree.
struct Claim<'a> {
    table: &'a Table,
    halves: u8,
    span: Span,
}

fn claim(table: &Table) -> Option<Claim<'_>> {
    let space = table.space.filter(|_| table.kind == Kind::Radix)?;
    let (halves, span) = match (table.select.map(|select| (*select, select.span())), *space) {
        (_, Space::Shared) => (SHARED, space.span()),
        (_, Space::Private) | (None, Space::Protected) => (PRIVATE, space.span()),
        (Some((Select::Shared, span)), _) => (SHARED, span),
        (Some((Select::Private, span)), _) => (PRIVATE, span),
        (Some((Select::Both, span)), _) => (SHARED | PRIVATE, span),
        (Some((Select::Lower | Select::Upper, _)), _) | (None, Space::Guest | Space::Virtual) => return None,
    };
    Some(Claim { table, halves, span })
}

fn is_private(table: &Table) -> bool {
    table.space.is_some_and(|space| *space == Space::Private)
}

/// Whether the changes of `one` go to `other`.
fn stands_for(one: &Table, other: &Table) -> bool {
    one.propagates_to.contains(&other.head.ident)
}
