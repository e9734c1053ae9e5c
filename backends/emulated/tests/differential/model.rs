//! The plain model: what the guest has, in ordered maps.

use crate::op::BLOCK;
use std::collections::BTreeMap;

/// A page of guest memory that the TD has.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct Leaf {
    /// Whether it is one of 2 MiB.
    pub large: bool,
    /// The first frame behind it.
    pub frame: u64,
    /// Whether the guest has accepted it.
    pub accepted: bool,
}

impl Leaf {
    /// Pages of 4 KiB.
    pub const fn pages(self) -> u64 {
        if self.large { BLOCK } else { 1 }
    }

    /// The part of it that begins so many pages behind its start.
    pub const fn part(self, pages: u64) -> Self {
        Self { large: false, frame: self.frame + (pages << 12), accepted: self.accepted }
    }
}

/// What the TD should have.
#[derive(Clone, Default, Debug)]
pub struct Model {
    /// Leaves by their first guest frame.
    pub leaves: BTreeMap<u64, Leaf>,
}

impl Model {
    /// The leaf that maps a guest frame, and its first guest frame.
    pub fn find(&self, gfn: u64) -> Option<(u64, Leaf)> {
        let (&first, &leaf) = self.leaves.range(..=gfn).next_back()?;
        (gfn - first < leaf.pages()).then_some((first, leaf))
    }

    /// Makes a large leaf small ones.
    pub fn split(&mut self, gfn: u64) {
        let Some((first, leaf)) = self.find(gfn).filter(|(_, leaf)| leaf.large) else { return };
        self.leaves.extend((0..BLOCK).map(|index| (first + index, leaf.part(index))));
    }

    /// Makes the leaves of a block one, which they can be.
    pub fn merge(&mut self, block: u64) {
        let leaf = self.leaves[&block];
        for gfn in block..block + BLOCK {
            self.leaves.remove(&gfn);
        }
        self.leaves.insert(block, Leaf { large: true, ..leaf });
    }

    /// Whether the leaves of a block are small, whole, of one kind, and lie in one run of frames that is aligned.
    pub fn is_mergeable(&self, block: u64) -> bool {
        let Some(first) = self.leaves.get(&block).filter(|leaf| !leaf.large) else { return false };
        let fits = |index: u64| self.leaves.get(&(block + index)) == Some(&first.part(index));
        first.frame.is_multiple_of(BLOCK << 12) && (0..BLOCK).all(fits)
    }

    /// Pages of 4 KiB that the TD has.
    pub fn pages(&self) -> u64 {
        self.leaves.values().map(|leaf| leaf.pages()).sum()
    }
}
