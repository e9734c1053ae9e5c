//! What an image said on the serial line.
//!
//! Most of it is for people. Lines of the form `name: number` are results, a line that begins with `WRONG` is a probe
//! that did not do what it should, and the last line is `END` with the outcome.

/// The text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Transcript(String);

impl Transcript {
    /// What was said.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The whole text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.0
    }

    fn lines(&self) -> impl DoubleEndedIterator<Item = &str> {
        self.0.lines().map(str::trim_end)
    }

    /// The number in the line `name: number`, if there is one.
    #[must_use]
    pub fn number(&self, name: &str) -> Option<u64> {
        self.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": ")?.parse().ok())
    }

    /// The lines that begin with `WRONG`.
    pub fn wrong(&self) -> impl Iterator<Item = &str> {
        self.lines().filter(|line| line.starts_with("WRONG"))
    }

    /// How the image says the run ended; `None` if it did not come to its end.
    #[must_use]
    pub fn outcome(&self) -> Option<&str> {
        self.lines().next_back()?.strip_prefix("END ")
    }

    /// Whether the image came to its end, and found everything as it should be.
    #[must_use]
    pub fn passed(&self) -> bool {
        self.outcome() == Some("passed") && self.wrong().next().is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_passes_if_it_says_so_last_and_nothing_was_wrong() {
        let passed = Transcript::new("hello\r\nprobes: 12\r\nEND passed\r\n");
        assert_eq!((passed.passed(), passed.number("probes"), passed.number("maps")), (true, Some(12), None));
        assert!(!Transcript::new("END passed\nand then reset").passed());
        assert!(!Transcript::new("WRONG: read\nEND passed").passed());
        assert_eq!(Transcript::new("END failed").outcome(), Some("failed"));
        assert_eq!(Transcript::new("").outcome(), None);
    }
}
