//! The phases of a monitor.

use super::derives::{ORDERED, derive};
use super::docs::{attrs_and_doc, attrs_or_doc, doc};
use super::numbered::Numbered;
use proc_macro2::TokenStream;
use pt_model::{Phase, Phases};
use quote::format_ident;

pub(super) fn emit(phases: &Phases) -> TokenStream {
    let (vis, ident) = (&phases.head.vis, &phases.head.ident);
    let attrs = attrs_or_doc(&phases.head.attrs, "When in the life of a VM an operation exists.");
    let derive = derive(ORDERED, &phases.head.attrs.derives);
    let numbered = Numbered::counted("phase", phases.phases.iter().map(|phase| (&phase.ident, phase.code)));
    let (names, written) = (numbered.names(), numbered.written());
    let (conversions, listing) = (numbered.conversions(ident), numbered.listing());
    let docs = phases.phases.iter().map(|phase| attrs_and_doc(&phase.attrs, &describe(phases, phase)));
    let sets = phases.sets.iter().map(|set| {
        let of: Vec<_> = names.iter().filter(|name| set.of.holds(&name.to_string(), &phases.sets)).collect();
        let name = format_ident!("is_{}", set.ident, span = set.ident.span());
        let list = of.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
        let doc = doc(&format!("Whether it is one of {list}."));
        let body = if of.is_empty() { hygienic!(false) } else { hygienic!(::core::matches!(self, #(Self::#of)|*)) };
        hygienic! {
            #doc
            #[must_use]
            pub const fn #name(self) -> bool {
                #body
            }
        }
    });
    hygienic! {
        #attrs
        #derive
        #vis enum #ident { #(#docs #names #written,)* }

        #conversions
        impl #ident {
            #listing
            #(#sets)*
        }
    }
}

/// `Code 2. In the set `tracked`.`
fn describe(phases: &Phases, phase: &Phase) -> String {
    let name = phase.ident.to_string();
    let code = phase.code.map_or(String::new(), |code| format!("Code {}. ", *code));
    let sets = phases.sets.iter().enumerate();
    let sets = sets.filter(|(at, set)| set.of.holds(&name, &phases.sets[..*at]));
    let sets: Vec<_> = sets.map(|(_, set)| format!("`{}`", set.ident)).collect();
    match sets.as_slice() {
        [] => format!("{code}In no set."),
        [set] => format!("{code}In the set {set}."),
        sets => format!("{code}In the sets {}.", sets.join(", ")),
    }
}
