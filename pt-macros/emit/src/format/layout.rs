//! `HasLayout`: the masks of a format, one implementation a level.

use super::bits::{default_value, put, untyped};
use super::{levels, rules, word};
use crate::Context;
use crate::literal::{decimal, hex, hex64};
use proc_macro2::{Ident, TokenStream};
use pt_model::{Format, HardwareBit, Layout, Party, Role, Slot, Source, Word};

pub(super) fn emit(context: Context<'_>, format: &Format) -> TokenStream {
    if format.word == Word::U128 {
        return wide(context, format);
    }
    let (krate, ident) = (context.krate, &format.head.ident);
    let mut written: Vec<(String, &Ident)> = Vec::new();
    let mut kept: Vec<(String, &Ident)> = Vec::new();
    levels(context, format)
        .map(|level| {
            let masks = masks(context, format, level);
            let text = masks.to_string();
            // A level whose masks another one has already refers to that one.
            let layout = if let Some((_, same)) = written.iter().find(|(other, _)| *other == text) {
                hygienic!(<#ident<#same> as #krate::HasLayout>::LAYOUT)
            } else {
                written.push((text, level));
                hygienic!(#krate::Layout { #masks })
            };
            let rules = rules::emit(context, format, level, &mut kept);
            let span = span(context, format, level);
            let writers = writers(context, format, level);
            hygienic! {
                impl #krate::HasLayout for #ident<#level> {
                    const LAYOUT: #krate::Layout = #layout;
                    #span
                    #rules
                    #writers
                }
            }
        })
        .collect()
}

/// The spans that leaves of a level can be part of.
fn span(context: Context<'_>, format: &Format, level: &Ident) -> Option<TokenStream> {
    let krate = context.krate;
    let mut places = format.fields.iter().filter_map(|field| field.at(level));
    let (place, spanning) = places.find_map(|place| match place.role {
        Role::Span(spanning) => Some((place, spanning)),
        _ => None,
    })?;
    let bits = hex64(place.bits.mask());
    let (order, coded) = (decimal(spanning.leaves.max(1).ilog2()), spanning.coded);
    let page = decimal(context.module.shift(format, level)?);
    Some(hygienic! {
        const SPAN: ::core::option::Option<#krate::span::Span> = ::core::option::Option::Some(#krate::span::Span {
            bits: #bits,
            order: #order,
            page: #page,
            coded: #coded,
        });
    })
}

/// The masks of the parties, where a bit of the level has a writer.
fn writers(context: Context<'_>, format: &Format, level: &Ident) -> Option<TokenStream> {
    let krate = context.krate;
    let layout = Layout::merged(context.module, format, level);
    let written = |party: Party| layout.mask(|slot| slot.source.writers().iter().any(|writer| **writer == party));
    let masks = Party::ALL.map(written);
    let [vmm, guest, monitor] = masks.map(hex64);
    masks.iter().any(|mask| *mask != 0).then(
        || hygienic!(const WRITERS: #krate::Writers = #krate::Writers { vmm: #vmm, guest: #guest, monitor: #monitor };),
    )
}

fn masks(context: Context<'_>, format: &Format, level: &Ident) -> TokenStream {
    let layout = Layout::merged(context.module, format, level);
    let infos = infos(context, &layout);
    let mask = |choose: fn(&Slot<'_>) -> bool| hex64(layout.mask(choose));
    let frame = mask(|slot| matches!(slot.role, Role::Frame { .. }));
    let hardware = mask(|slot| matches!(slot.role, Role::Hardware(_)));
    let accessed = mask(|slot| slot.role == Role::Hardware(Some(HardwareBit::Accessed)));
    let dirty = mask(|slot| slot.role == Role::Hardware(Some(HardwareBit::Dirty)));
    let reserved = mask(|slot| matches!(slot.role, Role::Reserved(_) | Role::ReservedOnes));
    let ones = hex64(layout.ones());
    let template = template(context, format, &layout);
    hygienic! {
        fields: &[#infos],
        frame: #frame,
        hardware: #hardware,
        reserved: #reserved,
        reserved_ones: #ones,
        accessed: #accessed,
        dirty: #dirty,
        template: #template,
    }
}

/// Every described field, lowest bit first.
fn infos(context: Context<'_>, layout: &Layout<'_>) -> TokenStream {
    let krate = context.krate;
    let mut slots: Vec<_> = layout.slots.iter().filter(|slot| slot.mask != 0).collect();
    slots.sort_by_key(|slot| slot.mask.trailing_zeros());
    slots
        .into_iter()
        .map(|slot| {
            let name = match slot.source {
                Source::Field(field, _) => field.ident.to_string(),
                Source::Class(_) | Source::Alignment => String::new(),
            };
            let class = match slot.role {
                Role::Value | Role::Span(_) => hygienic!(value),
                Role::Frame { .. } => hygienic!(frame),
                Role::Tag(_) => hygienic!(tag),
                Role::Hardware(_) => hygienic!(hardware),
                Role::Software => hygienic!(software),
                Role::Ignored => hygienic!(ignored),
                Role::Reserved(_) | Role::ReservedOnes => hygienic!(reserved),
            };
            let mask = hex64(slot.mask);
            hygienic!(#krate::FieldInfo::#class(#name, #mask),)
        })
        .collect()
}

/// A new entry. Defaults that are not numbers here stay expressions.
pub(super) fn template(context: Context<'_>, format: &Format, layout: &Layout<'_>) -> TokenStream {
    let (known, unknown) = layout.template(context.module, format);
    let expressions = unknown.into_iter().map(|(field, place)| {
        let value = untyped(context, field, place, &default_value(context, field, place));
        let bits = put(&place.bits, &value, Word::U64, false);
        hygienic!(| #bits)
    });
    let known = hex64(known);
    hygienic!(#known #(#expressions)*)
}

/// A wide format has no traits: its template is an associated constant of each level.
fn wide(context: Context<'_>, format: &Format) -> TokenStream {
    let (ident, word) = (&format.head.ident, word(format));
    levels(context, format)
        .map(|level| {
            let template = hex(format.template(context.module, level));
            hygienic! {
                impl #ident<#level> {
                    /// A new entry: the declared defaults and the bits that must be one.
                    pub const TEMPLATE: #word = #template;
                }
            }
        })
        .collect()
}
