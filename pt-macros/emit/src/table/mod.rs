//! A table: who sees it, who uses it, where its changes go.

mod decode;
mod decode_own;
mod walked;

use super::Context;
use super::derives::{VALUE, derive};
use super::docs::{attrs_and_doc, doc};
use proc_macro2::{Ident, TokenStream};
use pt_model::{HardwareBit, Kind, Role, Select, Shape, Space, Table};

pub(super) fn emit(context: Context<'_>, table: &Table) -> TokenStream {
    let krate = context.krate;
    let (vis, ident, text) = (&table.head.vis, &table.head.ident, table.head.ident.to_string());
    let attrs = attrs_and_doc(&table.head.attrs, &describe(table));
    let derive = derive(VALUE, &table.head.attrs.derives);
    let unit = hygienic! {
        #attrs
        #derive
        #vis struct #ident;
    };
    let module = context.module;
    let (Some(space), Some(levels), Some(geometry)) = (table.space, &module.levels, &module.geometry) else {
        return unit;
    };
    let space = self::space(*space, table.select.map(|select| *select));
    let (levels, geometry) = (&levels.head.ident, &geometry.head.ident);
    let addresses = addresses(context, table, &space);
    let walked = table.is_walked().then(|| walked::emit(context, table));
    let stage = table.used_by_cpu.and(table.flush.as_ref()).map(|stage| {
        shown_at! { ident.span() =>
            impl #krate::UsedByCpu for #ident {
                type Stage = #stage;
            }
        }
    });
    let history = stage.is_some().then(|| history(context, table));
    hygienic! {
        #unit

        impl #krate::Table for #ident {
            const NAME: &'static str = #text;
            type Space = #krate::space::#space;
            type Geometry = #geometry;
            type Levels = #levels;
        }

        #addresses
        #walked
        #stage
        #history
    }
}

/// Which bits a CPU sets in the leaves of a table that the VMM walks.
fn history(context: Context<'_>, table: &Table) -> TokenStream {
    let (krate, ident) = (context.krate, &table.head.ident);
    let Some(leaf) = context.module.format_of(table, Shape::Leaf).filter(|_| table.is_walked()) else {
        return TokenStream::new();
    };
    let sets = |bit: HardwareBit| {
        let mut places = leaf.fields.iter().flat_map(|field| &field.places);
        places.any(|place| place.role == Role::Hardware(Some(bit)))
    };
    let aged = sets(HardwareBit::Accessed).then(|| shown_at!(ident.span() => impl #krate::Aged for #ident {}));
    let logged = sets(HardwareBit::Dirty).then(|| shown_at!(ident.span() => impl #krate::DirtyLogged for #ident {}));
    hygienic!(#aged #logged)
}

/// The marker of the space of a table's input addresses.
fn space(space: Space, select: Option<Select>) -> Ident {
    let name = match (space, select) {
        (Space::Shared, _) => "Shared",
        (Space::Private | Space::Protected, _) => "Private",
        (Space::Guest, _) => "Guest",
        (Space::Virtual, Some(Select::Lower)) => "Lower",
        (Space::Virtual, Some(Select::Upper)) => "Upper",
        (Space::Virtual, _) => "Virtual",
    };
    Ident::new(name, proc_macro2::Span::mixed_site())
}

/// Which addresses the table translates.
fn addresses(context: Context<'_>, table: &Table, space: &Ident) -> TokenStream {
    let (krate, ident) = (context.krate, &table.head.ident);
    let own = shown_at! { ident.span() =>
        impl #krate::AddressOf<#ident> for #krate::Address<#krate::space::#space> {
            #[inline(always)]
            fn address(self) -> Self {
                self
            }
        }
    };
    let both = table.select.is_some_and(|select| *select == Select::Both);
    if !(both && table.is_walked() && space == "Guest") {
        return own;
    }
    let halves = ["Shared", "Private"].map(|half| {
        let half = Ident::new(half, proc_macro2::Span::mixed_site());
        shown_at! { ident.span() =>
            impl #krate::AddressOf<#ident> for #krate::Address<#krate::space::#half> {
                #[inline(always)]
                fn address(self) -> #krate::Address<#krate::space::Guest> {
                    self.in_both_halves()
                }
            }
        }
    });
    hygienic!(#own #(#halves)*)
}

/// The marker of a declaration with a shared and a private table.
pub(super) fn pair(context: Context<'_>) -> Option<TokenStream> {
    let (module, krate) = (context.module, context.krate);
    let head = module.head.as_ref()?;
    let geometry = module.geometry.as_ref().filter(|geometry| geometry.is_split())?;
    let find = |space: Space, propagates: bool| {
        module.tables.iter().find(|table| {
            table.space.is_some_and(|have| *have == space)
                && table.is_walked()
                && table.propagates_to.is_empty() != propagates
        })
    };
    let shared = find(Space::Shared, false).filter(|table| table.used_by_cpu.is_some() && table.flush.is_some())?;
    let private = find(Space::Private, true)?;
    module.table(private.propagates_to.first()?)?;
    let marker = Ident::new(&pt_model::upper_camel(&head.ident), head.ident.span());
    let (name, geometry) = (head.ident.to_string(), &geometry.head.ident);
    let (shared, private) = (&shared.head.ident, &private.head.ident);
    let vis = &module.table(private)?.head.vis;
    let doc = doc(&format!("The pair of [`{shared}`] and [`{private}`]: what routes, faults and conversions work on."));
    let derive = derive(VALUE, &[]);
    Some(hygienic! {
        #doc
        #derive
        #vis struct #marker;

        impl #krate::table::Pair for #marker {
            const NAME: &'static str = #name;
            type Geometry = #geometry;
            type Shared = #shared;
            type Private = #private;
        }
    })
}

fn describe(table: &Table) -> String {
    let kind = match table.kind {
        Kind::Radix => "",
        Kind::Inverse => "An array by physical address. ",
        Kind::Flat => "An array by input address. ",
    };
    let visible = match (table.visible_to_vmm, table.writable_by_vmm) {
        (Some(_), Some(_)) => "Visible to the VMM, which may write it",
        (Some(_), None) => "Visible to the VMM",
        (None, _) => "Invisible to the VMM",
    };
    let used = if table.used_by_cpu.is_some() { "used by the CPU" } else { "used by no CPU" };
    let targets: Vec<_> = table.propagates_to.iter().map(|target| format!("[`{target}`]")).collect();
    let propagates = match targets.as_slice() {
        [] => String::new(),
        targets => format!(" Its changes are propagated to {}.", targets.join(", then ")),
    };
    let owner = table.owner.as_ref().map_or(String::new(), |owner| format!(" It belongs to the {owner}."));
    let entries: Vec<_> = table.entries.iter().map(|name| format!("[`{name}`]")).collect();
    let entries = entries.join(", ");
    let stale = table.used_by_cpu.and(table.flush.as_ref()).and_then(|path| path.segments.last());
    let stale =
        stale.map_or_else(String::new, |stage| format!(" Stale translations are dropped by `{}`.", stage.ident));
    format!("{kind}{visible}, {used}.{propagates}{owner} Its entries: {entries}.{stale}")
}
