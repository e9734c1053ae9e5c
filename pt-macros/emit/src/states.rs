//! The life of a protected entry.

use super::Context;
use super::derives::{KEY, derive};
use super::docs::attrs_and_doc;
use super::literal::{equals, hex64};
use super::numbered::Numbered;
use proc_macro2::{Ident, TokenStream};
use pt_model::{By, During, Encoding, Layout, Role, Shape, State, States, Table, Transition, upper_camel};
use std::fmt::Write as _;

pub(super) fn emit(context: Context<'_>, states: &States) -> TokenStream {
    let (vis, ident) = (&states.head.vis, &states.head.ident);
    let attrs = attrs_and_doc(&states.head.attrs, &draw(context, states));
    let numbered = Numbered::coded("state", states.states.iter().map(|state| (&state.ident, state.code)));
    let (names, codes_written, codes) = (numbered.names(), numbered.written(), numbered.conversions(ident));
    let docs = states.states.iter().map(|state| attrs_and_doc(&state.attrs, &describe(state)));
    let model = model(context, states);
    let derive = derive(KEY, &states.head.attrs.derives);
    hygienic! {
        #attrs
        #derive
        #vis enum #ident { #(#docs #names #codes_written,)* }

        #codes
        #model
    }
}

/// `States`, where the module has all that it refers to.
fn model(context: Context<'_>, states: &States) -> Option<TokenStream> {
    let (krate, module) = (context.krate, context.module);
    let (ident, levels) = (&states.head.ident, &module.levels.as_ref()?.head.ident);
    let table = module.table(states.table.as_ref()?)?;
    let by = Starters::of(context, table)?;
    let method = &by.ty;
    let phases = module.phases_of(states.table.as_ref()).map(|phases| &phases.head.ident);
    let phase = phases.map_or_else(|| hygienic!(#krate::states::PhaseName), |phases| hygienic!(#phases));
    let phase_argument = phases.map(|phases| hygienic!(, #phases));
    let names = states.states.iter().map(|state| &state.ident);
    let initial = states.states.iter().find(|state| state.initial.is_some()).or(states.states.first())?;
    let initial = &initial.ident;
    let transitions = states.states.iter().flat_map(|state| {
        let targeted = state.transitions.iter().filter(|transition| states.get(&transition.to).is_some());
        targeted.flat_map(|transition| steps(context, (states, state), transition, &by))
    });
    let uses = if let Some(phases) = phases {
        hygienic!(
            use #krate::states::Transition;
            use #phases as Phase;
        )
    } else {
        hygienic!(
            use #krate::states::{PhaseName, Transition};
        )
    };
    let functions = functions(context, states, levels);
    Some(hygienic! {
        impl #krate::states::States for #ident {
            type Method = #method;
            type Phase = #phase;
            type Levels = #levels;

            const ALL: &'static [Self] = &[#(Self::#names),*];
            const INITIAL: Self = Self::#initial;
            const TRANSITIONS: &'static [#krate::states::Transition<Self, #method #phase_argument>] = {
                #uses
                use #method as By;
                &[#(#transitions,)*]
            };

            #functions
        }
    })
}

/// The functions of `States`: what a state is, and what it is in bits.
fn functions(context: Context<'_>, states: &States, levels: &Ident) -> TokenStream {
    let krate = context.krate;
    let names: Vec<_> = states.states.iter().map(|state| &state.ident).collect();
    let texts = names.iter().map(ToString::to_string);
    let shape = shape(context, states);
    let accessible = which(states, |state| state.accessible.is_some());
    let blocked = which(states, |state| state.blocked.is_some());
    let (apply, decode) = coding(context, states);
    hygienic! {
        fn name(self) -> &'static str {
            match self { #(Self::#names => #texts,)* }
        }
        fn shape(self) -> #krate::states::Shape {
            #shape
        }
        fn is_accessible(self) -> bool {
            #accessible
        }
        fn is_blocked(self) -> bool {
            #blocked
        }
        #[inline]
        fn apply(self, raw: u64, level: #levels) -> u64 {
            #apply
        }
        #[inline]
        fn decode(raw: u64, level: #levels) -> ::core::option::Option<Self> {
            #decode
        }
    }
}

/// What starts transitions: the type of the values that stand for hooks or operations, and those there are.
struct Starters {
    ty: Ident,
    /// Names as they are written in `by`, with the variants that stand for them.
    known: Vec<(Ident, Ident)>,
}

impl Starters {
    fn of(context: Context<'_>, table: &Table) -> Option<Self> {
        let module = context.module;
        if let Some(hooks) = table.hooks.as_ref().and_then(|name| module.hooks(name)) {
            let variant = |name: &Ident| Ident::new(&upper_camel(name), name.span());
            let known = hooks.hooks.iter().map(|hook| (hook.ident.clone(), variant(&hook.ident)));
            return Some(Self { ty: super::hooks::method_name(hooks), known: known.collect() });
        }
        let operations = module.operations(table.operations.as_ref()?)?;
        let known = operations.operations.iter().map(|operation| (operation.ident.clone(), operation.ident.clone()));
        Some(Self { ty: operations.head.ident.clone(), known: known.collect() })
    }

    /// `by`, as a constructor of a transition with its arguments.
    fn call(&self, by: &By, from: &Ident, to: &Ident) -> Option<TokenStream> {
        Some(match by {
            By::Guest(name) => {
                let name = name.to_string();
                hygienic!(guest(Self::#from, Self::#to, #name))
            }
            By::Monitor(name) => {
                let name = name.to_string();
                hygienic!(monitor(Self::#from, Self::#to, #name))
            }
            By::Hook(name) => {
                let (_, variant) = self.known.iter().find(|(known, _)| known == name)?;
                let variant = Ident::new(&variant.to_string(), name.span());
                hygienic!(host(Self::#from, Self::#to, By::#variant))
            }
        })
    }
}

/// A declared transition: one for each that starts it, and another one for the phases in which it waits for no track.
fn steps(
    context: Context<'_>,
    (states, state): (&States, &State),
    transition: &Transition,
    starters: &Starters,
) -> Vec<TokenStream> {
    let whens = whens(context, states, transition);
    let lossy = transition.lossy.map(|_| hygienic!(.lossy()));
    let calls = transition.by.iter().filter_map(|by| starters.call(by, &state.ident, &transition.to));
    let steps = calls.flat_map(|call| {
        let lossy = lossy.clone();
        whens.iter().map(move |when| hygienic!(Transition::#call #when #lossy)).collect::<Vec<_>>()
    });
    steps.collect()
}

/// When a transition exists, and after what.
fn whens(context: Context<'_>, states: &States, transition: &Transition) -> Vec<TokenStream> {
    let (module, table) = (context.module, states.table.as_ref());
    let phases = module.phases_of(table);
    let tracked = phases.and_then(|phases| phases.set("tracked"));
    let all = module.phases_in(table, None);
    let here = module.phases_in(table, transition.during.as_ref());
    let during = |chosen: &[String]| {
        let ty = Ident::new(if phases.is_some() { "Phase" } else { "PhaseName" }, proc_macro2::Span::mixed_site());
        let spans = transition.during.as_ref().map_or_else(Vec::new, During::names);
        let names = chosen.iter().map(|name| {
            let written = spans.iter().find(|written| **written == name);
            Ident::new(name, written.map_or_else(proc_macro2::Span::mixed_site, |written| written.span()))
        });
        (chosen.len() != all.len()).then(|| hygienic!(.during(&[#(#ty::#names),*])))
    };
    let (waits, free): (Vec<_>, Vec<_>) = match (transition.after_track, tracked) {
        (None, _) => (Vec::new(), here),
        (Some(_), None) => (here, Vec::new()),
        (Some(_), Some(tracked)) => {
            let is_tracked = module.phases_in(table, Some(&tracked.of));
            here.into_iter().partition(|phase| is_tracked.contains(phase))
        }
    };
    let waits = (!waits.is_empty()).then(|| {
        let during = during(&waits);
        hygienic!(#during .after_track())
    });
    let free = (!free.is_empty()).then(|| during(&free).unwrap_or_default());
    waits.into_iter().chain(free).collect()
}

/// What each state points to.
fn shape(context: Context<'_>, states: &States) -> TokenStream {
    let krate = context.krate;
    let arms = [(Shape::Absent, "Absent"), (Shape::Leaf, "Leaf"), (Shape::Table, "Table")].map(|(shape, name)| {
        let of_shape = |state: &&State| state.shape.map_or(Shape::Absent, |have| *have) == shape;
        let names: Vec<_> = states.states.iter().filter(of_shape).map(|state| &state.ident).collect();
        let name = Ident::new(name, proc_macro2::Span::mixed_site());
        (!names.is_empty()).then(|| hygienic!(#(Self::#names)|* => #krate::states::Shape::#name,))
    });
    hygienic!(match self { #(#arms)* })
}

/// Whether `self` is one of the states that `choose` picks.
fn which(states: &States, choose: fn(&State) -> bool) -> TokenStream {
    let chosen: Vec<_> = states.states.iter().filter(|state| choose(state)).map(|state| &state.ident).collect();
    if chosen.is_empty() { hygienic!(false) } else { hygienic!(::core::matches!(self, #(Self::#chosen)|*)) }
}

/// `apply` and `decode`: once for all levels where they are the same.
fn coding(context: Context<'_>, states: &States) -> (TokenStream, TokenStream) {
    let levels = context.module.levels.as_ref().map_or(&[][..], |levels| &levels.levels);
    let mut groups: Vec<(Vec<Encoded<'_>>, Vec<&Ident>)> = Vec::new();
    for level in levels {
        let encodings = encodings(context, states, &level.ident);
        match groups.iter_mut().find(|(same, _)| *same == encodings) {
            Some((_, names)) => names.push(&level.ident),
            None => groups.push((encodings, vec![&level.ident])),
        }
    }
    let arms = |body: fn(&[Encoded<'_>]) -> TokenStream| {
        if let [(encodings, _)] = groups.as_slice() {
            let body = body(encodings);
            return hygienic!(let _ = level; #body);
        }
        let arms = groups.iter().map(|(encodings, levels)| {
            let body = body(encodings);
            hygienic!(#(Self::Levels::#levels)|* => #body,)
        });
        hygienic!(match level { #(#arms)* })
    };
    (arms(apply), arms(decode))
}

/// A state, with its encoding at one level if it occurs there.
type Encoded<'s> = (&'s Ident, Option<Encoding>);

/// The states in the order in which they are looked for. Where a table has tags and a leaf has none beside them,
/// what does not have the tags is a leaf: the tables come first.
fn encodings<'s>(context: Context<'_>, states: &'s States, level: &Ident) -> Vec<Encoded<'s>> {
    let tags = |shape| {
        let format = context.module.format_of(context.module.table(states.table.as_ref()?)?, shape)?;
        let layout = Layout::of(context.module, format, shape, level);
        Some(layout.mask(|slot| matches!(slot.role, Role::Tag(_))))
    };
    let of_leaf_alone = tags(Shape::Leaf).unwrap_or(0) & !tags(Shape::Table).unwrap_or(0);
    let mut ordered: Vec<&State> = states.states.iter().collect();
    if of_leaf_alone == 0 && !states.has_codes() {
        ordered.sort_by_key(|state| state.shape.is_none_or(|shape| *shape != Shape::Table));
    }
    ordered.into_iter().map(|state| (&state.ident, states.encoding(context.module, state, level))).collect()
}

fn apply(encodings: &[Encoded<'_>]) -> TokenStream {
    let known: Vec<_> = encodings.iter().filter_map(|(_, encoding)| *encoding).collect();
    let same = known.len() == encodings.len() && known.windows(2).all(|pair| pair[0].mask == pair[1].mask);
    if let (true, Some(first)) = (same, known.first()) {
        let mask = hex64(first.mask);
        let (names, values): (Vec<&Ident>, Vec<_>) =
            encodings.iter().zip(&known).map(|((name, _), encoding)| (*name, hex64(encoding.value))).unzip();
        return hygienic!(raw & !#mask | match self { #(Self::#names => #values,)* });
    }
    let arms = encodings.iter().map(|(name, encoding)| {
        // A state that does not occur at this level leaves the entry as it is.
        let applied = encoding.map_or_else(
            || hygienic!(raw),
            |encoding| {
                let (mask, value) = (hex64(encoding.mask), hex64(encoding.value));
                hygienic!(raw & !#mask | #value)
            },
        );
        hygienic!(Self::#name => #applied,)
    });
    hygienic!(match self { #(#arms)* })
}

fn decode(encodings: &[Encoded<'_>]) -> TokenStream {
    let known: Vec<_> = encodings.iter().filter_map(|(name, encoding)| Some((*name, (*encoding)?))).collect();
    let mask = known.first().map_or(0, |(_, encoding)| encoding.mask);
    if !known.is_empty() && known.iter().all(|(_, encoding)| encoding.mask == mask) {
        let (names, values): (Vec<&Ident>, Vec<_>) =
            known.iter().map(|(name, encoding)| (*name, hex64(encoding.value))).unzip();
        let mask = hex64(mask);
        return hygienic! {
            match raw & #mask {
                #(#values => ::core::option::Option::Some(Self::#names),)*
                _ => ::core::option::Option::None,
            }
        };
    }
    let branches = known.iter().map(|(name, encoding)| {
        let is_state = equals(encoding.mask, encoding.value);
        hygienic! {
            if #is_state {
                ::core::option::Option::Some(Self::#name)
            } else
        }
    });
    hygienic!(#(#branches)* { ::core::option::Option::None })
}

/// The states with the transitions out of them, as a table in Markdown.
fn draw(context: Context<'_>, states: &States) -> String {
    let mut table = String::from("| state | points to | transitions |\n|---|---|---|");
    for state in &states.states {
        let shape = match state.shape.as_deref() {
            Some(Shape::Leaf) => "page",
            Some(Shape::Table) => "table",
            Some(Shape::Absent) | None => "nothing",
        };
        let steps: Vec<_> = state.transitions.iter().map(|transition| step(context, states, transition)).collect();
        let _ = write!(table, "\n| `{}` | {shape} | {} |", state.ident, steps.join("; "));
    }
    table
}

/// `Mapped` by `page_add` during `Build`, after track.
fn step(context: Context<'_>, states: &States, transition: &Transition) -> String {
    let by = transition.by.iter().map(|by| match by {
        By::Hook(hook) => format!("`{hook}`"),
        By::Guest(name) => format!("`{name}` of the guest"),
        By::Monitor(name) => format!("`{name}` of the monitor"),
    });
    let by = by.collect::<Vec<_>>().join(" or ");
    let phases = transition.during.as_ref().map_or(String::new(), |during| {
        let (module, table) = (context.module, states.table.as_ref());
        let declared = module.phases_of(table).is_some();
        let name = |name: &String| if declared { format!("`{name}`") } else { name.to_lowercase() };
        let names: Vec<_> = module.phases_in(table, Some(during)).iter().map(name).collect();
        format!(" during {}", names.join(", "))
    });
    let after = if transition.after_track.is_some() { " after track" } else { "" };
    let lossy = if transition.lossy.is_some() { ", lossy" } else { "" };
    format!("→ `{}` by {by}{phases}{after}{lossy}", transition.to)
}

fn describe(state: &State) -> String {
    let shape = match state.shape.as_deref() {
        Some(Shape::Leaf) => "Points to a page",
        Some(Shape::Table) => "Points to a table",
        Some(Shape::Absent) | None => "Points to nothing",
    };
    let initial = if state.initial.is_some() { ", as in a new table" } else { "" };
    let accessible = if state.accessible.is_some() { "; a CPU translates through it" } else { "" };
    let blocked = if state.blocked.is_some() { "; blocked" } else { "" };
    let code = state.code.map_or(String::new(), |code| format!(" Code {:#04x}.", *code));
    format!("{shape}{initial}{accessible}{blocked}.{code}")
}
