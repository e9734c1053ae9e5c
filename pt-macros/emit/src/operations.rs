//! The operations of a monitor, as values.

use super::Context;
use super::derives::{ORDERED, derive};
use super::docs::{attrs_and_doc, attrs_or_doc};
use super::numbered::Numbered;
use proc_macro2::{Ident, TokenStream};
use pt_model::{Operation, Operations};

pub(super) fn emit(context: Context<'_>, operations: &Operations) -> TokenStream {
    let (vis, ident) = (&operations.head.vis, &operations.head.ident);
    let table = operations.table.as_ref().map_or(String::new(), |table| format!(" of `{table}`"));
    let attrs = attrs_or_doc(&operations.head.attrs, &format!("The operations{table}."));
    let derive = derive(ORDERED, &operations.head.attrs.derives);
    let codes = operations.operations.iter().map(|operation| (&operation.ident, operation.code));
    let numbered = Numbered::counted("operation", codes);
    let (names, written) = (numbered.names(), numbered.written());
    let (conversions, listing) = (numbered.conversions(ident), numbered.listing());
    let docs = operations
        .operations
        .iter()
        .map(|operation| attrs_and_doc(&operation.attrs, &describe(context, operations, operation)));
    let levels = levels(context, operations);
    let during = during(context, operations);
    hygienic! {
        #attrs
        #derive
        #vis enum #ident { #(#docs #names #written,)* }

        #conversions
        impl #ident {
            #listing
            #levels
            #during
        }
    }
}

/// The operations and what `lookup` gives for each, those with the same result together.
fn arms<'m>(
    operations: &'m Operations,
    lookup: impl Fn(&'m Operation) -> Vec<Ident>,
) -> Vec<(Vec<&'m Ident>, Vec<Ident>)> {
    let mut arms: Vec<(Vec<&Ident>, Vec<Ident>)> = Vec::new();
    for operation in &operations.operations {
        let found = lookup(operation);
        match arms.iter_mut().find(|(_, same)| *same == found) {
            Some((names, _)) => names.push(&operation.ident),
            None => arms.push((vec![&operation.ident], found)),
        }
    }
    arms
}

/// Where each can be called.
fn levels(context: Context<'_>, operations: &Operations) -> Option<TokenStream> {
    let all = context.module.levels.as_ref()?;
    let (ty, known) = (&all.head.ident, |name: &Ident| all.get(name).map(|level| level.ident.clone()));
    let arms = arms(operations, |operation| match &operation.levels {
        Some(list) => list.names.iter().filter_map(|name| known(&name.ident)).collect(),
        None => all.levels.iter().map(|level| level.ident.clone()).collect(),
    });
    let arms = arms.iter().map(|(names, levels)| hygienic!(#(Self::#names)|* => &[#(#ty::#levels),*],));
    let body = if operations.operations.is_empty() { hygienic!() } else { hygienic!(#(#arms)*) };
    Some(hygienic! {
        /// The levels of the entries that it can be called for.
        #[must_use]
        pub const fn levels(self) -> &'static [#ty] {
            match self { #body }
        }
    })
}

/// When each can be called.
fn during(context: Context<'_>, operations: &Operations) -> Option<TokenStream> {
    let module = context.module;
    let phases = module.phases_of(operations.table.as_ref())?;
    let ty = &phases.head.ident;
    let arms = arms(operations, |operation| {
        let chosen = module.phases_in(operations.table.as_ref(), operation.during.as_ref());
        let variants = phases.phases.iter().map(|phase| &phase.ident);
        variants.filter(|phase| chosen.contains(&phase.to_string())).cloned().collect()
    });
    let arms = arms.iter().map(|(names, phases)| hygienic!(#(Self::#names)|* => &[#(#ty::#phases),*],));
    Some(hygienic! {
        /// The phases in which it can be called.
        #[must_use]
        pub const fn during(self) -> &'static [#ty] {
            match self { #(#arms)* }
        }
    })
}

fn describe(context: Context<'_>, operations: &Operations, operation: &Operation) -> String {
    let list = |names: &[String]| names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    let code = operation.code.map_or(String::new(), |code| format!("Number {}. ", *code));
    let levels = match &operation.levels {
        _ if operation.track.is_some() || operation.other.is_some() => String::from("About no single entry."),
        Some(levels) => {
            let names: Vec<_> = levels.names.iter().map(|name| name.ident.to_string()).collect();
            format!("At {}.", list(&names))
        }
        None => String::from("At every level."),
    };
    let during = operation.during.as_ref().map_or(String::new(), |during| {
        let phases = context.module.phases_in(operations.table.as_ref(), Some(during));
        format!(" During {}.", list(&phases))
    });
    format!("{code}{levels}{during}")
}
