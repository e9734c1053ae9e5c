//! What is wrong with a line of a trace.

use core::fmt;

/// A line that is not of the format, or not in its place: where, and what was expected there.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Malformed {
    /// The line, from 1.
    pub line: usize,
    /// The first byte that is wrong, from 1.
    pub column: usize,
    /// What stands there.
    pub found: String,
    /// What could stand there.
    pub expected: String,
}

/// The bytes that are shown of what was found.
const MOST_SHOWN: usize = 40;

fn shown(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).escape_debug().to_string()
}

impl Malformed {
    /// `found` at the column, where `expected` should be. The line is set by who counts lines.
    pub(super) fn at(column: usize, found: &[u8], expected: impl Into<String>) -> Self {
        let found = match found {
            [] => "the end of the line".into(),
            bytes if bytes.len() > MOST_SHOWN => format!("`{}…`", shown(&bytes[..MOST_SHOWN])),
            bytes => format!("`{}`", shown(bytes)),
        };
        Self { line: 0, column, found, expected: expected.into() }
    }

    pub(super) fn on(mut self, line: usize) -> Self {
        self.line = line;
        self
    }
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { line, column, found, expected } = self;
        write!(f, "line {line}, column {column}: expected {expected}, found {found}")
    }
}
impl core::error::Error for Malformed {}
