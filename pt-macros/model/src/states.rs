//! The `#[states]` enums: the life of a protected entry.

use super::{Attributes, Default, During, Head, LevelList, Shape, Spanned};
use proc_macro2::{Ident, Span};

/// The states of the entries of one table.
pub struct States {
    /// Name and attributes.
    pub head: Head,
    /// The table, unless it is missing (and was reported).
    pub table: Option<Ident>,
    /// The variants.
    pub states: Vec<State>,
}

/// One state.
pub struct State {
    /// Documentation.
    pub attrs: Attributes,
    /// Its name.
    pub ident: Ident,
    /// `= CODE`: the value of the format's state field.
    pub code: Option<Spanned<u64>>,
    /// `#[when(…)]`: what the fields of the format are in this state.
    pub when: Option<When>,
    /// What an entry in this state points to, unless it is missing (and was reported).
    pub shape: Option<Spanned<Shape>>,
    /// `initial`.
    pub initial: Option<Span>,
    /// `accessible`.
    pub accessible: Option<Span>,
    /// `blocked`.
    pub blocked: Option<Span>,
    /// The `#[to]` attributes.
    pub transitions: Vec<Transition>,
}

/// `#[when(field = N, …, levels(…))]`: all of it holds in the state.
pub struct When {
    /// Fields of the format with their values.
    pub terms: Vec<(Ident, Spanned<Default>)>,
    /// `levels(…)`.
    pub levels: Option<LevelList>,
    /// The attribute.
    pub span: Span,
}

/// `#[to(State, …)]`.
pub struct Transition {
    /// The state after.
    pub to: Ident,
    /// Who starts it; nobody if that is missing (and was reported).
    pub by: Vec<By>,
    /// `during(…)`; always without it.
    pub during: Option<During>,
    /// `after(track)`.
    pub after_track: Option<Span>,
    /// `lossy`: what the page held is lost.
    pub lossy: Option<Span>,
    /// The attribute.
    pub span: Span,
}

/// Who starts a transition.
#[derive(Clone)]
pub enum By {
    /// The VMM, by this hook or operation.
    Hook(Ident),
    /// `guest::name`: the guest, by this operation.
    Guest(Ident),
    /// `monitor::name`: the monitor by itself, in the course of another operation.
    Monitor(Ident),
}

impl States {
    /// The state with this name.
    #[must_use]
    pub fn get(&self, name: &Ident) -> Option<&State> {
        self.states.iter().find(|state| state.ident == *name)
    }

    /// Whether the states are values of one field.
    #[must_use]
    pub fn has_codes(&self) -> bool {
        self.states.iter().any(|state| state.code.is_some())
    }
}
