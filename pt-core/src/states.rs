//! The life of a protected entry, as declared.
//!
//! The variants of a `#[states]` enum are states, their attributes the transitions. The engine does not run
//! this model: types carry the order of operations there. It is for whoever plays the monitor (an emulator, a
//! property test) and for drawings, so that all of them follow the one declaration.

use crate::level::Levels;
use core::fmt::Debug;

/// What an entry in a state points to.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Shape {
    /// Nothing.
    Absent,
    /// A page.
    Leaf,
    /// A table of the level below.
    Table,
}

/// When in the life of a VM a transition exists, as the engine knows it. A monitor that tells more phases apart declares
/// its own, by a `#[phases]` enum.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum PhaseName {
    /// Before the VM is finalised.
    Build,
    /// While the VM can run.
    Run,
    /// After its key is gone.
    Teardown,
}

/// Who starts a transition.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Initiator<M> {
    /// The VMM, by this hook or operation.
    Host(M),
    /// The guest, by the operation with this name.
    Guest(&'static str),
    /// The monitor by itself, in the course of another operation.
    Monitor(&'static str),
}

/// One declared transition.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct Transition<S: 'static, M: 'static, P: 'static = PhaseName> {
    /// The state before.
    pub from: S,
    /// The state after.
    pub to: S,
    /// Who starts it, and how.
    pub by: Initiator<M>,
    /// The phases in which it exists; empty for all of them.
    pub during: &'static [P],
    /// Whether stale translations must have been tracked since the entry was blocked.
    pub after_track: bool,
    /// Whether what the page held is lost.
    pub lossy: bool,
}

impl<S: Copy, M: Copy, P: Copy> Transition<S, M, P> {
    /// A transition that the VMM starts by `hook`, in every phase.
    #[must_use]
    pub const fn host(from: S, to: S, hook: M) -> Self {
        Self { from, to, by: Initiator::Host(hook), during: &[], after_track: false, lossy: false }
    }

    /// A transition that the guest starts by the operation with this name, in every phase.
    #[must_use]
    pub const fn guest(from: S, to: S, operation: &'static str) -> Self {
        Self { from, to, by: Initiator::Guest(operation), during: &[], after_track: false, lossy: false }
    }

    /// A transition that the monitor makes by itself, in the course of the operation with this name, in every phase.
    #[must_use]
    pub const fn monitor(from: S, to: S, operation: &'static str) -> Self {
        Self { from, to, by: Initiator::Monitor(operation), during: &[], after_track: false, lossy: false }
    }

    /// It exists in these phases only.
    #[must_use]
    pub const fn during(self, phases: &'static [P]) -> Self {
        Self { during: phases, ..self }
    }

    /// Stale translations must have been tracked before it.
    #[must_use]
    pub const fn after_track(self) -> Self {
        Self { after_track: true, ..self }
    }

    /// What the page held is lost by it.
    #[must_use]
    pub const fn lossy(self) -> Self {
        Self { lossy: true, ..self }
    }
}

/// The states of a protected entry.
pub trait States: Copy + Eq + Debug + Send + Sync + 'static {
    /// The methods of the hooks trait, or the operations of the monitor, as values.
    type Method: Copy + Eq + Debug + Send + Sync + 'static;
    /// When transitions exist: [`PhaseName`], or the `#[phases]` enum of the table.
    type Phase: Copy + Eq + Debug + Send + Sync + 'static;
    /// The levels of the declaration.
    type Levels: Levels;

    /// Every state, in the order of the declaration.
    const ALL: &'static [Self];
    /// The state of an entry of a new table.
    const INITIAL: Self;
    /// Every transition, in the order of the declaration.
    const TRANSITIONS: &'static [Transition<Self, Self::Method, Self::Phase>];

    /// The name in the declaration.
    fn name(self) -> &'static str;
    /// What an entry in this state points to.
    fn shape(self) -> Shape;
    /// Whether a CPU translates through an entry in this state.
    fn is_accessible(self) -> bool;
    /// Whether the entry is blocked: it lets nothing through, and stale translations may be left.
    fn is_blocked(self) -> bool;
    /// `raw` with the bits that tell the states apart set to this state. What they are may depend on the level.
    fn apply(self, raw: u64, level: Self::Levels) -> u64;
    /// The state of an entry of this level, or `None` if no state looks like it.
    fn decode(raw: u64, level: Self::Levels) -> Option<Self>;
}
