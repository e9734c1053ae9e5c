//! The page of a catalogue: a table of mistakes, made from the cases.

use crate::case::Case;
use std::path::Path;

/// Where the written part of a page ends.
pub(crate) const GENERATED: &str = "<!-- From here on the cases wrote this page: BLESS=1 writes it anew. -->";

/// A table a class: the mistake, where it was seen, and what the compiler says. Links are relative to the package.
///
/// # Panics
/// If the answer to a case cannot be read.
pub(crate) fn tables(cases: &[Case]) -> String {
    cases.chunk_by(|one, next| one.class == next.class).map(table).collect()
}

/// The table of one class. Where no case was seen anywhere, there is no column for it.
fn table(cases: &[Case]) -> String {
    let seen = cases.iter().any(|case| !case.seen.is_empty());
    let row = |cells: [&str; 3]| {
        let [mistake, place, answer] = cells;
        if seen { format!("| {mistake} | {place} | {answer} |\n") } else { format!("| {mistake} | {answer} |\n") }
    };
    let mut table = row(["mistake", "seen where", "what the compiler says"]) + &row(["---"; 3]).replace(' ', "");
    for case in cases {
        let places: Vec<&str> = case.seen.iter().map(|sighting| sighting.place.as_str()).collect();
        table += &row([&mistake(case), &cell(&places.join("; ")), &answer(case)]);
    }
    match cases.first() {
        Some(case) if !case.class.is_empty() => format!("\n## {}\n\n{table}", heading(&case.class)),
        _ => format!("\n{table}"),
    }
}

fn mistake(case: &Case) -> String {
    format!("{} [`{}`]({})", cell(&case.mistake), case.name(), link(&case.path))
}

fn answer(case: &Case) -> String {
    let problems = case.problems();
    let Some(first) = problems.first() else { return String::new() };
    let code = first.code.as_deref().unwrap_or("error");
    let more = match problems.len() {
        1 => String::new(),
        2 => "; and one more".to_owned(),
        more => format!("; and {} more", more - 1),
    };
    let label = first.labels.first().filter(|label| **label != first.headline);
    let label = label.map_or(String::new(), |label| format!(" — {}", cell(label)));
    let (answer, twin) = (link(&case.answer()), link(&case.twin()));
    format!("[{code}]({answer}): {}{label}{more} ([twin]({twin}))", cell(&first.headline))
}

fn heading(class: &str) -> String {
    let mut letters = class.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// Text in a cell of a table.
pub(crate) fn cell(text: &str) -> String {
    text.replace('|', r"\|")
}

fn link(path: &Path) -> String {
    path.to_string_lossy().replace('\\', "/")
}

/// Compares the generated part of the page with what it should be, or writes it, with `BLESS=1`.
///
/// # Panics
/// If the page is stale, or has no generated part.
pub(crate) fn check(path: &Path, generated: &str) {
    let old = std::fs::read_to_string(path).unwrap_or_default();
    let (written, _) =
        old.split_once(GENERATED).unwrap_or_else(|| panic!("{} has no line\n{GENERATED}", path.display()));
    let new = format!("{written}{GENERATED}\n{generated}");
    if old == new {
        return;
    }
    assert!(std::env::var_os("BLESS").is_some(), "{} is stale: run the test with BLESS=1", path.display());
    std::fs::write(path, new).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
}
