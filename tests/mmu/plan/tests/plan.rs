//! A plan keeps to its space, and says what its list says.
#![forbid(unsafe_code)]

use pt_plan::{
    AccessKind, Expected, Mapping, Mistake, Permissions, Plan, Privilege, Probe, Random, Space, Span, walk_ends,
};

const READ: Permissions = Permissions::READ;

const SPACE: Space<'static> = Space {
    inputs: &[Span::new(0x1000, 0x7fff_ffff_ffff), Span::new(0xffff_8000_0000_0000, u64::MAX)],
    memory: Span::new(0x1_0000_0000, 0x1_3fff_ffff),
    shifts: &[12, 12, 21, 30],
    permissions: &[READ, READ.union(Permissions::WRITE), READ.union(Permissions::USER)],
};

fn plan(seed: u64) -> Plan<64> {
    Plan::random(&SPACE, &mut Random::new(seed))
}

#[test]
fn mappings_keep_to_the_space_and_do_not_overlap() {
    for seed in 0..100 {
        let plan = plan(seed);
        assert!(plan.mappings().len() > 32, "seed {seed}: {}", plan.mappings().len());
        for (index, mapping) in plan.mappings().iter().enumerate() {
            assert!(
                mapping.input.trailing_zeros() >= mapping.shift && mapping.output.trailing_zeros() >= mapping.shift
            );
            assert!(SPACE.inputs.iter().any(|span| span.holds(mapping.input) && span.holds(mapping.last())));
            assert!(plan.mappings()[..index].iter().all(|other| !other.overlaps(mapping)));
        }
    }
}

#[test]
fn words_lie_where_they_are_said_to() {
    let mut random = Random::new(7);
    for mapping in plan(7).mappings() {
        for _ in 0..100 {
            let word = SPACE.word_of(mapping, &mut random);
            assert!(mapping.covers(word) && SPACE.memory.holds(mapping.translate(word)) && word.is_multiple_of(8));
            let beside = SPACE.word_beside(mapping, &mut random);
            assert!(SPACE.inputs.iter().any(|span| span.holds(beside)) && beside.is_multiple_of(8));
        }
    }
}

#[test]
fn the_list_says_what_a_probe_comes_to() {
    let plan = plan(1);
    let mapping = plan.mappings().iter().find(|mapping| !mapping.permissions.contains(Permissions::USER)).expect("one");
    let probe = |kind, privilege| Probe { address: mapping.input + 8, kind, privilege };
    let load = plan.expect(probe(AccessKind::Load, Privilege::Supervisor));
    assert_eq!(load, Expected::Reaches(mapping.output + 8));
    let denied = Expected::Denied(mapping.permissions);
    assert_eq!(plan.expect(probe(AccessKind::Load, Privilege::User)), denied);
    assert_eq!(plan.expect(probe(AccessKind::Fetch, Privilege::Supervisor)), denied);
    let nowhere = Probe { address: 0, kind: AccessKind::Load, privilege: Privilege::Supervisor };
    assert_eq!(plan.expect(nowhere), Expected::Unmapped);
}

#[test]
fn a_planted_mistake_changes_one_mapping() {
    let right = plan(3);
    for mistake in Mistake::ALL {
        let (wrong, at) = right.planted(mistake).expect("some mapping can have it");
        for (index, pair) in right.mappings().iter().zip(wrong.mappings()).enumerate() {
            assert_eq!(index != at, pair.0 == pair.1, "{mistake:?} of {pair:?}");
        }
    }
}

#[test]
fn a_walk_ends_where_the_tables_do() {
    const SHIFTS: [u32; 3] = [30, 21, 12];
    let page = |input, shift| Mapping { input, output: 0, shift, permissions: READ };
    assert_eq!(walk_ends(&[], 0, &SHIFTS), 30);
    let large = page(0x20_0000, 21);
    assert_eq!((walk_ends(&[large], 0, &SHIFTS), walk_ends(&[large], 1 << 30, &SHIFTS)), (21, 30));
    let small = page(0x7000, 12);
    assert_eq!((walk_ends(&[large, small], 0, &SHIFTS), walk_ends(&[large, small], 0x40_0000, &SHIFTS)), (12, 21));
}
