//! Mistakes that must not compile, and their twins that must.
//!
//! `cases/CLASS/NAME.rs` commits a mistake, and `NAME.stderr` is the compiler's answer on the pinned toolchain.
//! `NAME.pass.rs` differs from it in one token and compiles: the error is there for the stated reason. After a
//! change of wording, `TRYBUILD=overwrite cargo test -p pt-compile-fail --test compile_fail` writes the answers anew; read
//! the difference before it is committed.

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use std::path::{Path, PathBuf};

/// Every case, in order of its path.
fn cases() -> Vec<PathBuf> {
    let mut cases: Vec<_> = std::fs::read_dir("cases")
        .expect("the folder of cases")
        .flat_map(|class| std::fs::read_dir(class.unwrap().path()).into_iter().flatten())
        .map(|file| file.unwrap().path())
        .filter(|path| path.extension().is_some_and(|kind| kind == "rs"))
        .filter(|path| path.file_stem().is_some_and(|stem| Path::new(stem).extension().is_none()))
        .collect();
    cases.sort();
    cases
}

fn twin(case: &Path) -> PathBuf {
    case.with_extension("pass.rs")
}

#[test]
fn mistakes_do_not_compile_and_their_twins_do() {
    let runner = trybuild::TestCases::new();
    for case in cases() {
        runner.compile_fail(&case);
        runner.pass(twin(&case));
    }
}

#[test]
fn twins_differ_in_one_token() {
    for case in cases() {
        let (fails, passes) = (tokens(&case), tokens(&twin(&case)));
        let same = |(a, b): &(&String, &String)| a == b;
        let before = fails.iter().zip(&passes).take_while(same).count();
        let shorter = fails.len().min(passes.len());
        let after = fails.iter().rev().zip(passes.iter().rev()).take_while(same).count().min(shorter - before);
        let (removed, added) = (&fails[before..fails.len() - after], &passes[before..passes.len() - after]);
        let changed = removed.len().max(added.len());
        assert_eq!(changed, 1, "{}: {removed:?} against {added:?} in the twin", case.display());
    }
}

#[test]
fn a_case_begins_with_what_goes_wrong() {
    for case in cases() {
        let text = std::fs::read_to_string(&case).unwrap();
        assert!(text.starts_with("//! "), "{} does not say what goes wrong", case.display());
    }
}

/// The tokens of a file, delimiters among them; its first documentation comment left out.
fn tokens(path: &Path) -> Vec<String> {
    let text = std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let code: String = text.lines().filter(|line| !line.starts_with("//!")).collect::<Vec<_>>().join("\n");
    let mut flat = Vec::new();
    flatten(code.parse().unwrap(), &mut flat);
    flat
}

fn flatten(stream: TokenStream, flat: &mut Vec<String>) {
    for tree in stream {
        let TokenTree::Group(group) = tree else {
            flat.push(tree.to_string());
            continue;
        };
        let (open, close) = match group.delimiter() {
            Delimiter::Parenthesis => ("(", ")"),
            Delimiter::Brace => ("{", "}"),
            Delimiter::Bracket => ("[", "]"),
            Delimiter::None => ("", ""),
        };
        flat.push(open.to_owned());
        flatten(group.stream(), flat);
        flat.push(close.to_owned());
    }
}
