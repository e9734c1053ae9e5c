//! The program as its users run it: answers, comparisons, messages and exit status.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

fn program(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_seam-replay"));
    command.args(arguments);
    command
}

fn run(arguments: &[&str]) -> Output {
    program(arguments).stdin(Stdio::null()).output().expect("the program can be started")
}

/// Runs the program without a file, with this standard input.
fn ask(input: &str) -> Output {
    let mut child = program(&[]);
    let mut child = child.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    child.wait_with_output().unwrap()
}

fn text(bytes: &[u8]) -> &str {
    str::from_utf8(bytes).unwrap()
}

/// What the program prints, if it succeeds.
fn printed(output: &Output) -> &str {
    assert!(output.status.success(), "{}", text(&output.stderr));
    text(&output.stdout)
}

/// A recording of the real module.
fn recording(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../backends/emulated/tests/traces").join(name);
    path.to_str().unwrap().to_owned()
}

/// The text of a recording.
fn unpacked(name: &str) -> String {
    let mut text = String::new();
    let packed = fs::File::open(recording(name)).unwrap();
    std::io::Read::read_to_string(&mut flate2::read::GzDecoder::new(packed), &mut text).unwrap();
    text
}

/// A file of this test in the directory that cargo has for tests.
fn file(name: &str, content: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::write(&path, content).unwrap();
    path
}

const SHORT: &str = "\
> reset gpaw=0 levels=4 vcpus=1
ok
> sept_add 0 3 40218000
rax=0x0000000000000000 rcx=0x0 rdx=0x0  # TDX_SUCCESS
> track
rax=0x0000000000000000  # TDX_SUCCESS
> enter 0
rax=0xc000060800000000 rcx=0x40010000 rdx=0x0  # TDX_OP_STATE_INCORRECT
";

#[test]
fn a_recording_is_printed_as_it_was_recorded() {
    let recorded = unpacked("mix-000.trace.gz");
    let path = recording("mix-000.trace.gz");
    assert_eq!(printed(&run(&["--names", &path])), recorded);
    let plain: String = recorded.lines().map(|line| line.split("  #").next().unwrap().to_owned() + "\n").collect();
    assert_eq!(printed(&run(&[&path])), plain);
}

#[test]
fn operations_without_answers_are_answered() {
    let questions: Vec<_> = SHORT.lines().filter(|line| line.starts_with('>')).collect();
    let path = file("questions.trace", &questions.join("\n"));
    assert_eq!(printed(&run(&["--names", path.to_str().unwrap()])), SHORT);
}

#[test]
fn recordings_agree() {
    let names =
        ["busy-000.trace.gz", "five-000.trace.gz", "irq-000.trace.gz", "raw-000.trace.gz", "sept-matrix.txt.gz"];
    let paths = names.map(recording);
    let mut arguments = vec!["--check"];
    arguments.extend(paths.iter().map(String::as_str));
    let output = run(&arguments);
    let summary = printed(&output);
    assert_eq!(summary.lines().count(), names.len(), "{summary}");
    assert!(summary.lines().zip(&paths).all(|(line, path)| line.starts_with(path)), "{summary}");
    assert!(summary.lines().all(|line| line.ends_with(" agree")), "{summary}");
    assert!(summary.contains("1984 rows, 1984 agree"), "{summary}");
}

#[test]
fn a_difference_is_shown_with_the_state_around_it_and_ends_in_status_1() {
    let path = file(
        "planted.trace",
        &SHORT.replace("rax=0x0000000000000000 rcx=0x0 rdx=0x0", "rax=0x8000020000000092 rcx=0x0 rdx=0x0"),
    );
    let output = run(&["--check", path.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(1));
    let found = text(&output.stdout);
    for part in [
        "line 3: sept_add 0 3 40218000\n",
        "file:   rax=0x8000020000000092 rcx=0x0 rdx=0x0  # TDX_OPERAND_BUSY|SEPT_TREE\n",
        "module: rax=0x0000000000000000 rcx=0x0 rdx=0x0  # TDX_SUCCESS\n",
        "NlMapped",
        "page 0x40218000: PAMT 4K Ept, owner 0x40000000",
        "4 operations, 3 answers agree, 1 differ\n",
    ] {
        assert!(found.contains(part), "{part}:\n{found}");
    }
}

#[test]
fn a_matrix_is_printed_as_it_was_recorded() {
    let matrix = unpacked("sept-matrix.txt.gz").replace(" refs=0", "");
    assert_eq!(printed(&run(&[&recording("sept-matrix.txt.gz")])), matrix);
}

#[test]
fn a_planted_row_of_the_matrix_is_found() {
    let matrix = unpacked("sept-matrix.txt.gz");
    let planted = matrix.replacen("dchld=-512", "dchld=-511", 1);
    let path = file("planted-matrix.txt", &planted);
    let output = run(&["--check", path.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stdout).ends_with("1984 rows, 1983 agree, 1 differ\n"), "{}", text(&output.stdout));
}

#[test]
fn only_the_first_differences_are_shown_and_all_are_counted() {
    let planted = unpacked("mix-001.trace.gz").replace("\nnot-in-guest", "\nentered");
    let path = file("many.trace", &planted);
    let output = run(&["--check", path.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(1));
    let found = text(&output.stdout);
    assert_eq!(found.matches("  file:").count(), 3, "{found}");
    assert!(found.contains(" differ\n"), "{found}");
}

#[test]
fn what_is_not_in_the_file_is_not_compared_but_counted() {
    let path = file("half.trace", &SHORT.replace("rax=0x0000000000000000  # TDX_SUCCESS\n", ""));
    let found = run(&["--check", path.to_str().unwrap()]);
    assert!(
        printed(&found).ends_with("4 operations, 3 answers agree, 1 are not in the file\n"),
        "{}",
        text(&found.stdout)
    );
    let none = file("none.trace", "> reset gpaw=0 levels=4 vcpus=1\n> track\n");
    let output = run(&["--check", none.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("expected an answer"), "{}", text(&output.stderr));
}

/// The only line that the program says about input that it refuses.
fn refusal(arguments: &[&str]) -> String {
    let output = run(arguments);
    let said = text(&output.stderr).to_owned();
    assert_eq!(output.status.code(), Some(2), "{arguments:?}: {said}");
    assert_eq!(said.lines().count(), 1, "{said}");
    assert!(said.starts_with("seam-replay: "), "{said}");
    said
}

#[test]
fn malformed_input_is_named_with_file_line_and_what_was_expected() {
    const RESET: &str = "> reset gpaw=0 levels=4 vcpus=2\n";
    for (number, (content, place, expected)) in [
        ("> sept_ad 0 3 0\n", "line 1, column 3", "an operation: reset, "),
        ("> sept_add 0 3\n", "line 1, column 15", "expected hpa"),
        ("> sept_add 0 3 4021800g\n", "line 1, column 16", "hexadecimal number of up to 64 bits"),
        ("> track now\n", "line 1, column 9", "`track`"),
        ("track\n", "line 1, column 1", "an operation after `> `"),
        ("> track\n", "line 1: `track`", "expected `reset gpaw=G levels=L vcpus=N` before"),
        ("> reset gpaw=1 levels=4 vcpus=1\n", "line 1", "TDH.MNG.INIT answers TDX_OPERAND_INVALID|EPTP_CONTROLS"),
        ("> reset gpaw=0 levels=4 vcpus=2\nok\n\n> enter 2\n", "line 4", "expected one of this TD's vCPUs, 0 to 1"),
        ("> reset gpaw=0 levels=4 vcpus=2\nok\nok\n", "line 3", "one answer after an operation"),
    ]
    .into_iter()
    .enumerate()
    {
        let path = file(&format!("malformed-{number}.trace"), content);
        let said = refusal(&[path.to_str().unwrap()]);
        assert!(said.contains("malformed-") && said.contains(place) && said.contains(expected), "{said}");
    }
    let path = file("bad-answer.trace", &format!("{RESET}rax=yes\n"));
    assert!(printed(&run(&[path.to_str().unwrap()])).ends_with("ok\n"), "answers are ignored");
    let said = refusal(&["--check", path.to_str().unwrap()]);
    assert!(said.contains("line 2, column 1") && said.contains("rax="), "{said}");
    let path = file("bad-matrix.txt", "## leaf=29 PAGE.REMOVE\nFREEE op1 trk1\n");
    assert!(refusal(&["--check", path.to_str().unwrap()]).contains("line 2, column 1"));
}

#[test]
fn one_wrong_file_does_not_hide_the_others() {
    let good = file("good.trace", SHORT);
    let output = run(&["--check", "no-such-file", good.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stdout).contains("4 answers agree"), "{}", text(&output.stdout));
    assert!(text(&output.stderr).contains("no-such-file"));
}

#[test]
fn impossible_options_are_refused() {
    for arguments in [&["--fast"][..], &["--check"], &["no-such-file"]] {
        refusal(arguments);
    }
    let help = run(&["--help"]);
    assert!(printed(&help).contains("page_aug gpa lvl hpa"));
}

#[test]
fn operations_from_standard_input_are_answered_with_names() {
    let questions = "reset gpaw=0 levels=4 vcpus=1\n> sept_add 0 3 40218000\n# a comment\n\ntrack\nenter 0\n";
    assert_eq!(printed(&ask(questions)), SHORT);
    assert_eq!(printed(&ask(SHORT)), SHORT, "a trace can be piped in");
    assert!(printed(&ask("help\n")).contains("TDH.MEM.PAGE.AUG"));
    let output = ask("reset gpaw=0 levels=4 vcpus=1\nsept_ad\n");
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("standard input: line 2: expected an operation"), "{}", text(&output.stderr));
}

#[test]
fn the_tree_and_the_records_are_shown_as_comments() {
    let questions = "reset gpaw=0 levels=4 vcpus=1\nsept_add 0 3 40218000\nsept_add 0 2 40219000\npage_aug 0 1 40400000\n\
        page_aug 200000 1 40600000\nblock 200000 1\ndump\npamt 40600000\npamt 40218000\npamt 0\n";
    let output = ask(questions);
    let shown = printed(&output);
    for part in [
        "# TD KeysConfigured, Initialized, ",
        "# Pml4 0x0: 0x8000000040218007 NlMapped\n",
        "#   Pdpt 0x0: 0x8000000040219007 NlMapped\n",
        "#     Pd 0x0: 0x81000000404000f0 Pending\n",
        "#     Pd 0x200000: 0x81800000406000f0 PendingBlocked\n",
        "# page 0x40600000: PAMT 2M Regular, owner 0x40000000, BEPOCH 0x1, lock word 0x0\n",
        "# page 0x40218000: PAMT 4K Ept, owner 0x40000000",
        "# page 0x0: in no TDMR\n",
    ] {
        assert!(shown.contains(part), "{part}:\n{shown}");
    }
    let again = file("shown.trace", shown);
    assert_eq!(printed(&run(&["--names", again.to_str().unwrap()])), shown, "what is shown can be played again");
    let compared = run(&["--check", again.to_str().unwrap()]);
    assert!(printed(&compared).ends_with("6 operations, 6 answers agree\n"), "{}", text(&compared.stdout));
}

#[test]
fn a_reader_that_is_gone_is_no_panic() {
    let path = recording("mix-001.trace.gz");
    let mut child = program(&[&path, &path, &path]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(text(&output.stderr), "");
    assert!(output.status.success());
}

#[test]
fn the_time_is_said_on_standard_error() {
    let path = file("time.trace", SHORT);
    let output = run(&["--time", path.to_str().unwrap()]);
    assert!(text(&output.stderr).starts_with("4 operations in "), "{}", text(&output.stderr));
    assert!(printed(&output).contains("> track"));
}
