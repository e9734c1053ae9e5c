//! What the compiler says: recorded in a `.stderr`, or in its JSON messages.
//!
//! Another toolchain draws the same answer in another way and adds or drops notes. What a person reads first does
//! not depend on that: the code, the headline, and the label under the guilty token.

use serde::Deserialize;

/// One error.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Problem {
    /// `E0277`; a lint and a macro have none.
    pub(crate) code: Option<String>,
    pub(crate) headline: String,
    /// What stands under the guilty token. Recorded answers may have it where it cannot be told from others.
    pub(crate) labels: Vec<String>,
    /// The whole of it.
    pub(crate) text: String,
}

/// The errors of a `.stderr`.
pub(crate) fn recorded(text: &str) -> Vec<Problem> {
    let mut problems: Vec<Problem> = Vec::new();
    let mut in_note = false;
    for line in text.lines() {
        if let Some((code, headline)) = headline(line) {
            problems.push(Problem { code, headline, labels: Vec::new(), text: String::new() });
            in_note = false;
        }
        in_note |= is_note(line);
        if let Some(problem) = problems.last_mut() {
            problem.labels.extend(label(line).filter(|_| !in_note));
            problem.text += line;
            problem.text.push('\n');
        }
    }
    problems
}

/// `error[E0277]: …` or `error: …`.
fn headline(line: &str) -> Option<(Option<String>, String)> {
    let rest = line.strip_prefix("error")?;
    let (code, headline) = match rest.strip_prefix('[') {
        Some(rest) => rest.split_once("]: ").map(|(code, headline)| (Some(code.to_owned()), headline))?,
        None => (None, rest.strip_prefix(": ")?),
    };
    Some((code, headline.to_owned()))
}

/// Whether a note or a help begins here. What is under its carets is no label of the error.
fn is_note(line: &str) -> bool {
    ["note:", "help:", "= note:", "= help:"].iter().any(|start| line.trim_start().starts_with(start))
}

/// What stands behind the carets of a line, unless it belongs to another mark behind them.
fn label(line: &str) -> Option<String> {
    let (before, behind) = line.rsplit_once('^')?;
    let annotation = before.trim_start_matches([' ', '|', '^', '-', '_', '.']).is_empty();
    let label = behind.trim();
    (annotation && !label.is_empty() && !label.starts_with(['-', '|'])).then(|| label.to_owned())
}

/// A line of `--message-format=json`.
#[derive(Deserialize)]
pub(crate) struct Message {
    target: Option<Target>,
    message: Option<Diagnostic>,
}

#[derive(Deserialize)]
struct Target {
    name: String,
}

#[derive(Deserialize)]
struct Diagnostic {
    message: String,
    level: String,
    code: Option<Code>,
    spans: Vec<Span>,
    rendered: Option<String>,
}

#[derive(Deserialize)]
struct Code {
    code: String,
}

#[derive(Deserialize)]
struct Span {
    is_primary: bool,
    label: Option<String>,
}

impl Message {
    /// The target that it is about, and the error in it, if it is one.
    pub(crate) fn into_problem(self) -> Option<(String, Problem)> {
        let (target, diagnostic) = (self.target?, self.message?);
        let summary = diagnostic.spans.is_empty() && diagnostic.message.starts_with("aborting due to");
        if diagnostic.level != "error" || summary {
            return None;
        }
        let labels = diagnostic.spans.into_iter().filter(|span| span.is_primary).filter_map(|span| span.label);
        let problem = Problem {
            code: diagnostic.code.map(|code| code.code).filter(|code| code.starts_with('E')),
            headline: diagnostic.message,
            labels: labels.collect(),
            text: diagnostic.rendered.unwrap_or_default(),
        };
        Some((target.name, problem))
    }
}

/// How `found` differs from what is recorded in code, headline or label.
pub(crate) fn difference(recorded: &[Problem], found: &[Problem]) -> Option<String> {
    let heads = |problems: &[Problem]| -> Vec<String> {
        let head = |problem: &Problem| match &problem.code {
            Some(code) => format!("error[{code}]: {}", problem.headline),
            None => format!("error: {}", problem.headline.lines().next().unwrap_or_default()),
        };
        problems.iter().map(head).collect()
    };
    let (expected, said) = (heads(recorded), heads(found));
    if expected != said {
        return Some(format!("recorded\n    {}\nfound\n    {}", expected.join("\n    "), said.join("\n    ")));
    }
    recorded.iter().zip(found).find_map(|(recorded, found)| {
        let missing = found.labels.iter().find(|label| !recorded.text.contains(label.as_str()));
        let gone = recorded.labels.iter().find(|label| !found.labels.iter().any(|found| first_line(found) == **label));
        match (missing, gone) {
            (Some(label), _) => Some(format!("{}: the label is now `{label}`", recorded.headline)),
            (None, Some(label)) => Some(format!("{}: no label `{label}`", recorded.headline)),
            (None, None) => None,
        }
    })
}

fn first_line(label: &str) -> &str {
    label.lines().next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANSWER: &str = "\
error[E0277]: `PrivateEpt` does not take this page
  --> cases/a.rs:17:21
   |
17 |     vm.add_page(at, page, firmware).is_ok()
   |        --------     ^^^^ of another kind
   |        |
   |        required by a bound
   |
   = note: convert the range first
note: required here
   | fn add_page()
   |    ^^^^^^^^ required by this

error: unused `Stale` that must be used
 --> cases/b.rs:1:1
  |
1 |   a ^ b
  |   ^     - another
";

    #[test]
    fn an_answer_is_read_back() {
        let problems = recorded(ANSWER);
        let heads: Vec<_> = problems.iter().map(|p| (p.code.as_deref(), p.headline.as_str())).collect();
        let first = (Some("E0277"), "`PrivateEpt` does not take this page");
        assert_eq!(heads, [first, (None, "unused `Stale` that must be used")]);
        assert_eq!(problems[0].labels, ["of another kind"]);
        assert_eq!(problems[1].labels, [""; 0], "a label of another mark, and an operator");
    }

    #[test]
    fn notes_may_differ_and_labels_may_not() {
        let recorded = recorded(ANSWER);
        let mut found = recorded.clone();
        found[0].text = "drawn otherwise".to_owned();
        assert_eq!(difference(&recorded, &found), None);
        found[0].labels = vec!["of no kind".to_owned()];
        assert!(difference(&recorded, &found).is_some_and(|said| said.contains("of no kind")));
        found[0].labels.clear();
        assert!(difference(&recorded, &found).is_some_and(|said| said.contains("no label `of another kind`")));
        found.pop();
        assert!(difference(&recorded, &found).is_some());
    }
}
