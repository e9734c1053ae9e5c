//! Decoding: from a raw word to leaf, table, frozen or absent, as comparisons under masks.

use crate::Context;
use crate::literal::{equals, hex};
use proc_macro2::TokenStream;
use pt_model::{Branches, Level, Table, Test};

/// The body of `LevelOf::decode`.
pub(super) fn decode(context: Context<'_>, table: &Table, level: &Level) -> TokenStream {
    let (krate, ident) = (context.krate, &table.head.ident);
    let vacant = hygienic!(#krate::Entry::vacant(raw, <#ident as #krate::Visible>::FROZEN));
    let branches = table.branches(context.module, level);
    let take = |shape: TokenStream| hygienic!(#krate::Entry::#shape(#krate::EntryFormat::from_bits(raw)));
    let (leaf, subtable) = (take(hygienic!(Leaf)), take(hygienic!(Subtable)));
    match branches {
        Branches::None => vacant,
        Branches::One(Test::Always, true) => leaf,
        Branches::One(Test::Always, false) => subtable,
        Branches::One(test, is_leaf) => {
            let (test, entry) = (condition(&test), if is_leaf { leaf } else { subtable });
            hygienic!(if #test { #entry } else { #vacant })
        }
        Branches::Two { present, is_leaf } => {
            let (present, is_leaf) = (condition(&present), condition(&is_leaf));
            hygienic! {
                if #present {
                    if #is_leaf { #leaf } else { #subtable }
                } else {
                    #vacant
                }
            }
        }
        Branches::Apart(is_leaf, is_table) => {
            let (is_leaf, is_table) = (condition(&is_leaf), condition(&is_table));
            hygienic! {
                if #is_leaf {
                    #leaf
                } else if #is_table {
                    #subtable
                } else {
                    #vacant
                }
            }
        }
    }
}

/// The condition on `raw` that a test is.
pub(super) fn condition(test: &Test) -> TokenStream {
    match test {
        Test::Always => hygienic!(true),
        Test::Never => hygienic!(false),
        Test::AnyBit(mask) => {
            let mask = hex((*mask).into());
            hygienic!(raw & #mask != 0)
        }
        Test::Equals(mask, value) if mask == value && mask.is_power_of_two() => condition(&Test::AnyBit(*mask)),
        Test::Equals(mask, value) => equals((*mask).into(), (*value).into()),
        Test::Differs(mask, value) => {
            let (mask, value) = (hex((*mask).into()), hex((*value).into()));
            hygienic!(raw & #mask != #value)
        }
        Test::Either(tests) => {
            let tests = tests.iter().map(operand);
            hygienic!(#(#tests)||*)
        }
        Test::All(tests) => {
            let tests = tests.iter().map(operand);
            hygienic!(#(#tests)&&*)
        }
    }
}

/// As a part of a longer condition.
fn operand(test: &Test) -> TokenStream {
    let tokens = condition(test);
    match test {
        Test::Either(_) | Test::All(_) => hygienic!((#tokens)),
        _ => tokens,
    }
}
