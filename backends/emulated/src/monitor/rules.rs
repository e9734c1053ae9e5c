//! The declared transitions, as the monitor asks about them.
//!
//! What an operation does follows from the shapes of the states it leads between: an absent entry that becomes a
//! leaf is mapped, a table that becomes absent is unlinked. The monitor therefore knows no method by name.

use core::marker::PhantomData;
use pt_core::states::{Initiator, PhaseName, Shape, States, Transition};

/// What a transition does.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Effect {
    /// The entry keeps what it points to.
    Mark,
    /// A page is mapped.
    Map,
    /// A page is taken away.
    Unmap,
    /// An empty table is linked.
    Link,
    /// An empty table is taken away.
    Unlink,
    /// A leaf becomes a table of leaves.
    Split,
    /// A table of leaves becomes a leaf.
    Merge,
}

/// What leading from one shape to the other does.
pub const fn effect(from: Shape, to: Shape) -> Effect {
    match (from, to) {
        (Shape::Absent, Shape::Leaf) => Effect::Map,
        (Shape::Absent, Shape::Table) => Effect::Link,
        (Shape::Leaf, Shape::Absent) => Effect::Unmap,
        (Shape::Leaf, Shape::Table) => Effect::Split,
        (Shape::Table, Shape::Absent) => Effect::Unlink,
        (Shape::Table, Shape::Leaf) => Effect::Merge,
        _ => Effect::Mark,
    }
}

/// A declared transition of `S`.
pub type Step<S> = Transition<S, <S as States>::Method>;

/// The transitions that one initiator can start in one phase.
#[derive(Debug)]
pub struct Rules<S: States<Phase = PhaseName>> {
    by: Initiator<S::Method>,
    phase: PhaseName,
    states: PhantomData<S>,
}

impl<S: States<Phase = PhaseName>> Copy for Rules<S> {}
impl<S: States<Phase = PhaseName>> Clone for Rules<S> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<S: States<Phase = PhaseName>> Rules<S> {
    pub const fn new(by: Initiator<S::Method>, phase: PhaseName) -> Self {
        Self { by, phase, states: PhantomData }
    }

    /// The transitions.
    pub fn steps(self) -> impl Iterator<Item = &'static Step<S>> {
        S::TRANSITIONS
            .iter()
            .filter(move |step| step.by == self.by && (step.during.is_empty() || step.during.contains(&self.phase)))
    }

    /// Those that lead on from `state`.
    pub fn from(self, state: S) -> impl Iterator<Item = &'static Step<S>> {
        self.steps().filter(move |step| step.from == state)
    }

    /// Whether one of them does this.
    pub fn has(self, wanted: &[Effect]) -> bool {
        self.steps().any(|step| wanted.contains(&step.effect()))
    }

    /// Whether the entry must only be blocked for one of them to lead on.
    pub fn wants_block(self, state: S) -> bool {
        let blocks = |to: S| S::TRANSITIONS.iter().any(|step| step.from == state && step.to == to && step.is_block());
        self.steps().any(|step| step.from.is_blocked() && blocks(step.from))
    }
}

/// What a transition is, by its two states.
pub trait StepExt {
    /// What it does.
    fn effect(&self) -> Effect;
    /// Whether it blocks the entry.
    fn is_block(&self) -> bool;
}

impl<S: States<Phase = PhaseName>> StepExt for Step<S> {
    fn effect(&self) -> Effect {
        effect(self.from.shape(), self.to.shape())
    }
    fn is_block(&self) -> bool {
        self.effect() == Effect::Mark && !self.from.is_blocked() && self.to.is_blocked()
    }
}

/// The state that `state` was blocked from, or `state` itself: what the parts of a split leaf are in.
pub fn unblocked<S: States<Phase = PhaseName>>(state: S) -> S {
    S::TRANSITIONS.iter().find(|step| step.to == state && step.is_block()).map_or(state, |step| step.from)
}
