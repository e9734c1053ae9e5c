//! What a test says to whoever runs it, although it passes: past the harness, which shows a test's output only if it
//! fails.

use std::fmt::Display;
use std::io::{Write, stderr};

/// Says a line.
pub fn say(line: impl Display) {
    // In one piece: the harness writes meanwhile. Whoever has closed standard error does not want to know.
    let _ = stderr().write_all(format!("{line}\n").as_bytes());
}

/// Says what is not tested, and why.
pub fn skip(what: &str, why: impl Display) {
    say(format_args!("SKIPPED: {what}: {why}"));
}
