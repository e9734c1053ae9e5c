//! Codes: where states, operations or phases are numbers, each has one, and another one. One without, or with that of
//! another, is reported and gets a code that is free, so that the enum is one.

use super::report::Report;
use proc_macro2::Ident;
use pt_model::{Module, Spanned, States};
use std::collections::HashMap;

pub(super) fn take_out(module: &mut Module, report: &mut Report) {
    for states in module.states.iter_mut().filter(|states| states.has_codes()) {
        told_apart_once(states, report);
        let coded = states.states.iter_mut().map(|state| (&state.ident, &mut state.code));
        codes(coded.collect(), ("states", |code| format!("{code:#04x}")), states.head.broken, report);
    }
    for operations in &mut module.operations {
        let coded = operations.operations.iter_mut().map(|operation| (&operation.ident, &mut operation.code));
        codes(coded.collect(), ("operations", |code| code.to_string()), operations.head.broken, report);
    }
    for phases in &mut module.phases {
        let coded = phases.phases.iter_mut().map(|phase| (&phase.ident, &mut phase.code));
        codes(coded.collect(), ("phases", |code| code.to_string()), phases.head.broken, report);
    }
}

/// A state has a code or predicates.
fn told_apart_once(states: &States, report: &mut Report) {
    for state in &states.states {
        if let Some(when) = &state.when {
            let span = when.terms.first().map_or(when.span, |(field, _)| field.span());
            report.error(span, format!("`{}` is told apart by its code: remove `#[when]`", state.ident));
        }
    }
}

/// The codes of one enum, if it has any.
fn codes(
    mut items: Vec<(&Ident, &mut Option<Spanned<u64>>)>,
    (what, spell): (&str, fn(u64) -> String),
    broken: bool,
    report: &mut Report,
) {
    if items.iter().all(|(_, code)| code.is_none()) {
        return;
    }
    let mut taken: HashMap<u64, (Ident, Spanned<u64>)> = HashMap::new();
    let mut without = Vec::new();
    for (position, (name, code)) in items.iter().enumerate() {
        match code.map(|code| (code, taken.get(&code))) {
            None => {
                if !broken {
                    let message = format!("the other {what} have codes, and `{name}` has none: write `{name} = CODE`");
                    report.error(name.span(), message);
                }
                without.push(position);
            }
            Some((code, Some((first, at)))) => {
                let message = format!("{} is the code of `{first}` already: give `{name}` another", spell(*code));
                report.both((code.span(), message), (at.span(), format!("`{first}` has this code")));
                without.push(position);
            }
            Some((code, None)) => {
                taken.insert(*code, ((*name).clone(), code));
            }
        }
    }
    let mut free = (0..).filter(|code| !taken.contains_key(code));
    for position in without {
        let (name, code) = &mut items[position];
        **code = free.next().map(|code| Spanned::new(code, name.span()));
    }
}
