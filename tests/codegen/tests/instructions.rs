//! How many instructions the engine runs for one operation, next to the twins written by hand: counted one by one
//! by callgrind, and within 2 % of the twin. Time plays no part in it.
//!
//! Each function runs in a process of its own, `repeat` of this package with the release profile, once for 256 and
//! once for 512 operations. The difference is that of 256 operations in the midst of others, without whatever comes
//! first: for mapping, the walk to the table. Only what runs between the call of the function and its return is
//! counted.
#![cfg(target_arch = "x86_64")]
#![forbid(unsafe_code)]

use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, io};

/// The functions of this crate, each with its twin.
const PAIRS: &[(&str, &str)] = &[
    ("translate_shared", "twin_shared"),
    ("map_page", "twin_map"),
    ("read_memory_type", "twin_memory_type"),
    ("set_writable", "twin_writable"),
];

/// Percent of the twin's instructions that the engine may run.
const ALLOWED: u32 = 102;

/// Operations that are counted.
const OPERATIONS: u32 = 256;

/// Writes to standard error, also when the harness holds back what passing tests print.
fn say(text: &str) {
    let _ = writeln!(io::stderr(), "{text}");
}

/// Whether valgrind can be run.
fn has_valgrind() -> bool {
    match Command::new("valgrind").arg("--version").output() {
        Ok(output) => output.status.success(),
        Err(error) if error.kind() == ErrorKind::NotFound => false,
        Err(error) => panic!("valgrind is there and cannot be run: {error}"),
    }
}

/// Compiles `repeat` with the release profile.
fn program() -> PathBuf {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let status = Command::new(env::var_os("CARGO").expect("cargo runs the tests"))
        .args(["build", "--quiet", "--release", "--bin", "repeat", "--package", env!("CARGO_PKG_NAME")])
        .arg("--target-dir")
        .arg(target)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env_remove("RUSTFLAGS")
        .env_remove("CARGO_ENCODED_RUSTFLAGS")
        .env_remove("CARGO_BUILD_TARGET")
        .status()
        .expect("cargo can be run");
    assert!(status.success(), "`repeat` does not compile with the release profile");
    target.join("release/repeat")
}

/// One run of `repeat`: the instructions that were spent in the functions of `pair`, and what it printed.
fn count(program: &Path, pair: (&str, &str), function: &str, operations: u32) -> (u32, String) {
    // A function and its twin may be one in machine code, under either name.
    let of = |name: &str| format!("--toggle-collect=*{name}*");
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null", &of(pair.0), &of(pair.1)])
        .arg(program)
        .args([function, &operations.to_string()])
        .output()
        .expect("valgrind can be run");
    let report = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{function}: {report}");
    let collected = report.lines().find_map(|line| line.split_once("Collected :")?.1.trim().parse().ok());
    let collected = collected.unwrap_or_else(|| panic!("{function}: callgrind reports no count:\n{report}"));
    (collected, String::from_utf8_lossy(&output.stdout).into_owned())
}

#[test]
fn the_engine_runs_as_many_instructions_as_what_one_would_write_by_hand() {
    if !has_valgrind() {
        say("SKIPPED: instructions are not counted, because there is no valgrind on this machine");
        return;
    }
    let program = program();
    let mut problems = Vec::new();
    say("instructions per operation     engine     twin  ratio");
    for &pair in PAIRS {
        let [engine, twin] = [pair.0, pair.1].map(|function| {
            let (once, _) = count(&program, pair, function, OPERATIONS);
            let (twice, digest) = count(&program, pair, function, 2 * OPERATIONS);
            assert!(twice > once, "{function}: callgrind saw no call of it");
            (twice - once, digest)
        });
        assert_eq!(engine.1, twin.1, "{} and {} do not come to the same", pair.0, pair.1);
        let per_operation = |count: u32| f64::from(count) / f64::from(OPERATIONS);
        let (ours, theirs) = (per_operation(engine.0), per_operation(twin.0));
        let row = format!("{:<26} {ours:>10.2} {theirs:>8.2} {:>6.3}", pair.0, ours / theirs);
        say(&row);
        if engine.0 * 100 > twin.0 * ALLOWED {
            problems.push(row);
        }
    }
    assert!(problems.is_empty(), "more than {ALLOWED} % of the twin:\n{}", problems.join("\n"));
}
