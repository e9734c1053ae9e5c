//! Extended page tables of an Intel CPU: Bochs.
//!
//! The image `pt-ept-image` is a hypervisor whose EPTs the engine makes, in the image. It compares what its guest's
//! accesses come to with what was requested, and reports.
#![forbid(unsafe_code)]

use pt_mmu::image::{Image, Transcript, bochs};
use pt_mmu::machine::missing;
use pt_mmu::{say, seed, skip};
use pt_plan::Mistake;
use std::path::Path;
use std::time::Duration;

const IMAGE: Image = Image { package: "pt-ept-image", binary: "ept-image" };
const LIMIT: Duration = Duration::from_mins(2);

/// With pages of 1 GiB, with accessed and dirty bits.
const SKYLAKE: &str = "corei7_skylake_x";
/// Without.
const IVY_BRIDGE: &str = "corei7_ivy_bridge_3770k";

/// Runs the image on `cpu`; nothing without Bochs.
fn play(cpu: &str, options: &str, name: &str) -> Option<Transcript> {
    if let Some(why) = missing(&[bochs::PROGRAM]) {
        skip("extended page tables", why);
        return None;
    }
    let image = IMAGE.build().unwrap_or_else(|error| panic!("{error}"));
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("ept").join(name);
    Some(bochs::run(&image, cpu, options, &folder, LIMIT).unwrap_or_else(|failure| panic!("{failure}")))
}

#[test]
fn a_guest_reaches_what_its_ept_maps_and_nothing_else() {
    let seed = seed("EPT");
    for cpu in [SKYLAKE, IVY_BRIDGE] {
        let Some(transcript) = play(cpu, &format!("seed={seed}"), cpu) else { return };
        assert!(transcript.passed(), "{}", transcript.text());
        if transcript.number("five levels") == Some(0) {
            skip("extended page tables of five levels", format_args!("Bochs has none in its {cpu}"));
        }
        let number = |name| transcript.number(&format!("ept {name}")).unwrap_or(0);
        let numbers = ["mappings", "probes", "faults resolved", "flushes", "misconfigurations"].map(number);
        say(format_args!("EPT, {cpu}: {numbers:?} mappings, probes, faults resolved, flushes, misconfigurations"));
        assert!(numbers[1] >= 5_000 && numbers[2..].iter().all(|&number| number >= 50), "{}", transcript.text());
    }
}

#[test]
fn a_planted_mistake_is_seen() {
    let seed = seed("EPT, planted mistakes");
    for mistake in Mistake::ALL.map(Mistake::name) {
        let Some(transcript) = play(SKYLAKE, &format!("seed={seed} plant={mistake}"), mistake) else { return };
        assert_eq!(transcript.outcome(), Some("failed"), "{mistake}: {}", transcript.text());
        assert!(transcript.wrong().next().is_some(), "{mistake}: {}", transcript.text());
    }
}
