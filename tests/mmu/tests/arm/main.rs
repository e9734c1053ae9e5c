//! Arm tables, made by the generated code outside of the machine, and translated with by QEMU.
//!
//! Each test maps random plans in trees of several shapes, has a program in the machine ask AT and access what is mapped
//! and what is not, and compares addresses, fault statuses with their levels, loaded values, and the memory afterwards
//! with what the plan says. See `executor.S`.
#![forbid(unsafe_code)]

mod access;
mod asked;
mod machine;
mod shape;
mod stage1;
mod stage2;

use access::Stage;
use asked::{Asked, Traits};
use machine::{DATA, HVC};
use pt_core::Arena;
use pt_mmu::machine::{Data, Exam, GuestRam, Mistaken};
use pt_mmu::{build, say, seed};
use pt_plan::{Mapping, Mistake, Plan, Random, Space, Span};
use shape::Shape;
use stage1::FirstStage;
use stage2::SecondStage;

const MAPPINGS: usize = 60;
/// What leaves can hold: 48 bits.
const ANYWHERE: Span = Span::new(0, (1 << 48) - 1);

/// The list of a tree: a plan, and the stub page before it.
fn with_stub(shape: Shape, plan: &[Mapping]) -> Vec<Mapping> {
    // The stub page has to be there for those who run in it: a page that needs the access flag has it.
    let stub = machine::stub(shape.granule);
    assert!(Traits::of(&stub).accessed, "{stub:x?}");
    let mut list = vec![stub];
    list.extend(plan);
    list
}

/// Has the machine answer the first of some exams, with the data of all. The memory is as the machine left it.
fn sit(name: &str, exams: &[Exam], arena: &Arena) -> (Vec<Mistaken>, GuestRam) {
    let ram = machine::ram(name);
    ram.write_tables(arena);
    for exam in exams {
        exam.prepare(&ram);
    }
    let (executor, emulator) = machine::machine(&ram);
    let mistaken = exams[0].sit(executor, &ram, emulator).unwrap_or_else(|failure| panic!("{name}: {failure}"));
    (mistaken, ram)
}

/// Checks that every answer is right, and that the memory is as it must be after all stores.
fn check(name: &str, exam: Exam, arena: &Arena) {
    let exams = [exam];
    let (mistaken, ram) = sit(name, &exams, arena);
    let [exam] = exams;
    say(format_args!("arm, {name}: {} probes, {} wrong", exam.len(), mistaken.len()));
    let shown: Vec<String> = mistaken.iter().take(10).map(ToString::to_string).collect();
    assert!(mistaken.is_empty(), "{} wrong answers:\n{}", mistaken.len(), shown.join("\n"));
    assert_eq!(exam.wrong_data(&ram), [], "address, value wanted, value found");
}

#[test]
fn the_first_stage_translates_what_was_requested() {
    if machine::is_missing("Arm, first stage") {
        return;
    }
    let mut random = Random::new(seed("arm, first stage"));
    let arena = machine::arena(24 << 20);
    let mut exam = Exam::new(Data::new(HVC));
    for (low, high) in [((48, 0), (39, 1)), ((36, 1), (48, 0)), ((30, 2), (25, 2)), ((40, 0), (31, 1))] {
        let [low, high] = [low, high].map(|(bits, start)| Shape::with_4_kib(bits, start));
        let parts = [(low, 0), (high, u64::MAX << high.bits)].map(|(shape, above)| {
            let inputs = [shape.inputs()];
            let shifts = if shape.start < 2 { &[12, 12, 21, 30][..] } else { &[12, 12, 21] };
            let memory = random.pick(&[DATA, ANYWHERE]);
            let space = Space { inputs: &inputs, memory, shifts, permissions: stage1::PERMISSIONS };
            let plan = Plan::<MAPPINGS>::random(&space, &mut random);
            let list = with_stub(shape, plan.mappings());
            let tree = build::<FirstStage>(stage1::width(shape), &arena, &list, &mut random);
            (shape, above, memory, list, tree.root_frame().as_u64())
        });
        let registers = stage1::registers((parts[0].0, parts[0].4), (parts[1].0, parts[1].4));
        for (shape, above, memory, list, _) in &parts {
            let (shape, above, memory) = (*shape, *above, *memory);
            let inputs = [shape.inputs()];
            let space = Space { inputs: &inputs, memory, shifts: &[], permissions: &[] };
            let asked = Asked { stage: Stage::First, shape, registers, above, space, plan: &list[1..], truth: list };
            asked.ask(&mut exam, &mut random);
        }
    }
    check("first stage", exam, &arena);
}

#[test]
fn the_second_stage_translates_what_was_requested() {
    if machine::is_missing("Arm, second stage") {
        return;
    }
    let mut random = Random::new(seed("arm, second stage"));
    let arena = machine::arena(24 << 20);
    let mut exam = Exam::new(Data::new(HVC));
    for (bits, start) in [(48, 0), (39, 1), (36, 1), (32, 2), (40, 1), (43, 1), (30, 2), (25, 2), (34, 2), (42, 0)] {
        let shape = Shape::with_4_kib(bits, start);
        let inputs = [shape.inputs()];
        let shifts = if start < 2 { &[12, 12, 21, 30][..] } else { &[12, 12, 21] };
        let memory = random.pick(&[DATA, DATA, ANYWHERE]);
        let space = Space { inputs: &inputs, memory, shifts, permissions: stage2::PERMISSIONS };
        let plan = Plan::<MAPPINGS>::random(&space, &mut random);
        let list = with_stub(shape, plan.mappings());
        let tree = build::<SecondStage>(stage2::width(shape), &arena, &list, &mut random);
        let registers = stage2::registers(shape, tree.root_frame().as_u64());
        let asked = Asked { stage: Stage::Second, shape, registers, above: 0, space, plan: &list[1..], truth: &list };
        asked.ask(&mut exam, &mut random);
    }
    check("second stage", exam, &arena);
}

#[test]
fn a_planted_mistake_is_reported_and_nothing_else() {
    if machine::is_missing("Arm, planted mistakes") {
        return;
    }
    let mut random = Random::new(seed("arm, planted mistakes"));
    let shape = Shape::with_4_kib(40, 1);
    let inputs = [shape.inputs()];
    let space = Space { inputs: &inputs, memory: DATA, shifts: &[12, 12, 21, 30], permissions: stage2::PERMISSIONS };
    for mistake in Mistake::ALL {
        // Not every mistake shows: a page without the access flag hides what else is wrong.
        let (arena, exams, telling) = loop {
            let arena = machine::arena(2 << 20);
            let right = Plan::<20>::random(&space, &mut random);
            let Some((wrong, _)) = right.planted(mistake) else { continue };
            let [right, wrong] = [right, wrong].map(|plan| with_stub(shape, plan.mappings()));
            let tree = build::<SecondStage>(stage2::width(shape), &arena, &wrong, &mut random);
            let registers = stage2::registers(shape, tree.root_frame().as_u64());
            let exams = [&right, &wrong].map(|truth| {
                let mut exam = Exam::new(Data::new(HVC));
                let asked = Asked { stage: Stage::Second, shape, registers, above: 0, space, plan: &right[1..], truth };
                asked.ask(&mut exam, &mut random.clone());
                exam
            });
            let telling = exams[0].questions_that_tell(&exams[1]);
            if !telling.is_empty() {
                break (arena, exams, telling);
            }
        };
        let (mistaken, _) = sit("planted mistake", &exams, &arena);
        let reported: Vec<usize> = mistaken.iter().map(|mistaken| mistaken.number).collect();
        assert_eq!(reported, telling, "{mistake:?}");
    }
}
