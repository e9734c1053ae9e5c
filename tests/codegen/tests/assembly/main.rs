//! What the engine compiles to, next to twins written by hand: the same number of instructions or at most two more,
//! on the longest path through the function that calls nothing. Only what is declared as rare here may be called.
//!
//! The text of both is kept in `golden/`. After a change that is meant, `BLESS=1 cargo test -p pt-assembly` writes it
//! anew; the difference is then for a person to read. Another compiler than the one named in the text is held to
//! the counts, and not to the text.
#![cfg(target_arch = "x86_64")]
#![forbid(unsafe_code)]

mod listing;

use listing::Listing;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

/// Instructions that the engine may need more than the twin.
const ALLOWANCE: usize = 2;

/// The functions of this crate, each with its twin.
const PAIRS: &[(&str, &str)] = &[
    ("translate_nested", "twin_nested"),
    ("translate_shared", "twin_shared"),
    ("translate_private", "twin_private"),
    ("map_page", "twin_map"),
    ("read_memory_type", "twin_memory_type"),
    ("set_writable", "twin_writable"),
];

/// What the engine may call, and where: the walk to another table, which also says what cannot be done.
const RARE: &[(&str, &str)] = &[("map_page", "map_elsewhere")];

/// Compiles the library of this crate with the release profile, and returns its assembly.
fn assembly() -> String {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let output = target.join("assembly.s");
    let mut emit = std::ffi::OsString::from("asm=");
    emit.push(&output);
    let status = Command::new(env::var_os("CARGO").expect("cargo runs the tests"))
        .args(["rustc", "--quiet", "--release", "--lib", "--package", env!("CARGO_PKG_NAME"), "--target-dir"])
        .arg(target)
        .args(["--", "-Ccodegen-units=1", "-Cdebuginfo=0", "-Cllvm-args=--x86-asm-syntax=intel", "--emit"])
        .arg(emit)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env_remove("RUSTFLAGS")
        .env_remove("CARGO_ENCODED_RUSTFLAGS")
        .status()
        .expect("cargo can be run");
    assert!(status.success(), "the library does not compile with the release profile");
    fs::read_to_string(output).expect("the compiler wrote the assembly")
}

fn compiler() -> String {
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(rustc).arg("--version").output().expect("rustc can be run");
    String::from_utf8(output.stdout).expect("a version is text").trim().to_owned()
}

fn golden(engine: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("golden").join(engine).with_extension("s")
}

#[test]
fn the_engine_compiles_to_what_one_would_write_by_hand() {
    let assembly = assembly();
    let compiler = format!("# {}\n", compiler());
    let mut problems = Vec::new();
    for &(engine_name, twin_name) in PAIRS {
        let engine = Listing::of(&assembly, engine_name);
        let twin = Listing::of(&assembly, twin_name);
        let (ours, theirs) = (engine.longest_path(), twin.longest_path());
        println!("{engine_name}: {ours} instructions on the longest path, by hand {theirs}");
        if ours > theirs + ALLOWANCE {
            problems.push(format!("{engine_name} runs {ours} instructions, its twin {theirs}"));
        }
        let calls = engine.calls().filter(|call| !RARE.contains(&(engine_name, call)));
        problems.extend(calls.map(|call| format!("{engine_name} calls {call}")));
        let text = format!("{compiler}{engine}\n{twin}");
        let path = golden(engine_name);
        if env::var_os("BLESS").is_some() {
            fs::write(&path, text).expect("golden text can be written");
            continue;
        }
        let expected = fs::read_to_string(&path).unwrap_or_default();
        if expected.is_empty() || expected.starts_with(&compiler) && expected != text {
            problems.push(format!("{engine_name} is not as in {}. Now:\n{text}", path.display()));
        }
    }
    assert!(problems.is_empty(), "{}\nBLESS=1 accepts a new text", problems.join("\n"));
}
