//! What a CPU lacks for an image to run on it.

use core::fmt;

/// The CPU lacks something.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct Missing(
    /// What it is.
    pub &'static str,
);

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "this CPU has no {}", self.0)
    }
}
impl core::error::Error for Missing {}
