//! Which leaf acts on which state, and what follows.

use pt_core::states::{Initiator, States};
use pt_core::{Level as _, Levels};
use pt_tdx::module::{Legality, Level, OpState, Pml5, SeptOperation, SeptState};

/// The answer to a leaf that takes a page operand, as the declaration has it.
fn answer(leaf: SeptOperation, state: SeptState, level: Level, phase: OpState, tracked: bool) -> String {
    if !leaf.exists_in(phase) {
        return String::from("phase");
    }
    if !leaf.levels().contains(&level) {
        return String::from("level");
    }
    match leaf.on(state, phase) {
        Legality::Incorrect if leaf == SeptOperation::RangeBlock && state.is_blocked() => String::from("already"),
        Legality::Incorrect => String::from("state"),
        // Only version 1 of the leaf, or `ALLOW_EXISTING`.
        Legality::Allowed(_) if leaf == SeptOperation::SeptAdd && state == SeptState::NlMapped => String::from("state"),
        Legality::NotBlocked => String::from("blocked"),
        Legality::Allowed(step) if step.after_track() && !tracked => String::from("track"),
        Legality::Allowed(step) => step.targets().map(States::name).collect::<Vec<_>>().join("|"),
    }
}

#[test]
fn the_module_answers_as_declared() {
    let mut compared = 0;
    for line in include_str!("matrix.txt").lines().filter(|line| !line.starts_with('#')) {
        let (call, answers) = line.split_once(": ").expect("a call and its answers");
        let numbers: Vec<u8> = call.split(' ').map(|number| number.parse().expect("a number")).collect();
        let [leaf, level, phase, tracked] = numbers[..] else { panic!("four numbers: {call}") };
        let leaf = SeptOperation::from_bits(leaf.into()).expect("a leaf");
        let (level, phase) = (Level::from_number(level).unwrap(), OpState::from_bits(phase.into()).unwrap());
        for known in answers.split(' ') {
            let (state, wanted) = known.split_once('=').expect("a state and an answer");
            let state = SeptState::ALL.iter().copied().find(|known| known.name() == state).expect("a state");
            let declared = answer(leaf, state, level, phase, tracked == 1);
            let agrees = declared.split('|').any(|one| one == wanted);
            assert!(
                agrees,
                "{leaf:?} on {state:?} at {level:?} in {phase:?}, tracked {tracked}: {wanted}, not {declared}"
            );
            compared += 1;
        }
    }
    assert_eq!(compared, 1969);
}

/// The states by the indexes of the module's own tables.
const BY_INDEX: [SeptState; 16] = {
    use SeptState::*;
    [
        Free,
        Removed,
        NlMapped,
        NlBlocked,
        Mapped,
        Blocked,
        BlockedW,
        ExportedBlockedW,
        ExportedDirty,
        ExportedDirtyBlockedW,
        Pending,
        PendingBlocked,
        PendingBlockedW,
        PendingExportedBlockedW,
        PendingExportedDirty,
        PendingExportedDirtyBlockedW,
    ]
};

/// The states that an initiator acts on in some op-state, as a set of indexes.
fn states_of(acts: impl Fn(SeptState) -> bool) -> Vec<usize> {
    (0..BY_INDEX.len()).filter(|index| acts(BY_INDEX[*index])).collect()
}

#[test]
fn each_leaf_acts_on_its_states() {
    use SeptOperation::*;
    let leaves: [(SeptOperation, &[usize]); 20] = [
        (PageAdd, &[0]),
        (SeptAdd, &[0, 2]),
        (PageRelocate, &[4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]),
        (PageAug, &[0, 1]),
        (RangeBlock, &[2, 4, 6, 10, 12]),
        (MemRd, &[4, 6, 7, 8, 9]),
        (MemWr, &[4, 8]),
        (PageDemote, &[4, 5, 10, 11]),
        (MrExtend, &[4]),
        (PagePromote, &[2, 3]),
        (SeptRd, &[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]),
        (PageRemove, &[4, 5, 6, 10, 11, 12]),
        (SeptRemove, &[2, 3]),
        (RangeUnblock, &[3, 5, 11]),
        (ExportBlockw, &[4, 8, 10, 14]),
        (ExportRestore, &[7, 8, 9, 13, 14, 15]),
        (ExportMem, &[4, 6, 7, 8, 9, 10, 12, 13, 14, 15]),
        (ExportUnblockw, &[6, 7, 9, 12, 13, 15]),
        (ImportMem, &[0, 1, 4, 10]),
        (Track, &[]),
    ];
    for (leaf, states) in leaves {
        assert_eq!(states_of(|state| leaf.acts_on(state)), states, "{leaf:?}");
    }
}

#[test]
fn the_guest_acts_on_its_states() {
    let by = |name| {
        states_of(|state| {
            SeptState::TRANSITIONS.iter().any(|step| step.from == state && step.by == Initiator::Guest(name))
        })
    };
    assert_eq!(by("accept"), [10, 14]);
    assert_eq!(SeptState::Pending.accepted(), Some(SeptState::Mapped));
    assert_eq!(SeptState::PendingExportedDirty.accepted(), Some(SeptState::ExportedDirty));
    assert_eq!(SeptState::ALL.iter().filter(|state| state.accepted().is_some()).count(), 2);
    assert_eq!(by("attr_rd"), [4, 6, 7, 8, 9, 10, 12, 13, 14, 15]);
    assert_eq!(by("attr_wr"), [4, 8, 10, 14]);
}

#[test]
fn each_leaf_has_its_op_states() {
    use SeptOperation::*;
    let leaves: [(SeptOperation, &[u64]); 22] = [
        (VpEnter, &[2, 3, 9]),
        (MngAddcx, &[0]),
        (PageAdd, &[1]),
        (SeptAdd, &[1, 2, 3, 6, 7, 8, 9]),
        (VpAddcx, &[1, 7]),
        (PageRelocate, &[1, 2, 3, 4, 5, 8, 9]),
        (PageAug, &[1, 2, 3, 9]),
        (RangeBlock, &[1, 2, 3, 4, 5, 8, 9]),
        (VpCreate, &[1, 7]),
        (MemRd, &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10]),
        (MemWr, &[1, 2, 3, 6, 7, 8, 9, 10]),
        (PageDemote, &[1, 2, 3, 4, 5, 8, 9]),
        (MrExtend, &[1]),
        (MrFinalize, &[1]),
        (MngInit, &[0]),
        (VpInit, &[1]),
        (PagePromote, &[1, 2, 3, 4, 5, 8, 9]),
        (SeptRd, &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10]),
        (PageRemove, &[1, 2, 3, 4, 5, 8, 9, 10]),
        (SeptRemove, &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10]),
        (Track, &[1, 2, 3, 4, 5, 6, 7, 8, 9]),
        (RangeUnblock, &[1, 2, 3, 4, 5, 8, 9]),
    ];
    for (leaf, phases) in leaves {
        let declared: Vec<_> = leaf.during().iter().map(|phase| phase.into_bits()).collect();
        assert_eq!(declared, phases, "{leaf:?}");
        for phase in OpState::ALL {
            assert_eq!(leaf.exists_in(*phase), phases.contains(&phase.into_bits()), "{leaf:?} in {phase:?}");
        }
    }
}

#[test]
fn tracking_matters_while_vcpus_run() {
    let tracked: Vec<_> = OpState::ALL.iter().filter(|phase| phase.is_tracked()).collect();
    assert_eq!(tracked, [&OpState::Runnable, &OpState::LiveExport, &OpState::LiveImport]);
    for step in SeptState::TRANSITIONS.iter().filter(|step| step.after_track) {
        assert!(step.from.is_blocked(), "{step:?}");
        assert!(!step.during.is_empty() && step.during.iter().all(|phase| phase.is_tracked()), "{step:?}");
    }
}

#[test]
fn what_takes_a_translation_away_waits_while_vcpus_run() {
    use SeptOperation::*;
    for leaf in [PageRelocate, PageDemote, PagePromote, PageRemove, SeptRemove, RangeUnblock] {
        let here = OpState::ALL.iter().filter(|phase| leaf.exists_in(**phase));
        for (&phase, &state) in here.flat_map(|phase| SeptState::ALL.iter().map(move |state| (phase, state))) {
            // What was exported and is blocked for writing was tracked then.
            let exported = matches!(state, SeptState::ExportedBlockedW | SeptState::PendingExportedBlockedW);
            let waits = phase.is_tracked() && !(leaf == PageRelocate && exported);
            match leaf.on(state, phase) {
                Legality::Incorrect => assert!(!leaf.acts_on(state)),
                Legality::NotBlocked => assert!(waits && !state.is_blocked(), "{leaf:?} on {state:?} in {phase:?}"),
                Legality::Allowed(step) => {
                    assert_eq!(step.after_track(), waits, "{leaf:?} on {state:?} in {phase:?}");
                    assert!(!waits || state.is_blocked(), "{leaf:?} on {state:?} in {phase:?}");
                }
            }
        }
    }
}

#[test]
fn promotion_follows_the_children() {
    let Legality::Allowed(step) = SeptOperation::PagePromote.on(SeptState::NlBlocked, OpState::Runnable) else {
        panic!("a blocked table can be promoted")
    };
    assert_eq!(step.to(), None);
    assert_eq!(step.targets().collect::<Vec<_>>(), [SeptState::Mapped, SeptState::Pending]);
    assert!(step.leads_to(SeptState::Pending) && !step.leads_to(SeptState::Blocked));
}

#[test]
fn levels_end_at_the_root() {
    assert_eq!(u64::from(Pml5::NUMBER), 4);
    let levels = |leaf: SeptOperation| leaf.levels().iter().map(|level| level.number()).collect::<Vec<_>>();
    assert_eq!(levels(SeptOperation::PageAug), [0, 1]);
    assert_eq!(levels(SeptOperation::SeptAdd), [1, 2, 3, 4]);
    assert_eq!(levels(SeptOperation::SeptRd).len(), 5);
}
