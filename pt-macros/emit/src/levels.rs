//! The level enum, and one marker type a level.

use super::Context;
use super::derives::{KEY, ORDERED, derive};
use super::docs::{attrs_and_doc, attrs_or_doc};
use super::literal::decimal;
use proc_macro2::TokenStream;
use pt_model::{Level, Levels};

pub(super) fn emit(context: Context<'_>, levels: &Levels) -> TokenStream {
    let krate = context.krate;
    let (vis, ident) = (&levels.head.vis, &levels.head.ident);
    let attrs = attrs_or_doc(&levels.head.attrs, "The levels, root first.");
    let names: Vec<_> = levels.levels.iter().map(|level| &level.ident).collect();
    let texts: Vec<_> = names.iter().map(ToString::to_string).collect();
    let (derive, key) = (derive(ORDERED, &levels.head.attrs.derives), derive(KEY, &[]));
    let upwards = names.iter().rev();
    let docs = levels.levels.iter().map(|level| attrs_and_doc(&level.attrs, &describe(level)));
    let numbers = (0..names.len() as u64).rev().map(decimal);
    let last = decimal((names.len() as u64).saturating_sub(1));
    let shifts: Vec<_> = levels.levels.iter().map(|level| decimal(level.index.low)).collect();
    let markers = levels.levels.iter().zip(numbers).map(|(level, number)| {
        let (name, text) = (&level.ident, level.ident.to_string());
        let (shift, bits) = (decimal(level.index.low), decimal(level.index.width()));
        let doc = attrs_and_doc(&level.attrs, &format!("Level `{text}`, as a type. {}", describe(level)));
        hygienic! {
            #doc
            #key
            #vis enum #name {}

            impl #krate::Level for #name {
                const NAME: &'static str = #text;
                const NUMBER: u8 = #number;
                const SHIFT: u32 = #shift;
                const INDEX_BITS: u32 = #bits;
            }
        }
    });
    hygienic! {
        #attrs
        #derive
        #vis enum #ident { #(#docs #names,)* }

        impl #krate::Levels for #ident {
            const ALL: &'static [Self] = &[#(Self::#upwards),*];

            fn number(self) -> u8 {
                #last - self as u8
            }
            fn shift(self) -> u32 {
                match self { #(Self::#names => #shifts,)* }
            }
            fn name(self) -> &'static str {
                match self { #(Self::#names => #texts,)* }
            }
        }

        #(#markers)*
    }
}

fn describe(level: &Level) -> String {
    let entries = match (level.leaf, level.table) {
        (Some(_), Some(_)) => "map a page or point to a table",
        (Some(_), None) => "map a page",
        (None, Some(_)) => "point to a table",
        (None, None) => "are always absent",
    };
    let size = size(level.index.low);
    format!(
        "Indexed by address bits {}:{}. Entries {entries}; {size} lie behind each.",
        level.index.high, level.index.low
    )
}

/// `1 << shift` bytes, in the largest unit.
pub(super) fn size(shift: u32) -> String {
    const UNITS: [&str; 7] = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];
    let unit = (shift / 10).min(6);
    format!("{} {}", 1_u64.checked_shl(shift - unit * 10).unwrap_or(0), UNITS[unit as usize])
}
