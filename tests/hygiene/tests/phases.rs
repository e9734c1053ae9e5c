//! What operations and choices of phases mean, on a declaration of a monitor's side.

use engine::states::{Initiator, States};
use pt_hygiene::kept::kept::{Act, Age, Fate, Level};

#[test]
fn a_choice_of_phases_is_worked_out() {
    let during = |from, to| {
        let steps = Fate::TRANSITIONS.iter().filter(move |step| step.from == from && step.to == to);
        steps.map(|step| (step.by, step.during, step.after_track)).collect::<Vec<_>>()
    };
    assert_eq!(Act::Fill.during(), [Age::Early]);
    assert_eq!((Act::Fill.levels(), Act::Clear.levels().len(), Act::Clear.during().len()), (&[Level::Small][..], 2, 4));
    assert_eq!(Act::Count.during(), [Age::Early, Age::Old, Age::Late]);
    assert!(Age::Old.is_tracked() && Age::Early.is_young() && !Age::New.is_young());
    let filled = during(Fate::Empty, Fate::Full);
    let (host, guest) = (Initiator::Host(Act::Fill), Initiator::Guest("fill"));
    assert_eq!(filled, [(host, &[Age::Early][..], false), (guest, &[Age::Early][..], false)]);
    // What waits for tracking does so in the tracked phases only.
    let cleared = during(Fate::Full, Fate::Empty);
    let host = Initiator::Host(Act::Clear);
    assert_eq!(cleared, [(host, &[Age::Old, Age::Late][..], true), (host, &[Age::New, Age::Early][..], false)]);
    assert_eq!(during(Fate::Hung, Fate::Hung), [(host, &[][..], false)]);
}
