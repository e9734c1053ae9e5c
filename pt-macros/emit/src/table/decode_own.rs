//! Descending by the frame alone: an entry that is no leaf and has a frame points to a table, where nothing that the
//! engine writes into an absent entry is in the bits of a table's frame.
//!
//! The address is extracted anyway, so that the test of presence costs one instruction a level less. A walker written by
//! hand cannot know that it holds; here the declaration says it.

use super::decode::condition;
use crate::Context;
use crate::format::plain_frame;
use crate::literal::hex;
use proc_macro2::TokenStream;
use pt_model::{Branches, Layout, Level, Patterns, Presence, Shape, Table};

/// The body of `LevelOf::decode_own`, where the frame is proven to tell.
pub(super) fn decode_own(context: Context<'_>, table: &Table, level: &Level) -> Option<TokenStream> {
    let (krate, ident) = (context.krate, &table.head.ident);
    let format = context.module.format_at(table, level, Shape::Table)?;
    let layout = Layout::of(context.module, format, Shape::Table, &level.ident);
    let (_, place) = layout.frame_place()?;
    let by_bits = matches!(format.presence.as_deref(), Some(Presence::Any(_)));
    if !by_bits || !plain_frame(place) || !absent_has_no_frame(context, table, layout.frame() as u64) {
        return None;
    }
    let entry = |shape: TokenStream| hygienic!(#krate::Entry::#shape(#krate::EntryFormat::from_bits(raw)));
    let vacant = hygienic!(#krate::Entry::vacant(raw, <#ident as #krate::Visible>::FROZEN));
    let leaf = match table.branches(context.module, level) {
        Branches::One(_, false) => None,
        Branches::Two { present, is_leaf } => {
            let (present, is_leaf, leaf) = (condition(&present), condition(&is_leaf), entry(hygienic!(Leaf)));
            Some(hygienic!(if #is_leaf { if #present { #leaf } else { #vacant } } else))
        }
        Branches::None | Branches::One(_, true) | Branches::Apart(..) => return None,
    };
    let (frame, subtable) = (hex(layout.frame()), entry(hygienic!(Subtable)));
    Some(hygienic! {
        #leaf if raw & #frame != 0 {
            #subtable
        } else {
            #vacant
        }
    })
}

/// Whether entries that are neither leaf nor table never have one of the bits of `frame`. Those of a table that
/// propagates do: they keep the frame while they are blocked. So may a declared payload.
fn absent_has_no_frame(context: Context<'_>, table: &Table, frame: u64) -> bool {
    let module = context.module;
    let patterns = Patterns::of(module, table);
    let formats = table.entries.iter().filter_map(|name| module.format(name));
    let mut payloads = formats.filter(|format| format.has(Shape::Absent)).flat_map(|format| {
        let levels = format.levels.names.iter();
        levels
            .map(move |level| Layout::of(module, format, Shape::Absent, &level.ident).mask(|slot| slot.fixed.is_none()))
    });
    table.propagates_to.is_empty()
        && (patterns.absent | patterns.frozen) & frame == 0
        && payloads.all(|payload| payload as u64 & frame == 0)
}
