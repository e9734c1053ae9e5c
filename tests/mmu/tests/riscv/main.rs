//! RISC-V tables, made by the generated code outside of the machine, and translated with by QEMU.
//!
//! Each test maps random plans in every mode, has a program in the machine access what is mapped and what is not, and
//! compares causes, addresses, loaded values, and the memory afterwards with what the plan says. See `executor.S`.
#![forbid(unsafe_code)]

mod access;
mod asked;
mod guest;
mod machine;
mod supervisor;
mod two_stages;

use access::Regime;
use asked::Asked;
use guest::SecondStage;
use machine::{BOARD, ECALL};
use pt_core::{Aged, DirtyLogged};
use pt_mmu::machine::{Data, Exam};
use pt_mmu::{GeometryOf, Subject, build, collect, seed};
use pt_plan::{Mistake, Plan, Random, Space};
use supervisor::FirstStage;

const MAPPINGS: usize = 300;

/// Tries plans in every mode of one stage, of which each is told with the value of its field MODE and with what can be
/// mapped; and compares the accessed and dirty bits with what the machine was asked.
fn one_stage<S>(name: &str, regime: Regime, modes: &[(GeometryOf<S>, u64, Space<'static>)])
where
    S: Subject<Table: Aged + DirtyLogged>,
{
    if BOARD.is_missing(&format!("RISC-V, {name}")) {
        return;
    }
    let mut random = Random::new(seed(&format!("riscv, {name}")));
    let arena = machine::arena();
    let mut exam = Exam::new(Data::new(ECALL));
    let mut trees = Vec::new();
    for &(mode, number, space) in modes {
        let plan = Plan::<MAPPINGS>::random(&space, &mut random);
        let tree = build::<S, _>(mode, &arena, plan.mappings(), &mut random);
        let root = number << 60 | tree.root_frame().as_u64() >> 12;
        let history = Asked { regime, root, space, plan: &plan, truth: &plan }.ask(&mut exam, &mut random);
        trees.push((tree, plan, history));
    }
    BOARD.check(name, &exam, &arena);
    for (tree, plan, history) in &trees {
        let mode = tree.geometry();
        assert_eq!(&collect::<S, _>(tree, plan.mappings()), history, "accessed and dirty bits in {mode:?}");
    }
}

#[test]
fn the_first_stage_translates_what_was_requested() {
    one_stage::<FirstStage>("first stage", Regime::Supervisor, &supervisor::MODES);
}

#[test]
fn the_second_stage_translates_what_was_requested() {
    one_stage::<SecondStage>("second stage", Regime::Guest, &guest::MODES);
}

#[test]
fn both_stages_translate_what_was_requested() {
    if BOARD.is_missing("RISC-V, both stages") {
        return;
    }
    let mut random = Random::new(seed("riscv, both stages"));
    let arena = machine::arena();
    let mut exam = Exam::new(Data::new(ECALL));
    for (first, second) in [(0, 0), (1, 1), (2, 2), (2, 0)] {
        let (mode, number, space) = supervisor::MODES[first];
        let space = Space { memory: two_stages::WINDOW, ..space };
        let plan = Plan::<MAPPINGS>::random(&space, &mut random);
        let tree = build::<FirstStage, _>(mode, &arena, plan.mappings(), &mut random);
        let vsatp = number << 60 | tree.root_frame().as_u64() >> 12;
        let (mode, number, space_of_guest) = guest::MODES[second];
        let list = two_stages::second_stage(machine::TABLES, space_of_guest.permissions, &mut random);
        let tree = build::<SecondStage, _>(mode, &arena, &list, &mut random);
        let hgatp = number << 60 | tree.root_frame().as_u64() >> 12;
        let both = two_stages::Both { vsatp, hgatp, space, first: plan.mappings(), second: &list };
        both.ask(&mut exam, &mut random);
    }
    BOARD.check("both stages", &exam, &arena);
}

#[test]
fn a_planted_mistake_is_reported_and_nothing_else() {
    if BOARD.is_missing("RISC-V, planted mistakes") {
        return;
    }
    let mut random = Random::new(seed("riscv, planted mistakes"));
    let (mode, number, space) = supervisor::MODES[1];
    for mistake in Mistake::ALL {
        // Not every mistake shows: nothing tells where a fetch came from.
        loop {
            let arena = machine::arena();
            let right = Plan::<40>::random(&space, &mut random);
            let (wrong, _) = right.planted(mistake).expect("some mapping can have it");
            let tree = build::<FirstStage, _>(mode, &arena, wrong.mappings(), &mut random);
            let root = number << 60 | tree.root_frame().as_u64() >> 12;
            let exams = [&right, &wrong].map(|truth| {
                let mut exam = Exam::new(Data::new(ECALL));
                let asked = Asked { regime: Regime::Supervisor, root, space, plan: &right, truth };
                asked.ask(&mut exam, &mut random.clone());
                exam
            });
            if BOARD.reports(mistake, exams.each_ref(), &arena) {
                break;
            }
        }
    }
}
