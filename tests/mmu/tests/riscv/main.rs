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
use machine::ECALL;
use pt_core::{Arena, Tree};
use pt_mmu::machine::{Data, Exam, GuestRam, Mistaken};
use pt_mmu::{History, build, collect, say, seed};
use pt_plan::{Mistake, Plan, Random, Space};
use pt_riscv::g_stage::GuestTables;
use pt_riscv::supervisor::PageTables;
use supervisor::FirstStage;

const MAPPINGS: usize = 300;

/// Has the machine answer the first of some exams, with the data of all. The memory is as the machine left it.
fn sit(name: &str, exams: &[Exam], arena: &Arena) -> (Vec<Mistaken>, GuestRam) {
    let ram = machine::ram(name);
    ram.write_tables(arena);
    for exam in exams {
        exam.prepare(&ram);
    }
    let (executor, emulator) = machine::machine(&ram);
    let mistaken = exams[0].sit(executor, &ram, emulator).unwrap_or_else(|failure| panic!("{name}: {failure}"));
    ram.read_tables(arena);
    (mistaken, ram)
}

/// Checks that every answer is right, and that the memory is as it must be after all stores.
fn check(name: &str, exam: Exam, arena: &Arena) {
    let exams = [exam];
    let (mistaken, ram) = sit(name, &exams, arena);
    let [exam] = exams;
    say(format_args!("riscv, {name}: {} probes, {} wrong", exam.len(), mistaken.len()));
    let shown: Vec<String> = mistaken.iter().take(10).map(ToString::to_string).collect();
    assert!(mistaken.is_empty(), "{} wrong answers:\n{}", mistaken.len(), shown.join("\n"));
    assert_eq!(exam.wrong_data(&ram), [], "address, value wanted, value found");
}

#[test]
fn the_first_stage_translates_what_was_requested() {
    if machine::is_missing("RISC-V, first stage") {
        return;
    }
    let mut random = Random::new(seed("riscv, first stage"));
    let arena = machine::arena();
    let mut exam = Exam::new(Data::new(ECALL));
    let mut trees: Vec<(Tree<PageTables, &Arena>, Plan<MAPPINGS>, History)> = Vec::new();
    for (mode, number, space) in supervisor::MODES {
        let plan = Plan::random(&space, &mut random);
        let tree = build::<FirstStage, _>(mode, &arena, plan.mappings(), &mut random);
        let root = number << 60 | tree.root_frame().as_u64() >> 12;
        let asked = Asked { regime: Regime::Supervisor, root, space, plan: &plan, truth: &plan };
        let history = asked.ask(&mut exam, &mut random);
        trees.push((tree, plan, history));
    }
    check("first stage", exam, &arena);
    for (tree, plan, history) in &trees {
        assert_eq!(&collect::<FirstStage, _>(tree, plan.mappings()), history, "accessed and dirty bits of {tree:?}");
    }
}

#[test]
fn the_second_stage_translates_what_was_requested() {
    if machine::is_missing("RISC-V, second stage") {
        return;
    }
    let mut random = Random::new(seed("riscv, second stage"));
    let arena = machine::arena();
    let mut exam = Exam::new(Data::new(ECALL));
    let mut trees: Vec<(Tree<GuestTables, &Arena>, Plan<MAPPINGS>, History)> = Vec::new();
    for (mode, number, space) in guest::MODES {
        let plan = Plan::random(&space, &mut random);
        let tree = build::<SecondStage, _>(mode, &arena, plan.mappings(), &mut random);
        let root = number << 60 | tree.root_frame().as_u64() >> 12;
        let asked = Asked { regime: Regime::Guest, root, space, plan: &plan, truth: &plan };
        let history = asked.ask(&mut exam, &mut random);
        trees.push((tree, plan, history));
    }
    check("second stage", exam, &arena);
    for (tree, plan, history) in &trees {
        assert_eq!(&collect::<SecondStage, _>(tree, plan.mappings()), history, "accessed and dirty bits of {tree:?}");
    }
}

#[test]
fn both_stages_translate_what_was_requested() {
    if machine::is_missing("RISC-V, both stages") {
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
    check("both stages", exam, &arena);
}

#[test]
fn a_planted_mistake_is_reported_and_nothing_else() {
    if machine::is_missing("RISC-V, planted mistakes") {
        return;
    }
    let mut random = Random::new(seed("riscv, planted mistakes"));
    let (mode, number, space) = supervisor::MODES[1];
    for mistake in Mistake::ALL {
        // Not every mistake shows: nothing tells where a fetch came from.
        let (arena, exams, telling) = loop {
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
