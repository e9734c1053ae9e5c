//! Accessed and dirty bits: what the probes must have left behind.

use crate::shown::Shown;
use pt_freestanding::report::Report;
use pt_plan::{AccessKind, Mapping};

/// The two bits of `N` leaves.
pub struct History<const N: usize> {
    leaves: [Bits; N],
}

/// The bits of a leaf.
#[derive(Copy, Clone, PartialEq, Eq, Debug, Default)]
pub struct Bits {
    /// It was used.
    pub accessed: bool,
    /// It was written through.
    pub dirty: bool,
}

impl<const N: usize> History<N> {
    /// Nothing was done yet.
    pub fn new() -> Self {
        Self { leaves: [Bits::default(); N] }
    }

    /// An access was made through leaf `index`.
    pub const fn record(&mut self, index: usize, kind: AccessKind) {
        self.leaves[index].accessed = true;
        self.leaves[index].dirty |= matches!(kind, AccessKind::Store);
    }

    /// The bits that leaf `index` must have.
    pub const fn of(&self, index: usize) -> Bits {
        self.leaves[index]
    }

    /// Compares with the bits of each of the mappings in the tables. A CPU may mark a leaf as accessed whose use it
    /// then refuses; as dirty it marks what it writes, and nothing else (AMD APM volume 2, 5.4.2).
    pub fn compare(&self, report: &mut Report, mappings: &[Mapping], bits: impl Fn(&Mapping) -> Option<Bits>) {
        for (mapping, expected) in mappings.iter().zip(self.leaves) {
            let what = format_args!("A and D bits{}", Shown(Some(*mapping)));
            let found = bits(mapping);
            let accessed = found.is_some_and(|found| found.accessed) || expected.accessed;
            report.compare(what, Some(Bits { accessed, ..expected }), found);
        }
    }
}
