//! What an image of experiments has found: numbers, and the comparisons that went wrong.

use crate::println;
use core::fmt;

/// The lines that are printed. More would only hide the first.
const LINES: u64 = 12;

/// Counts of what was done.
#[derive(Copy, Clone, Debug, Default)]
pub struct Report {
    /// Mappings that were made.
    pub mappings: u64,
    /// Accesses whose outcome was compared.
    pub probes: u64,
    /// Faults that were resolved by mapping a page, after which the guest went on.
    pub resolved: u64,
    /// Flushes that the engine asked for.
    pub flushes: u64,
    /// Comparisons that failed.
    pub wrong: u64,
}

impl Report {
    /// Compares: `what` is said if the two differ. Returns whether they are equal.
    pub fn compare<T: Copy + PartialEq + fmt::Debug>(
        &mut self,
        what: impl fmt::Display,
        expected: T,
        found: T,
    ) -> bool {
        let equal = expected == found;
        if !equal {
            self.wrong += 1;
            if self.wrong <= LINES {
                println!("WRONG: {what}: expected {expected:x?}, found {found:x?}");
            }
        }
        equal
    }

    /// Says the numbers of an experiment that began at `before`.
    pub fn say(&self, experiment: &str, before: &Self) {
        println!("{experiment} mappings: {}", self.mappings - before.mappings);
        println!("{experiment} probes: {}", self.probes - before.probes);
        println!("{experiment} faults resolved: {}", self.resolved - before.resolved);
        println!("{experiment} flushes: {}", self.flushes - before.flushes);
        println!("{experiment} wrong: {}", self.wrong - before.wrong);
    }
}
