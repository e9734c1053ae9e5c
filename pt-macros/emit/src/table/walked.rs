//! A table that the VMM walks: the ladder of its levels.

use super::decode::decode;
use super::decode_own::decode_own;
use crate::Context;
use crate::format::fields_name;
use crate::literal::{decimal, hex};
use proc_macro2::{Ident, TokenStream};
use pt_model::{Format, Level, LiveRule, Patterns, Root, Shape, Space, Table};

pub(super) fn emit(context: Context<'_>, table: &Table) -> TokenStream {
    let (krate, module, ident) = (context.krate, context.module, &table.head.ident);
    let Some(leaf) = module.format_of(table, Shape::Leaf) else { return TokenStream::new() };
    let levels = module.levels.as_ref().map_or(&[][..], |levels| &levels.levels);
    let rungs = levels.iter().map(|level| rung(context, table, level));
    let with_leaves: Vec<_> = levels.iter().filter(|level| has(context, table, level, Shape::Leaf)).collect();
    let with_tables: Vec<_> = levels.iter().filter(|level| has(context, table, level, Shape::Table)).collect();
    let (leaf_names, table_names) =
        (with_leaves.iter().map(|level| &level.ident), with_tables.iter().map(|level| &level.ident));
    let visible = visible(context, table, leaf);
    let page = match table.space.as_deref() {
        Some(Space::Private | Space::Protected) => Ident::new("Private", proc_macro2::Span::mixed_site()),
        _ => Ident::new("Shared", proc_macro2::Span::mixed_site()),
    };
    let changes = changes(context, table);
    let pages = shown_at! { ident.span() =>
        impl<L: #krate::LeafLevelOf<#ident>> #krate::PageOf<#ident, L> for #krate::Page<#krate::space::#page, L> {
            #[inline(always)]
            fn into_frame(self) -> #krate::Hpa {
                #krate::Page::into_frame(self)
            }
        }
    };
    let leaf_levels = leaf_names.map(|level| shown_at!(level.span() => impl #krate::LeafLevelOf<#ident> for #level {}));
    let table_levels =
        table_names.map(|level| shown_at!(level.span() => impl #krate::TableLevelOf<#ident> for #level {}));
    hygienic! {
        #visible
        #(#rungs)*
        #(#leaf_levels)*
        #(#table_levels)*
        #pages
        #changes
    }
}

/// Whether the declaration gives entries of this shape at this level a format.
fn has(context: Context<'_>, table: &Table, level: &Level, shape: Shape) -> bool {
    context.module.format_at(table, level, shape).is_some()
}

fn visible(context: Context<'_>, table: &Table, leaf: &Format) -> TokenStream {
    let (krate, module, ident) = (context.krate, context.module, &table.head.ident);
    let attributes = fields_name(leaf);
    let patterns = Patterns::of(module, table);
    let (absent, frozen) = (hex(patterns.absent.into()), hex(patterns.frozen.into()));
    let live = table.live.map(|rule| {
        let rule = match *rule {
            LiveRule::InPlace => hygienic!(InPlace),
            LiveRule::BreakBeforeMake => hygienic!(BreakBeforeMake),
        };
        hygienic!(const LIVE_RULE: #krate::table::LiveRule = #krate::table::LiveRule::#rule;)
    });
    let config = module.config.as_ref().map_or_else(
        || hygienic!(()),
        |config| {
            let config = &config.head.ident;
            hygienic!(#config)
        },
    );
    let every = table
        .every_access_of_user
        .map(|_| hygienic!(const EVERY_ACCESS: #krate::format::Access = #krate::format::Access::USER;));
    let alignment = table.root_alignment.map(|bytes| {
        let bytes = decimal(*bytes);
        hygienic!(const ROOT_ALIGNMENT: u64 = #bytes;)
    });
    let arms = root_arms(context);
    shown_at! { ident.span() =>
        impl #krate::Visible for #ident {
            type Attributes = #attributes;
            type Config = #config;
            const ABSENT: u64 = #absent;
            const FROZEN: u64 = #frozen;
            #live
            #every
            #alignment

            #[inline(always)]
            fn at_root<V: #krate::table::RootVisitor<Self>>(geometry: Self::Geometry, visitor: V) -> V::Output {
                match geometry { #(#arms)* }
            }
        }
    }
}

/// The geometries, each with the visit of its root: those that have the same root together, so that what is run there is
/// compiled once for all of them.
fn root_arms(context: Context<'_>) -> Vec<TokenStream> {
    let module = context.module;
    let roots = module.geometry.as_ref().map_or(&[][..], |geometry| &geometry.roots);
    let place = |root: &Root| (root.level.clone(), root.tables.map(|tables| (tables.low, tables.high)));
    let mut arms: Vec<Vec<&Root>> = Vec::new();
    for root in roots {
        match arms.iter_mut().find(|arm| place(arm[0]) == place(root)) {
            Some(arm) => arm.push(root),
            None => arms.push(vec![root]),
        }
    }
    let first = module.levels.as_ref().and_then(|levels| levels.levels.first());
    let arm = |roots: &Vec<&Root>| {
        let patterns = roots.iter().map(|root| {
            let (name, fields) = (&root.ident, root.field.as_ref().map(|_| hygienic!({ .. })));
            hygienic!(Self::Geometry::#name #fields)
        });
        // A level that does not exist was reported; any other keeps the rest alive.
        let level = module.level(&roots[0].level).or(first).map(|level| &level.ident);
        let visit = visit_root(context, roots[0], level);
        hygienic!(#(#patterns)|* => #visit,)
    };
    arms.iter().map(arm).collect()
}

/// Visits the root of a geometry, of as many tables side by side as it has.
fn visit_root(context: Context<'_>, root: &Root, level: Option<&Ident>) -> TokenStream {
    let krate = context.krate;
    let of = |tables: u32| match tables.ilog2() {
        0 => hygienic!(visitor.visit::<#level>()),
        bits => {
            let bits = decimal(bits);
            hygienic!(visitor.visit::<#krate::root::Concatenated<#level, #bits>>())
        }
    };
    let Some(tables) = root.tables else { return of(1) };
    let (low, high) = (tables.low.max(1), tables.high.max(1));
    let counts = (low.ilog2()..high.ilog2()).map(|bits| {
        let (count, visit) = (decimal(1_u32 << bits), of(1 << bits));
        hygienic!(#count => #visit,)
    });
    let most = of(high);
    if low >= high {
        return most;
    }
    hygienic! {
        match #krate::Geometry::root_tables(geometry) {
            #(#counts)*
            _ => #most,
        }
    }
}

/// One level of the ladder.
fn rung(context: Context<'_>, table: &Table, level: &Level) -> TokenStream {
    let (krate, module, ident, name) = (context.krate, context.module, &table.head.ident, &level.ident);
    let levels = module.levels.as_ref();
    let next = |level: Option<&Level>| {
        let name = level.map(|level| &level.ident);
        name.map_or_else(|| hygienic!(#krate::level::Bottom), |name| hygienic!(#name))
    };
    let below = next(levels.and_then(|levels| levels.below(name)));
    let above = next(levels.and_then(|levels| levels.above(name)));
    let level_enum = levels.map(|levels| &levels.head.ident);
    let (leaf, subtable) =
        (context.module.format_at(table, level, Shape::Leaf), context.module.format_at(table, level, Shape::Table));
    let shape = |format: Option<&Format>| {
        let name = format.map(|format| &format.head.ident);
        name.map_or_else(|| hygienic!(#krate::format::NoEntry), |name| hygienic!(#name<Self>))
    };
    let (leaf_type, subtable_type) = (shape(leaf), shape(subtable));
    let decode = decode(context, table, level);
    let own = decode_own(context, table, level).map(|own| {
        hygienic! {
            #[inline(always)]
            fn decode_own(raw: u64) -> #krate::Entry<Self::Leaf, Self::Subtable> {
                #own
            }
        }
    });
    hygienic! {
        impl #krate::LevelOf<#ident> for #name {
            type Below = #below;
            type Above = #above;
            type Leaf = #leaf_type;
            type Subtable = #subtable_type;
            const LEVEL: #level_enum = #level_enum::#name;

            #[inline(always)]
            fn decode(raw: u64) -> #krate::Entry<Self::Leaf, Self::Subtable> {
                #decode
            }
            #own
        }
    }
}

/// Where changes go.
fn changes(context: Context<'_>, table: &Table) -> TokenStream {
    let (krate, ident) = (context.krate, &table.head.ident);
    let Some(target) = table.propagates_to.first() else {
        return shown_at!(ident.span() => impl #krate::Direct for #ident {});
    };
    if !table.space.is_some_and(|space| *space == Space::Private) || context.module.table(target).is_none() {
        return TokenStream::new();
    }
    let blocked = Patterns::of(context.module, table).blocked.map(|(leaf, table)| {
        let (leaf, table) = (hex(leaf.into()), hex(table.into()));
        hygienic! {
            const BLOCKED_LEAF: u64 = #leaf;
            const BLOCKED_TABLE: u64 = #table;
        }
    });
    shown_at! { ident.span() =>
        impl #krate::Propagating for #ident {
            type Protected = #target;
            #blocked
        }
    }
}
