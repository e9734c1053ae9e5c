//! What was found: numbers, and the probes that went wrong.

use core::fmt;
use pt_freestanding::println;

/// The lines that are printed. More would only hide the first.
const LINES: u64 = 12;

/// Counts of what was done.
#[derive(Copy, Clone, Debug, Default)]
pub struct Report {
    /// Mappings that were requested.
    pub mappings: u64,
    /// Accesses whose outcome was compared.
    pub probes: u64,
    /// Violations that were resolved by mapping a page, after which the guest went on.
    pub resolved: u64,
    /// Flushes that the engine asked for.
    pub flushes: u64,
    /// Entries that no EPT may have, and that the CPU has refused.
    pub misconfigurations: u64,
    /// Comparisons that failed.
    pub wrong: u64,
}

impl Report {
    /// Compares: `what` is said if the two differ.
    #[allow(clippy::needless_pass_by_value, reason = "both are made for the comparison")]
    pub fn compare<T: PartialEq + fmt::Debug>(&mut self, what: impl fmt::Display, expected: T, found: T) {
        if expected != found {
            self.wrong += 1;
            if self.wrong <= LINES {
                println!("WRONG: {what}: expected {expected:x?}, found {found:x?}");
            }
        }
    }

    /// Says the numbers.
    pub fn say(&self) {
        println!("mappings: {}", self.mappings);
        println!("probes: {}", self.probes);
        println!("violations resolved: {}", self.resolved);
        println!("flushes: {}", self.flushes);
        println!("misconfigurations: {}", self.misconfigurations);
        println!("wrong: {}", self.wrong);
    }
}
