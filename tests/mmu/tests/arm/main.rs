//! Arm tables, made by the generated code outside of the machine, and translated with by QEMU.
//!
//! Each test maps random plans in trees of several shapes, has a program in the machine ask AT and access what is mapped
//! and what is not, and compares addresses, fault statuses with their levels, loaded values, and the memory afterwards
//! with what the plan says. See `executor.S`.
#![forbid(unsafe_code)]

mod access;
mod asked;
mod granule;
mod hierarchy;
mod machine;
mod reach;
mod shape;
mod stage1;
mod stage2;
mod tree;
mod two_stages;

use access::Stage;
use asked::Asked;
use granule::Granule;
use machine::{BOARD, DATA, HVC};
use pt_core::{Aged, Arena};
use pt_mmu::machine::{Data, Exam};
use pt_mmu::{build, seed};
use pt_plan::{Mapping, Mistake, Permissions, Random};
use reach::Traits;
use shape::Shape;
use tree::{Built, with_stub};
use two_stages::WINDOW;

/// Bytes for the tables of a test.
const TABLES: usize = 80 << 20;

/// Adds questions about trees of the first stage, two at a time, one for each end of the address space.
fn first_stage<Lower: Granule, Upper: Granule>(arena: &Arena, exam: &mut Exam, random: &mut Random) {
    for &[lower, upper] in Lower::SHAPES.as_chunks().0 {
        let lower = Built::random::<Lower>(arena, lower, stage1::PERMISSIONS, random);
        let upper = Built::random::<Upper>(arena, upper, stage1::PERMISSIONS, random);
        let registers = stage1::registers((lower.shape, lower.root), (upper.shape, upper.root));
        for tree in [&lower, &upper] {
            Asked { stage: Stage::First, registers, tree, truth: &tree.list }.ask(exam, random);
        }
    }
}

#[test]
fn the_first_stage_translates_what_was_requested() {
    if BOARD.is_missing("Arm, first stage") {
        return;
    }
    let mut random = Random::new(seed("arm, first stage"));
    let (arena, mut exam) = (machine::arena(TABLES), Exam::new(Data::new(HVC)));
    first_stage::<stage1::Kib4, stage1::Kib4Upper>(&arena, &mut exam, &mut random);
    first_stage::<stage1::Kib4Lpa2, stage1::Kib4Lpa2Upper>(&arena, &mut exam, &mut random);
    first_stage::<stage1::Kib16, stage1::Kib16Upper>(&arena, &mut exam, &mut random);
    first_stage::<stage1::Kib16Lpa2, stage1::Kib16Lpa2Upper>(&arena, &mut exam, &mut random);
    first_stage::<stage1::Kib64, stage1::Kib64Upper>(&arena, &mut exam, &mut random);
    first_stage::<stage1::Kib64Lpa, stage1::Kib64LpaUpper>(&arena, &mut exam, &mut random);
    BOARD.check("first stage", &exam, &arena);
}

#[test]
fn what_a_table_denies_is_denied_behind_it() {
    if BOARD.is_missing("Arm, hierarchical attributes") {
        return;
    }
    let mut random = Random::new(seed("arm, hierarchical attributes"));
    let (arena, mut exam) = (machine::arena(8 << 20), Exam::new(Data::new(HVC)));
    for shape in [(48, 0), (39, 1), (34, 1), (40, 0)] {
        let mut tree = Built::leading_to::<stage1::Kib4>(DATA, &arena, shape, stage1::PERMISSIONS, &mut random);
        assert_ne!(hierarchy::deny(&arena, &mut tree, &mut random), 0, "some table denies something");
        let registers = stage1::registers((tree.shape, tree.root), (tree.shape, 0));
        Asked { stage: Stage::First, registers, tree: &tree, truth: &tree.list }.ask(&mut exam, &mut random);
    }
    BOARD.check("hierarchical attributes", &exam, &arena);
}

/// Adds questions about trees of the second stage.
fn second_stage<G: Granule>(arena: &Arena, exam: &mut Exam, random: &mut Random) {
    for &shape in G::SHAPES {
        let tree = &Built::random::<G>(arena, shape, stage2::PERMISSIONS, random);
        let registers = stage2::registers(tree.shape, tree.root);
        Asked { stage: Stage::Second, registers, tree, truth: &tree.list }.ask(exam, random);
    }
}

#[test]
fn the_second_stage_translates_what_was_requested() {
    if BOARD.is_missing("Arm, second stage") {
        return;
    }
    let mut random = Random::new(seed("arm, second stage"));
    let (arena, mut exam) = (machine::arena(TABLES), Exam::new(Data::new(HVC)));
    second_stage::<stage2::Kib4>(&arena, &mut exam, &mut random);
    second_stage::<stage2::Kib4Lpa2>(&arena, &mut exam, &mut random);
    second_stage::<stage2::Kib16>(&arena, &mut exam, &mut random);
    second_stage::<stage2::Kib16Lpa2>(&arena, &mut exam, &mut random);
    second_stage::<stage2::Kib64>(&arena, &mut exam, &mut random);
    second_stage::<stage2::Kib64Lpa>(&arena, &mut exam, &mut random);
    BOARD.check("second stage", &exam, &arena);
}

/// Adds questions about trees of the first stage behind one of the second.
fn both_stages<First: Granule, Second: Granule>(arena: &Arena, exam: &mut Exam, random: &mut Random) {
    let shape = Shape::of::<Second>((40, if Second::SHIFT == 12 { 1 } else { 2 }));
    let list = two_stages::second_stage::<Second>(shape, stage2::PERMISSIONS, random);
    let second = Built::new::<Second>(arena, shape, WINDOW, &list, random);
    for &[lower, _] in First::SHAPES.as_chunks().0 {
        let first = Built::leading_to::<First>(WINDOW, arena, lower, stage1::PERMISSIONS, random);
        two_stages::Both { first: &first, second: &second }.ask(exam, random);
    }
}

#[test]
fn both_stages_translate_what_was_requested() {
    if BOARD.is_missing("Arm, both stages") {
        return;
    }
    let mut random = Random::new(seed("arm, both stages"));
    let (arena, mut exam) = (machine::arena(TABLES), Exam::new(Data::new(HVC)));
    both_stages::<stage1::Kib4, stage2::Kib4>(&arena, &mut exam, &mut random);
    both_stages::<stage1::Kib4Lpa2, stage2::Kib4>(&arena, &mut exam, &mut random);
    both_stages::<stage1::Kib16, stage2::Kib4>(&arena, &mut exam, &mut random);
    both_stages::<stage1::Kib64, stage2::Kib4>(&arena, &mut exam, &mut random);
    both_stages::<stage1::Kib4, stage2::Kib16>(&arena, &mut exam, &mut random);
    both_stages::<stage1::Kib64Lpa, stage2::Kib16Lpa2>(&arena, &mut exam, &mut random);
    BOARD.check("both stages", &exam, &arena);
}

/// Has the MMU set the access flags of a tree, and compares those with what the engine finds. What a page gets that was
/// only tried to be accessed is left open, as the architecture does (D8.5.1).
fn access_flags<G: Granule<Table: Aged>>(
    stage: Stage,
    permissions: &[Permissions],
    registers: impl Fn(Shape, u64) -> [u64; 8],
    random: &mut Random,
) -> usize {
    let (arena, mut exam) = (machine::arena(2 << 20), Exam::new(Data::new(HVC)));
    let shape = Shape { sets_accessed: true, ..Shape::of::<G>((40, 0)) };
    let plan = tree::plan::<G>(shape, DATA, permissions, random);
    let list = with_stub(shape, plan.mappings());
    let made = build::<G, _>(G::geometry(shape), &arena, &list, random);
    // Every other page is left alone.
    let plan = plan.mappings().iter().copied().step_by(2).collect();
    let tree = Built { shape, memory: DATA, plan, list, root: made.root_frame().as_u64() };
    let registers = registers(shape, tree.root);
    let reached = Asked { stage, registers, tree: &tree, truth: &tree.list }.ask(&mut exam, random);
    BOARD.check("access flags", &exam, &arena);
    let old = tree.list.iter().filter(|mapping| !Traits::of(mapping).accessed);
    let is_young = |mapping: &&Mapping| {
        let pages =
            made.age(G::range(made.geometry(), mapping)).unwrap_or_else(|error| panic!("{mapping:x?}: {error}"));
        assert!(pages != 0 || !reached.through.contains(&mapping.input), "{mapping:x?} was accessed");
        assert!(pages == 0 || reached.asked.contains(&mapping.input), "{mapping:x?} was not accessed");
        pages != 0
    };
    old.filter(is_young).count()
}

#[test]
fn the_mmu_sets_access_flags_and_the_engine_finds_them() {
    if BOARD.is_missing("Arm, access flags") {
        return;
    }
    let mut random = Random::new(seed("arm, access flags"));
    let first = |shape, root| stage1::registers((shape, root), (shape, 0));
    let young: usize = (0..3)
        .map(|_| {
            access_flags::<stage1::Kib4>(Stage::First, stage1::PERMISSIONS, first, &mut random)
                + access_flags::<stage2::Kib4>(Stage::Second, stage2::PERMISSIONS, stage2::registers, &mut random)
        })
        .sum();
    assert_ne!(young, 0, "the MMU sets the flag of some page");
}

#[test]
fn a_planted_mistake_is_reported_and_nothing_else() {
    if BOARD.is_missing("Arm, planted mistakes") {
        return;
    }
    let mut random = Random::new(seed("arm, planted mistakes"));
    let shape = Shape::of::<stage2::Kib4>((40, 1));
    for mistake in Mistake::ALL {
        // Not every mistake shows: a page without the access flag hides what else is wrong.
        loop {
            let arena = machine::arena(2 << 20);
            let right = tree::plan::<stage2::Kib4>(shape, DATA, stage2::PERMISSIONS, &mut random);
            let Some((wrong, _)) = right.planted(mistake) else { continue };
            let mut tree = Built::new::<stage2::Kib4>(&arena, shape, DATA, wrong.mappings(), &mut random);
            tree.plan = right.mappings().to_vec();
            let [right, wrong] = [right, wrong].map(|plan| with_stub(shape, plan.mappings()));
            tree.list = right;
            let registers = stage2::registers(shape, tree.root);
            let exams = [&tree.list, &wrong].map(|truth| {
                let mut exam = Exam::new(Data::new(HVC));
                let asked = Asked { stage: Stage::Second, registers, tree: &tree, truth };
                asked.ask(&mut exam, &mut random.clone());
                exam
            });
            if BOARD.reports(mistake, exams.each_ref(), &arena) {
                break;
            }
        }
    }
}
