//! The `#[phases]` enums: when in the life of a VM an operation or a transition exists.

use super::{Attributes, Head, Module, Spanned};
use proc_macro2::Ident;

/// The phases that the monitor of one table tells apart.
pub struct Phases {
    /// Name and attributes.
    pub head: Head,
    /// The table, unless it is missing (and was reported).
    pub table: Option<Ident>,
    /// The variants.
    pub phases: Vec<Phase>,
    /// `Name = A | B`: sets of phases, each made of phases and of sets before it. `after(track)` waits in those of
    /// the set `tracked` only, if there is one.
    pub sets: Vec<PhaseSet>,
}

/// One phase.
pub struct Phase {
    /// Documentation.
    pub attrs: Attributes,
    /// Its name.
    pub ident: Ident,
    /// `= CODE`.
    pub code: Option<Spanned<u64>>,
}

/// A set of phases with a name.
pub struct PhaseSet {
    /// Its name.
    pub ident: Ident,
    /// What is in it.
    pub of: During,
}

/// A choice of phases, as written in `during(…)`.
#[derive(Clone, Debug)]
pub enum During {
    /// A phase, or a set of them.
    Name(Ident),
    /// `!A`.
    Not(Box<During>),
    /// `A | B`, or `A, B`.
    Any(Vec<During>),
    /// `A & B`.
    All(Vec<During>),
}

/// The phases that the engine knows, where a table declares no others.
pub const PHASES: [&str; 3] = ["Build", "Run", "Teardown"];

impl Phases {
    /// The set with this name.
    #[must_use]
    pub fn set(&self, name: &str) -> Option<&PhaseSet> {
        self.sets.iter().find(|set| set.ident == name)
    }
}

impl During {
    /// The names in it.
    #[must_use]
    pub fn names(&self) -> Vec<&Ident> {
        match self {
            Self::Name(name) => vec![name],
            Self::Not(inner) => inner.names(),
            Self::Any(parts) | Self::All(parts) => parts.iter().flat_map(Self::names).collect(),
        }
    }

    /// Whether the phase with this name is in it. What has no meaning has no phase in it.
    #[must_use]
    pub fn holds(&self, phase: &str, sets: &[PhaseSet]) -> bool {
        match self {
            Self::Name(name) => {
                // A set is made of what stands before it, so that this comes to an end.
                let set = sets.iter().position(|set| set.ident == *name);
                *name == phase || set.is_some_and(|at| sets[at].of.holds(phase, &sets[..at]))
            }
            Self::Not(inner) => !inner.holds(phase, sets),
            Self::Any(parts) => parts.iter().any(|part| part.holds(phase, sets)),
            Self::All(parts) => parts.iter().all(|part| part.holds(phase, sets)),
        }
    }
}

impl Module {
    /// The phases of the table with this name, if it declares them.
    #[must_use]
    pub fn phases_of(&self, table: Option<&Ident>) -> Option<&Phases> {
        let own = self.table(table?)?.phases.as_ref()?;
        self.phases.iter().find(|phases| phases.head.ident == *own)
    }

    /// The names of the phases of this table, in their order, that are in a choice. Without a choice, all of them.
    #[must_use]
    pub fn phases_in(&self, table: Option<&Ident>, during: Option<&During>) -> Vec<String> {
        let phases = self.phases_of(table);
        let sets = phases.map_or(&[][..], |phases| &phases.sets);
        let all: Vec<String> = match phases {
            Some(phases) => phases.phases.iter().map(|phase| phase.ident.to_string()).collect(),
            None => PHASES.map(String::from).to_vec(),
        };
        all.into_iter().filter(|phase| during.is_none_or(|during| during.holds(phase, sets))).collect()
    }
}
