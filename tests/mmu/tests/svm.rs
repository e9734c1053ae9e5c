//! Nested page tables of an AMD CPU, and the page tables of its guests: QEMU's SVM.
#![cfg(all(target_os = "linux", target_arch = "x86_64"))]
#![forbid(unsafe_code)]

use pt_mmu::image::{Image, Transcript, bochs, qemu};
use pt_mmu::machine::missing;
use pt_mmu::{say, seed, skip};
use pt_plan::Mistake;
use std::path::Path;
use std::time::Duration;

const IMAGE: Image = Image { package: "pt-svm-image", binary: "svm-image" };
const LIMIT: Duration = Duration::from_mins(2);

/// CPUs of QEMU's: with four levels of tables, and with five and the widest physical addresses.
const CPUS: [&str; 2] = ["max,-la57,phys-bits=46", "max,phys-bits=52"];
/// What the image does. There are reserved bits where physical addresses are narrower than an entry has room for.
const EXPERIMENTS: [&str; 5] = ["nested", "paging", "changes", "logging", "reserved"];

/// Runs the image in QEMU on `cpu`, with one mistake in each experiment if there is one to `plant`.
fn play(cpu: &str, seed: u64, plant: Option<&str>) -> Transcript {
    let image = IMAGE.build().unwrap_or_else(|error| panic!("{error}"));
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("svm").join(cpu).join(plant.unwrap_or("right"));
    let plant = plant.map_or(String::new(), |mistake| format!(" plant={mistake}"));
    let options = format!("seed={seed}{plant}");
    qemu::run(&image, cpu, &options, &folder, LIMIT).unwrap_or_else(|failure| panic!("{failure}"))
}

#[test]
fn accesses_of_guests_end_as_the_list_of_mappings_says() {
    if let Some(why) = missing(&[qemu::PROGRAM]) {
        return skip("nested paging of AMD CPUs", why);
    }
    let seed = seed("svm");
    for cpu in CPUS {
        let transcript = play(cpu, seed, None);
        assert!(transcript.passed(), "{}", transcript.text());
        say(format_args!("{cpu}: {}", summary(&transcript)));
        let probes = EXPERIMENTS.map(|name| transcript.number(&format!("{name} probes")).expect("a number"));
        assert!(probes[..3].iter().all(|&probes| probes >= 5_000), "{probes:?}");
    }
}

/// The numbers of each experiment, in one line.
fn summary(transcript: &Transcript) -> String {
    let number = |name, what| transcript.number(&format!("{name} {what}")).unwrap_or(0);
    let experiment = |name| {
        let [probes, resolved, flushes] = ["probes", "faults resolved", "flushes"].map(|what| number(name, what));
        format!("{name}: {probes} probes, {resolved} faults resolved, {flushes} flushes")
    };
    EXPERIMENTS.map(experiment).join("; ")
}

#[test]
fn a_planted_mistake_is_seen() {
    if let Some(why) = missing(&[qemu::PROGRAM]) {
        return skip("that a mistake in nested tables would be seen", why);
    }
    let seed = seed("svm, planted");
    for mistake in Mistake::ALL.map(Mistake::name) {
        let transcript = play(CPUS[0], seed, Some(mistake));
        assert_eq!(transcript.outcome(), Some("failed"), "{mistake}: {}", transcript.text());
        for experiment in &EXPERIMENTS[..3] {
            let wrong = transcript.number(&format!("{experiment} wrong"));
            assert!(wrong.is_some_and(|wrong| wrong > 0), "{mistake}, {experiment}: {}", transcript.text());
        }
    }
}

#[test]
fn bochs_agrees() {
    if let Some(why) = missing(&[bochs::PROGRAM]) {
        return skip("nested paging of AMD CPUs in Bochs", why);
    }
    let image = IMAGE.build().unwrap_or_else(|error| panic!("{error}"));
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("svm/bochs");
    let options = format!("seed={}", seed("svm in Bochs"));
    let transcript =
        bochs::run(&image, "ryzen", &options, &folder, LIMIT).unwrap_or_else(|failure| panic!("{failure}"));
    assert!(transcript.passed(), "{}", transcript.text());
    say(format_args!("Bochs, ryzen: {}", summary(&transcript)));
}
