//! Nested page tables of an AMD CPU, and the page tables of its guests: QEMU's SVM.
#![forbid(unsafe_code)]

use pt_mmu::image::{Image, Transcript, bochs, qemu};
use pt_mmu::machine::missing;
use pt_mmu::{say, seed, skip};
use std::path::Path;
use std::time::Duration;

const IMAGE: Image = Image { package: "pt-svm-image", binary: "svm-image" };
const LIMIT: Duration = Duration::from_mins(1);

/// Runs the image on `cpu`.
fn play(cpu: &str, options: &str) -> Transcript {
    let image = IMAGE.build().unwrap_or_else(|error| panic!("{error}"));
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("svm").join(cpu);
    qemu::run(&image, cpu, options, &folder, LIMIT).unwrap_or_else(|failure| panic!("{failure}"))
}

#[test]
fn nested_page_tables_do_what_was_asked_for() {
    if let Some(why) = missing(&[qemu::PROGRAM]) {
        return skip("nested paging of AMD CPUs", why);
    }
    let options = format!("seed={}", seed("svm"));
    for cpu in ["max", "max,-la57"] {
        let transcript = play(cpu, &options);
        say(transcript.text());
        assert!(transcript.passed());
    }
}

#[test]
fn an_image_starts_in_bochs_as_well() {
    if let Some(why) = missing(&[bochs::PROGRAM]) {
        return skip("nested paging of AMD CPUs in Bochs", why);
    }
    let image = IMAGE.build().unwrap_or_else(|error| panic!("{error}"));
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("svm/bochs");
    let options = format!("seed={}", seed("svm in Bochs"));
    let transcript =
        bochs::run(&image, "ryzen", &options, &folder, LIMIT).unwrap_or_else(|failure| panic!("{failure}"));
    assert!(transcript.passed(), "{}", transcript.text());
}
