//! What holds of the states of every declaration.

use pt_core::Levels;
use pt_core::states::{Initiator, States};
use std::collections::HashSet;

/// Asserts that every state is reached from the initial one, and that an entry that is put into a state is in it, at
/// each level where `occurs` says that the state occurs.
pub fn assert_life<S: States>(occurs: impl Fn(S, S::Levels) -> bool) {
    assert_eq!(reached::<S>().len(), S::ALL.len(), "not every state is reached");
    for &level in S::Levels::ALL {
        for &state in S::ALL.iter().filter(|state| occurs(**state, level)) {
            for rest in [0, u64::MAX, 0x5555_5555_5555_5555] {
                let entry = state.apply(rest, level);
                assert_eq!(S::decode(entry, level), Some(state), "{entry:#x} at {}", level.name());
                assert_eq!(state.apply(entry, level), entry, "the state of {entry:#x} changes nothing in it");
            }
        }
    }
}

fn reached<S: States>() -> Vec<S> {
    let mut reached = vec![S::INITIAL];
    let mut next = 0;
    while let Some(&state) = reached.get(next) {
        let targets =
            S::TRANSITIONS.iter().filter(|transition| transition.from == state).map(|transition| transition.to);
        for to in targets {
            if !reached.contains(&to) {
                reached.push(to);
            }
        }
        next += 1;
    }
    reached
}

/// The operations of the guest that change states.
pub fn guest_operations<S: States>() -> HashSet<&'static str> {
    let operations = S::TRANSITIONS.iter().filter_map(|transition| match transition.by {
        Initiator::Guest(name) => Some(name),
        _ => None,
    });
    operations.collect()
}

/// How many transitions the hook `method` makes.
pub fn made_by<S: States>(method: S::Method) -> usize {
    S::TRANSITIONS.iter().filter(|transition| transition.by == Initiator::Host(method)).count()
}
