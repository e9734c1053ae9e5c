//! Which leaf acts on which entry, and what follows: tables that are made from the declared transitions when this is
//! compiled, so that a question costs a load.

use super::{OpState, SeptOperation, SeptState};
use pt_core::states::{Initiator, States, Transition};

/// What a leaf says to an entry in some state, in some op-state.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Legality {
    /// The leaf does not act on entries in this state: `TDX_EPT_ENTRY_STATE_INCORRECT`.
    Incorrect,
    /// The leaf acts on such entries, but in this op-state the entry has to be blocked first:
    /// `TDX_GPA_RANGE_NOT_BLOCKED`.
    NotBlocked,
    /// The leaf acts on the entry.
    Allowed(Step),
}

/// What a leaf makes of an entry.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct Step {
    /// The states that can follow, by their place in the declaration.
    targets: u16,
    after_track: bool,
}

impl Step {
    /// Whether stale translations have to be tracked before, else `TDX_TLB_TRACKING_NOT_DONE`.
    #[must_use]
    pub const fn after_track(self) -> bool {
        self.after_track
    }

    /// The state that follows, if there is only one. [`targets`](Self::targets) has more for TDH.MEM.PAGE.PROMOTE and
    /// the leaves of migration.
    #[must_use]
    pub fn to(self) -> Option<SeptState> {
        let mut targets = self.targets();
        let first = targets.next()?;
        targets.next().is_none().then_some(first)
    }

    /// The states that can follow.
    #[must_use]
    pub const fn targets(self) -> Targets {
        Targets(self.targets)
    }

    /// Whether the entry can be in this state afterwards.
    #[must_use]
    pub const fn leads_to(self, state: SeptState) -> bool {
        self.targets & 1 << place(state) != 0
    }
}

/// States, in the order of the declaration.
#[derive(Clone, Debug)]
pub struct Targets(u16);

impl Iterator for Targets {
    type Item = SeptState;

    fn next(&mut self) -> Option<SeptState> {
        let state = SeptState::ALL.get(self.0.trailing_zeros() as usize)?;
        self.0 &= self.0 - 1;
        Some(*state)
    }
}

impl SeptOperation {
    /// Whether the leaf can be called in this op-state, else `TDX_OP_STATE_INCORRECT`.
    #[must_use]
    pub const fn exists_in(self, phase: OpState) -> bool {
        EXISTS[row(self)] & 1 << phase as usize != 0
    }

    /// What the leaf says to an entry in this state. The op-state is one that the leaf [exists in](Self::exists_in).
    #[must_use]
    pub const fn on(self, state: SeptState, phase: OpState) -> Legality {
        match STEPS[row(self)][place(state)][phase as usize] {
            Some(step) => Legality::Allowed(step),
            None if ACTS[row(self)] & 1 << place(state) != 0 => Legality::NotBlocked,
            None => Legality::Incorrect,
        }
    }

    /// Whether the leaf acts on entries in this state, in whatever op-state.
    #[must_use]
    pub const fn acts_on(self, state: SeptState) -> bool {
        ACTS[row(self)] & 1 << place(state) != 0
    }
}

impl SeptState {
    /// The state that follows when the guest accepts the page: the transition `by = guest::accept`. `None` if there is
    /// no page in this state that it could accept.
    #[must_use]
    pub const fn accepted(self) -> Option<Self> {
        ACCEPTED[place(self)]
    }
}

const OPERATIONS: usize = SeptOperation::ALL.len();
const STATES: usize = SeptState::ALL.len();
const PHASES: usize = OpState::ALL.len();
/// The codes of the states are below this.
const CODES: usize = 0x80;
/// The numbers of the leaves are below this.
const LEAVES: usize = 0x80;

/// Where each leaf is in the declaration, by its number.
const ROWS: [u8; LEAVES] = {
    let mut rows = [0; LEAVES];
    let mut at = 0;
    while at < OPERATIONS {
        rows[SeptOperation::ALL[at] as usize] = small(at);
        at += 1;
    }
    rows
};

/// Where each state is in the declaration, by its code.
const PLACES: [u8; CODES] = {
    let mut places = [0; CODES];
    let mut at = 0;
    while at < STATES {
        places[SeptState::ALL[at] as usize] = small(at);
        at += 1;
    }
    places
};

const fn small(number: usize) -> u8 {
    assert!(number < 0x100, "a place in an enum of this module");
    number.to_le_bytes()[0]
}

const fn row(operation: SeptOperation) -> usize {
    ROWS[operation as usize] as usize
}

const fn place(state: SeptState) -> usize {
    PLACES[state as usize] as usize
}

/// The op-states in which each leaf exists.
const EXISTS: [u16; OPERATIONS] = {
    let mut exists = [0; OPERATIONS];
    let mut at = 0;
    while at < OPERATIONS {
        let phases = SeptOperation::ALL[at].during();
        let mut index = 0;
        while index < phases.len() {
            exists[at] |= 1 << phases[index] as usize;
            index += 1;
        }
        at += 1;
    }
    exists
};

type Steps = [[[Option<Step>; PHASES]; STATES]; OPERATIONS];

/// What follows, for each leaf, state and op-state.
static STEPS: Steps = {
    let mut steps = [[[None; PHASES]; STATES]; OPERATIONS];
    let mut at = 0;
    while at < SeptState::TRANSITIONS.len() {
        note(&mut steps, &SeptState::TRANSITIONS[at]);
        at += 1;
    }
    steps
};

const fn note(steps: &mut Steps, transition: &Transition<SeptState, SeptOperation, OpState>) {
    let Initiator::Host(operation) = transition.by else { return };
    let phases = if transition.during.is_empty() { OpState::ALL } else { transition.during };
    let mut at = 0;
    while at < phases.len() {
        let step = &mut steps[row(operation)][place(transition.from)][phases[at] as usize];
        let targets = match step {
            Some(step) => step.targets,
            None => 0,
        };
        *step = Some(Step { targets: targets | 1 << place(transition.to), after_track: transition.after_track });
        at += 1;
    }
}

/// What follows when the guest accepts a page.
static ACCEPTED: [Option<SeptState>; STATES] = {
    let mut accepted = [None; STATES];
    let mut at = 0;
    while at < SeptState::TRANSITIONS.len() {
        let transition = &SeptState::TRANSITIONS[at];
        if let Initiator::Guest(name) = transition.by
            && matches!(name.as_bytes(), b"accept")
        {
            accepted[place(transition.from)] = Some(transition.to);
        }
        at += 1;
    }
    accepted
};

/// The states that each leaf acts on in some op-state.
static ACTS: [u16; OPERATIONS] = {
    let mut acts = [0; OPERATIONS];
    let mut at = 0;
    while at < SeptState::TRANSITIONS.len() {
        let transition = &SeptState::TRANSITIONS[at];
        if let Initiator::Host(operation) = transition.by {
            acts[row(operation)] |= 1 << place(transition.from);
        }
        at += 1;
    }
    acts
};
