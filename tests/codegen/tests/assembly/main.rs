//! What the engine compiles to, next to twins written by hand: on the longest path through a function that calls
//! nothing, the same number of instructions or a few more, which are explained in `README.md`. Only what is declared
//! as rare here may be called.
//!
//! The text of both is kept in `golden/`. After a change that is meant, `BLESS=1 cargo test -p pt-assembly` writes it
//! anew; the difference is then for a person to read. Another compiler than the one named in the text is held to
//! the counts, and not to the text.
#![cfg(target_arch = "x86_64")]
#![forbid(unsafe_code)]

mod compiled;
mod listing;

use compiled::{assembly, compiler, sizes};
use listing::Listing;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

/// A function of the engine, its twin, and how many instructions more it may have.
const PAIRS: &[(&str, &str, usize)] = &[
    ("translate_nested", "twin_nested", 2),
    ("translate_shared", "twin_shared", 2),
    ("translate_private", "twin_private", 2),
    ("translate_x86_64", "twin_x86_64", 2),
    ("map_page", "twin_map", 2),
    ("map_page_x86_64", "twin_map_x86_64", 7),
    ("freeze_nothing", "twin_exchange", 3),
    ("read_memory_type", "twin_memory_type", 2),
    ("set_writable", "twin_writable", 2),
];

/// The inner loop of a range that is mapped, all instances of it, and the twin.
const LOOPS: &[(&str, &str)] = &[("fill_empty", "twin_fill_empty")];

/// What the engine may call: the walk to another table, and what says why a page cannot be mapped.
const RARE: &[&str] = &["map_elsewhere", "map_or_refuse"];

/// How many bytes an out-of-line translation may have. The goal is 240: `README.md` says what x86-64 with two geometries
/// has more.
const SIZES: &[(&str, u64)] = &[("translate_nested", 200), ("translate_x86_64", 262), ("translate_shared", 230)];

/// Functions, and how many of their instructions lock the bus.
const LOCKED: &[(&str, usize)] = &[
    ("translate_x86_64", 0),
    ("map_page", 0),
    ("map_page_x86_64", 0),
    // One in the table that is held, and one in a table that is passed.
    ("map_page_parallel", 2),
    ("freeze_nothing", 1),
    ("twin_exchange", 1),
];

/// The same function of a declaration with hooks and of one without.
const HOOKLESS: &[(&str, &str)] = &[("translate_shared", "translate_alone"), ("map_page", "map_page_alone")];

/// Compares a text with the golden one, or writes it.
fn compare(name: &str, text: &str, problems: &mut Vec<String>) {
    let path: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("golden").join(name).with_extension("s");
    let compiler = format!("# {}\n", compiler());
    let text = format!("{compiler}{text}");
    if env::var_os("BLESS").is_some() {
        fs::write(&path, text).expect("golden text can be written");
        return;
    }
    let expected = fs::read_to_string(&path).unwrap_or_default();
    if expected.is_empty() || expected.starts_with(&compiler) && expected != text {
        problems.push(format!("{name} is not as in {}. Now:\n{text}", path.display()));
    }
}

fn report(problems: &[String]) {
    assert!(problems.is_empty(), "{}\nBLESS=1 accepts a new text", problems.join("\n"));
}

#[test]
fn the_engine_compiles_to_what_one_would_write_by_hand() {
    let assembly = assembly();
    let mut problems = Vec::new();
    for &(engine_name, twin_name, allowance) in PAIRS {
        let engine = Listing::of(&assembly, engine_name);
        let twin = Listing::of(&assembly, twin_name);
        let (ours, theirs) = (engine.longest_path(), twin.longest_path());
        println!("{engine_name}: {ours} instructions on the longest path, by hand {theirs}");
        if ours > theirs + allowance {
            problems.push(format!("{engine_name} runs {ours} instructions, its twin {theirs}"));
        }
        let calls = engine.calls().filter(|call| !RARE.contains(call));
        problems.extend(calls.map(|call| format!("{engine_name} calls {call}")));
        compare(engine_name, &format!("{engine}\n{twin}"), &mut problems);
    }
    for &(engine_name, twin_name) in LOOPS {
        let instances: Vec<_> = Listing::instances(&assembly, engine_name).iter().map(Listing::to_string).collect();
        assert!(!instances.is_empty(), "no {engine_name} in the assembly");
        let twin = Listing::of(&assembly, twin_name);
        compare(engine_name, &format!("{}\n{twin}", instances.join("\n")), &mut problems);
    }
    report(&problems);
}

#[test]
fn locked_instructions_are_where_a_word_has_two_writers() {
    let assembly = assembly();
    for &(name, expected) in LOCKED {
        assert_eq!(Listing::of(&assembly, name).locked(), expected, "{name}");
    }
}

#[test]
fn a_table_without_hooks_is_compiled_as_if_there_were_no_hooks() {
    let assembly = assembly();
    for &(with, without) in HOOKLESS {
        assert_eq!(Listing::of(&assembly, with).text(), Listing::of(&assembly, without).text(), "{with}");
    }
}

#[test]
fn a_translation_is_small_and_calls_nothing() {
    let assembly = assembly();
    let Some(sizes) = sizes() else {
        let _ = writeln!(io::stderr(), "SKIPPED: sizes are not compared, because there is no nm on this machine");
        return;
    };
    for &(name, limit) in SIZES {
        let calls: Vec<String> = Listing::of(&assembly, name).calls().map(str::to_owned).collect();
        assert!(calls.is_empty(), "{name} calls {calls:?}, a panic perhaps");
        let size = sizes.iter().find(|(symbol, _)| symbol.contains(&format!("{}{name}17h", name.len())));
        let (_, size) = size.unwrap_or_else(|| panic!("no symbol {name}"));
        println!("{name}: {size} bytes");
        assert!(*size <= limit, "{name} has {size} bytes, more than {limit}");
    }
}
