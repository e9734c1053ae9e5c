//! Random operations, legal and illegal, through the engine's pair and its hooks on the emulated TDX module, beside a
//! plain model: after each one the private table, the module's Secure EPT and the model say the same.
//!
//! vCPUs are inside in between, other agents hold locks, interrupts are pending. At the end the TD is torn down, and
//! every page comes back once. `DIFFERENTIAL_SEED` in the environment chooses the sequences; a failure prints the one
//! it was, and the shortest sequence that still fails.

mod bench;
mod compare;
mod frames;
mod illegal;
mod memory;
mod model;
mod op;
mod vcpus;
mod world;

use bench::Bench;
use op::{Op, op};
use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed, TestRunner};
use pt_tdx::Gpaw;
use world::World;

fn play(gpaw: Gpaw, ops: &[Op]) {
    let bench = Bench::new();
    let mut world = World::new(gpaw, &bench);
    world.compare();
    for op in ops {
        world.apply(op);
        world.compare();
    }
    world.end();
}

fn run(gpaw: Gpaw, cases: u32) {
    let seed = std::env::var("DIFFERENTIAL_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(1);
    let config = Config {
        cases,
        rng_seed: RngSeed::Fixed(seed),
        max_shrink_iters: 1_000,
        failure_persistence: None,
        ..Config::default()
    };
    let result = TestRunner::new(config).run(&prop::collection::vec(op(), 1..60), |ops| {
        play(gpaw, &ops);
        Ok(())
    });
    if let Err(failure) = result {
        panic!("DIFFERENTIAL_SEED={seed}, {gpaw:?}: {failure}");
    }
}

#[test]
fn four_levels() {
    run(Gpaw::Bits48, 150);
}

#[test]
fn five_levels() {
    run(Gpaw::Bits48FiveLevels, 60);
}

#[test]
fn five_levels_and_52_bits() {
    run(Gpaw::Bits52, 60);
}
