//! What the library says of cases that are not in order.

use pt_compile_fail::Cases;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

/// A fresh folder with these files.
fn folder(name: &str, files: &[(&str, &str)]) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&folder);
    for (file, text) in files {
        let path = folder.join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

/// What is said when `work` panics.
fn complaint(work: impl FnOnce()) -> String {
    let panic = catch_unwind(AssertUnwindSafe(work)).expect_err("nothing is said");
    panic.downcast_ref::<String>().cloned().unwrap_or_default()
}

const CASE: &str = "//! A page is lost.\n\nfn main() { lose(1); }\n";
const TWIN: &str = "//! A page is lost.\n\nfn main() { keep(1); }\n";
const ANSWER: &str = "error[E0425]: cannot find `lose`\n --> a.rs:3:13\n  |\n3 | lose(1);\n  | ^^^^ not found\n";

#[test]
fn a_case_without_a_sentence_is_refused() {
    let cases = folder("headless", &[("kind/a.rs", "fn main() { lose(1); }"), ("kind/a.pass.rs", TWIN)]);
    let said = complaint(|| Cases::new(cases).run());
    assert!(said.contains("a.rs does not open with `//! what goes wrong in practice`"), "{said}");
}

#[test]
fn a_case_without_a_twin_is_refused() {
    let cases = folder("alone", &[("kind/a.rs", CASE)]);
    let said = complaint(|| Cases::new(cases).run());
    assert!(said.contains("has no twin"), "{said}");
}

#[test]
fn a_twin_that_differs_in_two_tokens_is_refused() {
    let cases = folder("two", &[("kind/a.rs", CASE), ("kind/a.pass.rs", &TWIN.replace("(1)", "(2)"))]);
    let said = complaint(|| Cases::new(cases).run());
    assert!(said.contains(r#"["lose", "(", "1"] against ["keep", "(", "2"] in the twin"#), "{said}");
}

#[test]
fn an_answer_that_quotes_the_standard_library_is_refused() {
    let answer = "error: no\nnote: method defined here\n  --> $RUST/alloc/src/vec/mod.rs\n";
    let files = [("kind/a.rs", CASE), ("kind/a.pass.rs", TWIN), ("kind/a.stderr", answer)];
    let cases = folder("quoting", &files);
    let said = complaint(|| Cases::new(cases).run());
    assert!(said.contains("rust-src"), "{said}");
}

#[test]
fn a_page_is_stale_until_it_is_written() {
    let files = [("a.rs", CASE), ("a.pass.rs", TWIN), ("a.stderr", ANSWER)];
    let folder = folder("page", &files);
    let page = folder.join("README.md");
    fs::write(&page, "# Mine\n").unwrap();
    let cases = Cases::new(&folder);
    let said = complaint(|| cases.check_page(&page));
    assert!(said.contains("has no line\n<!--"), "{said}");
    let marker = said.split_once('\n').unwrap().1;
    fs::write(&page, format!("# Mine\n\n{marker}\n")).unwrap();
    if std::env::var_os("BLESS").is_none() {
        let said = complaint(|| cases.check_page(&page));
        assert!(said.contains("is stale"), "{said}");
    }
}

#[test]
fn cases_are_found_with_and_without_a_class() {
    let seen = "//! Twice.\n//!\n//! Seen: here, in\n//! `this` [a-1]\n//! Seen: there\n\nfn main() {}\n";
    let cases = Cases::new(folder("found", &[("a.rs", CASE), ("lock/b.rs", seen), ("lock/b.pass.rs", TWIN)])).all();
    let [first, second] = &cases[..] else { panic!("{cases:?}") };
    assert_eq!((first.class.as_str(), first.name().as_str(), first.mistake.as_str()), ("", "a", "A page is lost."));
    let places: Vec<_> = second.seen.iter().map(|sighting| sighting.place.as_str()).collect();
    assert_eq!((second.class.as_str(), places), ("lock", vec!["here, in `this`", "there"]));
    assert_eq!(second.seen[0].names, ["a-1"]);
}
