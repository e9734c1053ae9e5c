//! Why a run went wrong: the finding that ends it, with exit status 1.

use std::fmt;

/// What was found, in one line.
#[derive(Clone, PartialEq, Debug)]
pub struct Failure(String);

/// The result of whatever can find that the run went wrong.
pub type Checked<T> = Result<T, Failure>;

impl Failure {
    /// A finding in words.
    pub fn new(finding: impl fmt::Display) -> Self {
        Self(finding.to_string())
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
impl std::error::Error for Failure {}

/// Adds what was being done to what went wrong.
pub trait During<T> {
    /// The failure `doing: error`.
    fn during(self, doing: impl fmt::Display) -> Checked<T>;
}

impl<T, E: fmt::Display> During<T> for Result<T, E> {
    fn during(self, doing: impl fmt::Display) -> Checked<T> {
        self.map_err(|error| Failure(format!("{doing}: {error}")))
    }
}
