//! Codes: where states are the values of a field, each has one, and another one. A state without, or with that of
//! another, is reported and gets a code that is free, so that the enum is one.

use super::report::Report;
use crate::model::{Module, Spanned, States};
use std::collections::HashMap;
use syn::Ident;

pub(super) fn take_out(module: &mut Module, report: &mut Report<'_>) {
    for states in module.states.iter_mut().filter(|states| states.has_codes()) {
        codes(states, report);
    }
}

fn codes(states: &mut States, report: &mut Report<'_>) {
    let mut taken: HashMap<u64, (Ident, Spanned<u64>)> = HashMap::new();
    let mut without = Vec::new();
    for (position, state) in states.states.iter().enumerate() {
        let name = &state.ident;
        if let Some(when) = &state.when {
            let span = when.terms.first().map_or(when.span, |(field, _)| field.span());
            report.error(span, format!("`{name}` is told apart by its code: remove `#[when]`"));
        }
        match state.code.map(|code| (code, taken.get(&code))) {
            None => {
                if !states.head.broken {
                    let message = format!("the other states have codes, and `{name}` has none: write `{name} = CODE`");
                    report.error(name.span(), message);
                }
                without.push(position);
            }
            Some((code, Some((first, at)))) => {
                let message = format!("{:#04x} is the code of `{first}` already: give `{name}` another", *code);
                report.both((code.span(), message), (at.span(), format!("`{first}` has this code")));
                without.push(position);
            }
            Some((code, None)) => {
                taken.insert(*code, (name.clone(), code));
            }
        }
    }
    let mut free = (0..).filter(|code| !taken.contains_key(code));
    for position in without {
        let state = &mut states.states[position];
        state.code = free.next().map(|code| Spanned::new(code, state.ident.span()));
    }
}
