//! Every state, method, phase and tracking situation against the declared transitions.

use crate::lab::{ADDRESS, Lab, StateOf, Subject, exists_in, methods, shapes, steps_by};
use pt_core::level::Levels;
use pt_core::states::{Initiator, PhaseName, Shape, States};
use pt_emulated::monitor::{AddressSpace, Denied, GuestAnswer, LevelsOf, MethodOf, ProtectedFormat};

const PHASES: [PhaseName; 3] = [PhaseName::Build, PhaseName::Run, PhaseName::Teardown];

/// How many attempts were made, and how many of them the monitor had to allow.
#[derive(Debug, Default, PartialEq)]
pub struct Tried {
    pub attempts: usize,
    pub allowed: usize,
}

/// Tries every method, and every operation of the guest, on an entry of every level below `top` in every situation.
pub fn try_everything<F: ProtectedFormat>(
    space: AddressSpace<LevelsOf<F>>,
    top: u8,
    track: MethodOf<F>,
    reclaim: MethodOf<F>,
) -> Tried {
    let lab = Lab::new();
    let mut tried = Tried::default();
    for level in (0..=top).filter_map(LevelsOf::<F>::from_number) {
        for &state in StateOf::<F>::ALL {
            for phase in PHASES {
                for tracked in [false, true] {
                    let at = Situation::<F> { level, state, phase, tracked };
                    for full in [false, true] {
                        tried.count(&try_methods(&at, full, || Subject::new(&lab, space, track, reclaim)));
                    }
                    let mut subject = Subject::<F>::new(&lab, space, track, reclaim);
                    try_guest(&mut subject, &at);
                    subject.dissolve();
                }
            }
        }
    }
    assert_eq!(lab.monitor.machine().arena().pages_in_use(), 0, "a page was lost");
    tried
}

impl Tried {
    fn count(&mut self, more: &Self) {
        self.attempts += more.attempts;
        self.allowed += more.allowed;
    }
}

#[derive(Debug)]
struct Situation<F: ProtectedFormat> {
    level: LevelsOf<F>,
    state: StateOf<F>,
    phase: PhaseName,
    tracked: bool,
}

/// Tries every method that wants a full table, or every other one. Nothing happens if there is no such situation.
fn try_methods<F: ProtectedFormat>(at: &Situation<F>, full: bool, fresh: impl Fn() -> Subject<F>) -> Tried {
    let merges = |step| shapes::<StateOf<F>>(step) == (Shape::Table, Shape::Leaf);
    let mut tried = Tried::default();
    let mut prepared: Option<Subject<F>> = None;
    for method in methods::<StateOf<F>>().into_iter().filter(|&method| steps_by(method).any(merges) == full) {
        // A refusal changes nothing, so that the next method finds the same situation.
        let mut subject = prepared.take().unwrap_or_else(|| {
            let mut subject = fresh();
            subject.in_place = subject.bring(at.level, at.state, at.phase, full);
            if subject.in_place && at.tracked && at.phase != PhaseName::Teardown {
                subject.track();
            }
            subject
        });
        if !subject.in_place {
            subject.dissolve();
            break;
        }
        tried.attempts += 1;
        if try_method(&mut subject, at, method, full) {
            tried.allowed += 1;
            subject.dissolve();
        } else {
            prepared = Some(subject);
        }
    }
    if let Some(subject) = prepared {
        subject.dissolve();
    }
    tried
}

/// Whether the method had to be allowed.
fn try_method<F: ProtectedFormat>(
    subject: &mut Subject<F>,
    at: &Situation<F>,
    method: MethodOf<F>,
    merges: bool,
) -> bool {
    let label = format!("{method:?} at {:?} in {:?}, {:?}, tracked {}", at.level, at.state, at.phase, at.tracked);
    if at.phase == PhaseName::Teardown {
        assert_eq!(subject.call(method, at.level), Err(Denied::NoKey), "{label}");
        return false;
    }
    let before = subject.vm.inspect(ADDRESS, at.level).unwrap();
    assert_eq!((before.level, before.state), (at.level, Some(at.state)), "{label}");

    let answer = subject.call(method, at.level);
    let after = subject.vm.inspect(ADDRESS, at.level).unwrap();
    let declared: Vec<_> =
        steps_by::<StateOf<F>>(method).filter(|step| step.from == at.state && exists_in(step, at.phase)).collect();
    let ready = !declared.iter().any(|step| step.after_track) || at.tracked;
    if declared.is_empty() || !ready || !F::serves(method, at.level) {
        let denied = answer.expect_err(&label);
        assert_eq!(after, before, "{label}: refused, and changed all the same");
        let reason = match denied {
            Denied::Operand(_) => !F::serves(method, at.level),
            Denied::Phase(phase) => {
                phase == at.phase && !steps_by::<StateOf<F>>(method).any(|step| exists_in(step, phase))
            }
            Denied::NotTracked => !ready,
            Denied::NotBlocked { .. } => declared.is_empty() && !at.state.is_blocked(),
            Denied::State { .. } => declared.is_empty(),
            _ => false,
        };
        assert!(reason, "{label}: refused for the wrong reason: {denied}");
        return false;
    }
    assert_eq!(answer, Ok(()), "{label}");
    assert!(declared.iter().any(|step| Some(step.to) == after.state), "{label}: became {:?}", after.state);
    if let (Shape::Leaf | Shape::Table, Some(Shape::Leaf)) = (at.state.shape(), after.state.map(States::shape))
        && !merges
    {
        assert_eq!(after.frame, before.frame, "{label}");
    }
    true
}

/// Tries the operations of the guest: only the declared ones change the entry.
fn try_guest<F: ProtectedFormat>(subject: &mut Subject<F>, at: &Situation<F>) {
    if !subject.bring(at.level, at.state, at.phase, false) {
        return;
    }
    let label = format!("the guest at {:?} in {:?}, {:?}", at.level, at.state, at.phase);
    let names = StateOf::<F>::TRANSITIONS.iter().filter_map(|step| match step.by {
        Initiator::Guest(name) => Some(name),
        _ => None,
    });
    for name in names.chain(["no such operation"]) {
        if at.phase == PhaseName::Teardown {
            assert_eq!(subject.vm.guest(name, ADDRESS, at.level), Err(Denied::NoKey), "{label}");
            continue;
        }
        let before = subject.vm.inspect(ADDRESS, at.level).unwrap();
        let answer = subject.vm.guest(name, ADDRESS, at.level).unwrap();
        let after = subject.vm.inspect(ADDRESS, at.level).unwrap();
        let declared = StateOf::<F>::TRANSITIONS
            .iter()
            .find(|step| before.state == Some(step.from) && step.by == Initiator::Guest(name));
        if let Some(step) = declared {
            assert_eq!((answer, after.state), (GuestAnswer::Done, Some(step.to)), "{label}");
        } else {
            assert_eq!(after, before, "{label}");
            let expected = match before.state.map(|state| (state.shape(), state.is_accessible())) {
                Some((Shape::Table, _)) => GuestAnswer::SizeMismatch { level: at.level },
                Some((Shape::Leaf, true)) => GuestAnswer::Already { level: at.level },
                _ => GuestAnswer::Violation,
            };
            assert_eq!(answer, expected, "{label}");
        }
    }
}
