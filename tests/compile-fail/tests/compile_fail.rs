//! The catalogue of mistakes that do not compile, and its page.

use pt_compile_fail::{Case, Cases};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

/// A mistake that is known from elsewhere: an entry of `known.toml`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Known {
    mistake: String,
    /// What types cannot carry is checked at run time: what is done.
    check: Option<String>,
    /// The test that shows it, as `file: function`, the file relative to the workspace.
    test: Option<String>,
}

const CLASSES: [&str; 6] = ["kind", "state", "lock", "order", "resource", "declaration"];

fn catalogue() -> Cases {
    Cases::new("cases").classes(&CLASSES)
}

/// The known mistakes, in order: those of KVM, then those of libraries.
fn known() -> Vec<(String, Known)> {
    let text = std::fs::read_to_string("known.toml").expect("the known mistakes");
    let known: BTreeMap<String, Known> = toml::from_str(&text).expect("a mistake in known.toml");
    let mut known: Vec<_> = known.into_iter().collect();
    known.sort_by_key(|(name, _)| {
        let (of, number) = name.split_once('-').expect("a name such as kvm-7");
        (of.to_owned(), number.parse::<u32>().expect("a number"))
    });
    known
}

/// The cases that show a known mistake.
fn cases_of<'a>(cases: &'a [Case], name: &str) -> Vec<&'a Case> {
    let shows = |case: &&Case| case.seen.iter().any(|sighting| sighting.names.iter().any(|shown| shown == name));
    cases.iter().filter(shows).collect()
}

#[test]
fn mistakes_do_not_compile_and_their_twins_do() {
    catalogue().run();
}

#[test]
fn every_case_has_a_class_and_was_seen_somewhere() {
    for case in catalogue().all() {
        let path = case.path.display();
        assert!(CLASSES.contains(&case.class.as_str()), "{path} has no class of the catalogue");
        // A slip in a declaration need not have happened to somebody before.
        assert!(case.class == "declaration" || !case.seen.is_empty(), "{path} does not say where it was seen");
    }
}

#[test]
fn what_the_cases_show_is_known() {
    let known = known();
    for case in catalogue().all() {
        for name in case.seen.iter().flat_map(|sighting| &sighting.names) {
            let found = known.iter().any(|(known, _)| known == name);
            assert!(found, "{}: `{name}` is not in known.toml", case.path.display());
        }
    }
}

#[test]
fn every_known_mistake_has_its_place() {
    let (known, cases) = (known(), catalogue().all());
    let wanted = (1..=9).map(|n| format!("peer-{n}")).chain((1..=55).map(|n| format!("kvm-{n}")));
    for name in wanted {
        let Some((_, known)) = known.iter().find(|(known, _)| *known == name) else {
            panic!("{name} is not in known.toml");
        };
        assert!(known.check.is_some() || !cases_of(&cases, &name).is_empty(), "{name} has neither a case nor a check");
    }
}

#[test]
fn run_time_checks_are_tested() {
    for (name, known) in known() {
        assert_eq!(known.check.is_some(), known.test.is_some(), "{name}: a check needs a test, and a test a check");
        let Some(test) = known.test else { continue };
        let (file, function) = test.split_once(": ").expect("file: function");
        let source = std::fs::read_to_string(Path::new("../..").join(file));
        let source = source.unwrap_or_else(|error| panic!("{name}: {file}: {error}"));
        assert!(source.contains(&format!("fn {function}(")), "{name}: {file} has no {function}");
    }
}

#[test]
fn the_readme_quotes_an_answer() {
    let readme = std::fs::read_to_string("../../README.md").expect("the README of the project");
    let answer = std::fs::read_to_string("cases/kind/shared_page_in_private_table.stderr").expect("an answer");
    let quoted = readme.split("```text\n").nth(1).and_then(|rest| rest.split("```").next()).expect("a block of text");
    for line in quoted.lines() {
        assert!(answer.lines().any(|said| said == line), "the compiler does not say\n{line}");
    }
}

#[test]
fn the_page_is_not_stale() {
    catalogue().check_page_with("README.md", &index());
}

/// The section of the known mistakes: where each of them is.
fn index() -> String {
    let cases = catalogue().all();
    let mut section =
        "\n## Where each known mistake is\n\n| | mistake | case, or check at run time |\n|---|---|---|\n".to_owned();
    for (name, known) in known() {
        let link = |case: &&Case| format!("[`{}/{}`]({})", case.class, case.name(), case.path.display());
        let mut places: Vec<String> = cases_of(&cases, &name).iter().map(link).collect();
        places.extend(known.check.iter().zip(&known.test).map(|(check, test)| {
            let (file, function) = test.split_once(": ").unwrap_or((test, ""));
            format!("{check} ([`{function}`](../../{file}))")
        }));
        let _ = writeln!(section, "| {name} | {} | {} |", known.mistake, places.join(", "));
    }
    section
}
