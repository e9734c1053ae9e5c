//! Where the checks put what they find.

use proc_macro2::{Ident, Span};
use pt_model::{nearest, unknown};
use std::fmt::Display;

/// Something that is wrong, said under the token that is guilty.
pub struct Finding {
    /// Where.
    pub span: Span,
    /// What is wrong, and how to mend it.
    pub message: String,
}

/// The findings in one declaration.
pub(super) struct Report {
    findings: Vec<Finding>,
    /// Items are missing from the declaration because they could not be read.
    lost: bool,
}

impl Report {
    pub(super) const fn new(lost: bool) -> Self {
        Self { findings: Vec::new(), lost }
    }

    /// What was found.
    pub(super) fn into_findings(self) -> Vec<Finding> {
        self.findings
    }

    /// One error.
    pub(super) fn error(&mut self, span: Span, message: impl Display) {
        self.findings.push(Finding { span, message: message.to_string() });
    }

    /// Two places that contradict each other: the one to change, and the other one.
    pub(super) fn both(&mut self, guilty: (Span, impl Display), other: (Span, impl Display)) {
        self.error(guilty.0, guilty.1);
        self.error(other.0, other.1);
    }

    /// A name that stands for nothing. `known` are those that do.
    pub(super) fn unknown<'k>(&mut self, what: &str, name: &Ident, known: impl IntoIterator<Item = &'k Ident>) {
        if self.lost {
            return;
        }
        let known: Vec<_> = known.into_iter().map(ToString::to_string).collect();
        let known: Vec<_> = known.iter().map(String::as_str).collect();
        self.error(name.span(), unknown(what, &name.to_string(), &known));
    }

    /// Something that the declaration lacks altogether.
    pub(super) fn missing(&mut self, at: Span, message: impl Display) {
        if !self.lost {
            self.error(at, message);
        }
    }

    /// An item was taken out: a name that is not found may be its name.
    pub(super) fn lose(&mut self) {
        self.lost = true;
    }

    /// How many errors there are so far: whether a step found any.
    pub(super) fn count(&self) -> usize {
        self.findings.len()
    }
}

/// `` `A`, `B` and `C` ``.
pub(super) fn list<T: Display>(names: impl IntoIterator<Item = T>) -> String {
    let names: Vec<_> = names.into_iter().map(|name| format!("`{name}`")).collect();
    match names.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
        None => String::new(),
    }
}

/// `level `A``, `levels `A` and `B``.
pub(super) fn levels<T: Display>(names: &[T]) -> String {
    format!("{} {}", plural(names.len(), "level"), list(names))
}

/// A word, in the plural unless there is one of it.
pub(super) fn plural(count: usize, one: &str) -> String {
    if count == 1 { String::from(one) } else { format!("{one}s") }
}

/// The name that was meant by a name that does not exist.
pub(super) fn meant<'k>(name: &Ident, known: impl IntoIterator<Item = &'k Ident>) -> Option<&'k Ident> {
    let known: Vec<&Ident> = known.into_iter().collect();
    let words: Vec<String> = known.iter().map(ToString::to_string).collect();
    let near = nearest(&name.to_string(), &words.iter().map(String::as_str).collect::<Vec<_>>())?.to_owned();
    known.into_iter().find(|known| **known == near)
}
