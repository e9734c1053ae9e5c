//! The geometry enum.

use super::Context;
use super::derives::{KEY, derive};
use super::docs::{attrs_and_doc, attrs_or_doc};
use super::literal::decimal;
use proc_macro2::TokenStream;
use pt_model::{Extension, Geometry, Root, Split, SplitBit, Width};

pub(super) fn emit(context: Context<'_>, geometry: &Geometry) -> TokenStream {
    let krate = context.krate;
    let (vis, ident) = (&geometry.head.vis, &geometry.head.ident);
    let attrs = attrs_or_doc(&geometry.head.attrs, "The shape of the address space, chosen at run time.");
    let extension = match geometry.extension {
        // Each end says for itself how its addresses extend.
        Extension::Zero | Extension::Halves => hygienic!(Zero),
        Extension::Sign => hygienic!(Sign),
    };
    let variants = geometry.roots.iter().map(|root| {
        let name = &root.ident;
        let doc = attrs_and_doc(&root.attrs, &describe(context, root));
        let field = root.field.as_ref().map(|(name, ty)| {
            hygienic!({
                /// The width of input addresses, in bits.
                #name: #ty
            })
        });
        hygienic!(#doc #name #field,)
    });
    let widths = arms(geometry.roots.iter().map(|root| {
        let name = &root.ident;
        let pattern = root.field.as_ref().map(|(field, _)| hygienic!({ #field }));
        (hygienic!(Self::#name #pattern), width(context, root))
    }));
    let derive = derive(KEY, &geometry.head.attrs.derives);
    let halves = halves(context, geometry);
    let tables = tables(context, geometry);
    let granule = granule(context);
    hygienic! {
        #attrs
        #derive
        #[allow(dead_code)] // a machine has geometries that a program never asks for
        #vis enum #ident { #(#variants)* }

        impl #krate::Geometry for #ident {
            const EXTENSION: #krate::geometry::Extension = #krate::geometry::Extension::#extension;
            #granule

            #[inline]
            fn width(self) -> u32 {
                match self { #widths }
            }

            #tables
        }

        #halves
    }
}

/// The arms of a `match`; patterns in a row with the same value are one arm.
fn arms(pairs: impl Iterator<Item = (TokenStream, TokenStream)>) -> TokenStream {
    let mut merged: Vec<(Vec<TokenStream>, TokenStream)> = Vec::new();
    for (pattern, value) in pairs {
        match merged.last_mut() {
            Some((patterns, last)) if last.to_string() == value.to_string() => patterns.push(pattern),
            _ => merged.push((vec![pattern], value)),
        }
    }
    merged.iter().map(|(patterns, value)| hygienic!(#(#patterns)|* => #value,)).collect()
}

/// The width where it is not chosen at run time.
pub(super) fn fixed_width(context: Context<'_>, root: &Root) -> Option<u32> {
    match &root.width {
        Some(Width::Fixed(width)) => Some(**width),
        Some(Width::Runtime(_)) => None,
        None => {
            let side_by_side = root.tables.map_or(0, |tables| tables.high.max(1).ilog2());
            context.module.level(&root.level).map(|level| level.index.high + 1 + side_by_side)
        }
    }
}

fn width(context: Context<'_>, root: &Root) -> TokenStream {
    match (&root.width, &root.field) {
        // A width outside of its range cannot be refused by an enum with public fields; it is clamped.
        (Some(Width::Runtime(range)), Some((field, _))) => {
            let (low, high) = (decimal(range.low), decimal(range.high));
            hygienic!(if #field < #low { #low } else if #field > #high { #high } else { #field })
        }
        (Some(Width::Runtime(range)), None) => {
            let high = decimal(range.high);
            hygienic!(#high)
        }
        _ => {
            let width = decimal(fixed_width(context, root).unwrap_or(64).clamp(1, 64));
            hygienic!(#width)
        }
    }
}

fn halves(context: Context<'_>, geometry: &Geometry) -> TokenStream {
    let (krate, ident) = (context.krate, &geometry.head.ident);
    if geometry.extension == Extension::Halves {
        return hygienic! {
            impl #krate::Whole for #ident {
                type Space = #krate::space::Lower;
            }
            impl #krate::OneEnd for #ident {}
        };
    }
    if !geometry.is_split() {
        let space = match (&geometry.space, geometry.extension) {
            (Some(space), _) => hygienic!(#space),
            (None, Extension::Sign) => hygienic!(Virtual),
            (None, Extension::Zero | Extension::Halves) => hygienic!(Guest),
        };
        return hygienic! {
            impl #krate::Whole for #ident {
                type Space = #krate::space::#space;
            }
        };
    }
    let masks = arms(geometry.roots.iter().map(|root| {
        let name = &root.ident;
        let pattern = root.field.as_ref().map(|_| hygienic!({ .. }));
        let mask = match root.split.as_ref().map(|split| *split.bit) {
            Some(SplitBit::Bit(bit)) => {
                let bit = decimal(bit.min(63));
                hygienic!(1 << #bit)
            }
            Some(SplitBit::Top) => hygienic!(1 << (#krate::Geometry::width(self) - 1)),
            None => hygienic!(0),
        };
        (hygienic!(Self::#name #pattern), mask)
    }));
    let one = |root: &Root| root.split.as_ref().is_some_and(|split| *split.shared != 0);
    let shared = if geometry.roots.iter().all(one) {
        hygienic!(#krate::Split::split_mask(self))
    } else {
        let ones: Vec<_> = geometry.roots.iter().filter(|root| one(root)).map(|root| &root.ident).collect();
        if ones.is_empty() {
            hygienic!(0)
        } else {
            hygienic!(match self { #(Self::#ones { .. })|* => #krate::Split::split_mask(self), _ => 0 })
        }
    };
    hygienic! {
        impl #krate::Split for #ident {
            #[inline]
            fn split_mask(self) -> u64 {
                match self { #masks }
            }
            #[inline]
            fn shared_value(self) -> u64 {
                #shared
            }
        }
    }
}

/// How many tables side by side are the root, where that is ever more than one.
fn tables(context: Context<'_>, geometry: &Geometry) -> TokenStream {
    if geometry.roots.iter().all(|root| root.tables.is_none()) {
        return TokenStream::new();
    }
    let krate = context.krate;
    let literal = |count: u32| {
        let count = decimal(count);
        hygienic!(#count)
    };
    let counts = arms(geometry.roots.iter().map(|root| {
        let name = &root.ident;
        let count = match (root.tables, context.module.level(&root.level)) {
            (Some(range), _) if range.low == range.high => literal(range.low.max(1)),
            // As many as the address bits above the index of one table ask for.
            (Some(range), Some(level)) => {
                let least = decimal(level.index.high.saturating_add(1) + range.low.max(1).ilog2());
                let (low, indexed) = (decimal(range.low.max(1)), decimal(level.index.high + 1));
                hygienic! {
                    match #krate::Geometry::width(self) {
                        width if width > #least => 1 << (width - #indexed),
                        _ => #low,
                    }
                }
            }
            _ => literal(1),
        };
        let pattern = root.field.as_ref().map(|_| hygienic!({ .. }));
        (hygienic!(Self::#name #pattern), count)
    }));
    hygienic! {
        #[inline]
        fn root_tables(self) -> u32 {
            match self { #counts }
        }
    }
}

/// The granule, where it is not 4 KiB.
fn granule(context: Context<'_>) -> Option<TokenStream> {
    let last = context.module.levels.as_ref()?.levels.last()?;
    (last.index.low > pt_model::PAGE_SHIFT).then(|| {
        let shift = decimal(last.index.low);
        hygienic!(const PAGE_SHIFT: u32 = #shift;)
    })
}

fn describe(context: Context<'_>, root: &Root) -> String {
    let width = match (&root.width, fixed_width(context, root)) {
        (_, Some(width)) => format!("{width}-bit"),
        (Some(Width::Runtime(range)), None) => format!("{} to {}-bit", range.low, range.high),
        (_, None) => String::from("All"),
    };
    let split = root
        .split
        .as_ref()
        .map_or(String::new(), |split| format!(" An address is shared if {} is {}.", split_bit(split), *split.shared));
    format!("{width} addresses, with the root at `{}`.{split}", root.level)
}

/// `bit 47`, `the topmost bit`.
pub(super) fn split_bit(split: &Split) -> String {
    match *split.bit {
        SplitBit::Bit(bit) => format!("bit {bit}"),
        SplitBit::Top => String::from("the topmost bit"),
    }
}
