//! The program as its users run it: exit status, messages, and numbers that agree.

use flate2::bufread::GzDecoder;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn run(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_tdx-vm")).args(arguments).output().expect("the program can be started")
}

/// The only line that the program says about input that it refuses.
fn refusal(arguments: &[&str]) -> String {
    let output = run(arguments);
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{arguments:?}: {said}");
    assert!(output.stdout.is_empty(), "{arguments:?}");
    assert_eq!(said.lines().count(), 1, "{said}");
    assert!(said.starts_with("tdx-vm: "), "{said}");
    said
}

/// A file of this test in the directory that cargo has for tests.
fn file(name: &str, content: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::write(&path, content).unwrap();
    path
}

/// The first accesses of the trace that is shipped.
fn first_accesses(lines: usize) -> String {
    let packed = fs::File::open(Path::new(env!("CARGO_MANIFEST_DIR")).join("traces/xz.trace.gz")).unwrap();
    let trace = BufReader::new(GzDecoder::new(BufReader::new(packed)));
    trace.lines().take(lines).map(|line| line.unwrap() + "\n").collect()
}

fn report(arguments: &[&str]) -> String {
    let output = run(arguments);
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// The numbers of the line that begins with `name`, after the line that begins with `title`.
fn numbers(report: &str, title: &str, name: &str) -> Vec<u64> {
    let mut lines = report.lines().skip_while(|line| !line.starts_with(title)).skip(1);
    let line = lines.find(|line| line.trim_start().starts_with(name)).unwrap_or_else(|| panic!("no {name}:\n{report}"));
    let words = line.trim_start()[name.len()..].split(|c: char| !c.is_ascii_digit());
    words.filter_map(|word| word.parse().ok()).collect()
}

#[test]
fn impossible_options_are_refused() {
    for (arguments, part) in [
        (&["--vcpus", "0"][..], "--vcpus 0"),
        (&["--vcpus", "65"], "--vcpus 65"),
        (&["--fail", "1.5"], "--fail 1.5"),
        (&["--frames", "7"], "--frames"),
        (&["--seed"], "--seed"),
        (&["something"], "something"),
    ] {
        assert!(refusal(arguments).contains(part), "{arguments:?}");
    }
}

#[test]
fn traces_that_cannot_be_played_are_refused() {
    assert!(refusal(&["--trace", "no/such.trace"]).contains("no/such.trace: "));
    assert!(refusal(&["--trace", env!("CARGO_TARGET_TMPDIR")]).contains("directory"));
    let malformed = file("malformed.trace", "==1== Lackey\nI  1000,4\nI  oops,4\n");
    let said = refusal(&["--trace", malformed.to_str().unwrap()]);
    assert!(said.contains("malformed.trace:3: expected a hexadecimal address"), "{said}");
    let empty = file("empty.trace", "==1== Lackey\n");
    assert!(refusal(&["--trace", empty.to_str().unwrap()]).contains("no access"));
    let cut = Path::new(env!("CARGO_TARGET_TMPDIR")).join("cut.trace.gz");
    let whole = fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("traces/xz.trace.gz")).unwrap();
    fs::write(&cut, &whole[..10_000]).unwrap();
    assert!(refusal(&["--trace", cut.to_str().unwrap()]).contains("cut.trace.gz:"));
}

#[test]
fn a_drawing_that_cannot_be_written_is_refused_before_the_run() {
    let said = refusal(&["--svg", "no/such/folder/trees.svg"]);
    assert!(said.contains("no/such/folder/trees.svg: "), "{said}");
}

#[test]
fn help_is_no_error() {
    let help = report(&["--help"]);
    for option in ["--vcpus", "--trace", "--seed", "--fail", "--svg", "--help"] {
        assert!(help.contains(option), "{option}");
    }
}

#[test]
fn a_run_with_failures_keeps_every_byte_and_every_page() {
    let trace = file("first.trace", &first_accesses(60_000));
    let svg = trace.with_extension("svg");
    let (trace, drawn) = (trace.to_str().unwrap(), svg.to_str().unwrap());
    let report = report(&["--vcpus", "3", "--fail", "0.05", "--seed", "7", "--trace", trace, "--svg", drawn]);

    let played = numbers(&report, "guest-physical", "accesses")[0];
    assert!(played >= 3 * 59_990, "{played} accesses");
    for title in ["faults", "SEAMCALLs"] {
        let all = numbers(&report, title, "all");
        let (sum, outcomes) = all.split_last().unwrap();
        assert_eq!(*sum, outcomes.iter().sum::<u64>(), "{title}:\n{report}");
    }
    let halves = ["private read", "private write", "shared read", "shared write"];
    let of_halves: u64 = halves
        .iter()
        .filter(|half| report.contains(*half))
        .map(|half| numbers(&report, "faults", half).last().copied().unwrap())
        .sum();
    assert_eq!(of_halves, *numbers(&report, "faults", "all").last().unwrap(), "{report}");
    let frames = numbers(&report, "before teardown", "frames");
    let [.., out, back] = frames[..] else { panic!("{report}") };
    assert!(out > 0 && out == back, "{report}");
    let calls = numbers(&report, "SEAMCALLs", "all");
    assert!(calls[1] > 0 && calls[4] > 0, "something was busy and something refused:\n{report}");
    assert!(numbers(&report, "before teardown", "conversions")[0] > 0, "{report}");
    assert!(numbers(&report, "before teardown", "under pressure")[0] > 0, "{report}");
    assert!(fs::read_to_string(svg).unwrap().ends_with("</svg>\n"));
}

#[test]
fn the_smallest_traces_are_played() {
    for (name, trace) in [
        ("load", " L 7fffff001000,8\n"),
        ("fetch", "I  400000,4\n"),
        ("store", " S ffffffffffffffff,1\n"),
        ("crossing", " M 3ffffe,6\n"),
    ] {
        let trace = file(&format!("{name}.trace"), trace);
        let report = report(&["--vcpus", "2", "--trace", trace.to_str().unwrap()]);
        assert!(report.contains(": 1 accesses in "), "{report}");
    }
    // Enough of them for exchanges, conversions and tides, but nothing that is stored to.
    let loads = file("loads.trace", &" L 1000,8\nI  2000,4\n".repeat(10_000));
    report(&["--vcpus", "1", "--trace", loads.to_str().unwrap()]);
}

#[test]
fn one_vcpu_and_a_seed_give_the_same_report() {
    let trace = file("same.trace", &first_accesses(20_000));
    let arguments = ["--vcpus", "1", "--fail", "0.1", "--trace", trace.to_str().unwrap(), "--seed"];
    let with = |seed| report(&[&arguments[..], &[seed]].concat());
    assert_eq!(with("1"), with("1"));
    assert_ne!(with("1"), with("2"));
}
