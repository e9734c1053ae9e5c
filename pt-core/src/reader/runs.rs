//! Runs: neighbouring leaves that say the same, as one.

use super::{Leaf, Leaves};
use crate::address::{Address, AddressRange};
use crate::level::Levels;
use crate::memory::Memory;
use crate::table::Visible;
use core::fmt;
use core::iter::FusedIterator;

/// Which leaves belong to one run.
///
/// In either case the leaves are neighbours, of one level, and say the same but for the bits that the CPU writes,
/// and the walks to them allow the same.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Merge {
    /// Their frames are neighbours too, in the same order.
    Frames,
    /// Their frames may be anywhere.
    Attributes,
}

/// Neighbouring leaves that say the same.
#[derive(Copy, Clone, Debug)]
pub struct Run<T: Visible> {
    /// The first leaf. The others differ from it by address and frame, and by the bits that the CPU writes.
    pub first: Leaf<T>,
    /// How many leaves there are.
    pub leaves: u64,
    /// Whether the frames are neighbours as the addresses are.
    pub contiguous: bool,
}

impl<T: Visible> Run<T> {
    /// How many bytes the leaves map together.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.leaves << self.first.level.shift()
    }

    /// The input addresses that the leaves map.
    #[must_use]
    pub fn range(&self) -> AddressRange<T::Space> {
        AddressRange::new(self.first.address, self.bytes())
    }

    /// The last address that the leaves map.
    #[must_use]
    pub fn last(&self) -> Address<T::Space> {
        self.range().last()
    }

    /// A run of one leaf.
    pub(super) const fn begin(first: Leaf<T>) -> Self {
        Self { first, leaves: 1, contiguous: true }
    }

    /// Makes `leaf` part of the run, if it belongs to it.
    pub(super) fn extend(&mut self, leaf: &Leaf<T>, merge: Merge) -> bool {
        let first = &self.first;
        let next_frame = first.frame.checked_add(self.bytes()) == Some(leaf.frame);
        // A run that ends with the address space has no next address.
        let belongs = self.last().as_u64().checked_add(1) == Some(leaf.address.as_u64())
            && (first.level, first.says, first.access) == (leaf.level, leaf.says, leaf.access)
            && (next_frame || merge == Merge::Attributes);
        if belongs {
            self.leaves += 1;
            self.contiguous &= next_frame;
        }
        belongs
    }

    /// Adds `leaf` to the growing run, or begins another one with it and gives out the one that is complete.
    pub(super) fn grow(growing: &mut Option<Self>, leaf: Leaf<T>, merge: Merge) -> Option<Self> {
        if let Some(run) = growing
            && run.extend(&leaf, merge)
        {
            return None;
        }
        growing.replace(Self::begin(leaf))
    }
}

impl<T: Visible> PartialEq for Run<T> {
    fn eq(&self, other: &Self) -> bool {
        (self.first, self.leaves, self.contiguous) == (other.first, other.leaves, other.contiguous)
    }
}
impl<T: Visible> Eq for Run<T> {}

/// The runs of a window, in the order of addresses.
pub struct Runs<'a, T: Visible, M: Memory> {
    leaves: Leaves<'a, T, M>,
    merge: Merge,
    growing: Option<Run<T>>,
}

impl<'a, T: Visible, M: Memory> Runs<'a, T, M> {
    pub(super) const fn new(leaves: Leaves<'a, T, M>, merge: Merge) -> Self {
        Self { leaves, merge, growing: None }
    }
}

impl<T: Visible, M: Memory> Clone for Runs<'_, T, M> {
    fn clone(&self) -> Self {
        Self { leaves: self.leaves.clone(), ..*self }
    }
}

impl<T: Visible, M: Memory> Iterator for Runs<'_, T, M> {
    type Item = Run<T>;
    fn next(&mut self) -> Option<Run<T>> {
        for leaf in self.leaves.by_ref() {
            let complete = Run::grow(&mut self.growing, leaf, self.merge);
            if complete.is_some() {
                return complete;
            }
        }
        self.growing.take()
    }

    /// By one visit of the leaves that are left.
    fn fold<B, F: FnMut(B, Run<T>) -> B>(self, initial: B, mut fold: F) -> B {
        let Self { leaves, merge, mut growing } = self;
        let folded = leaves.fold(initial, |so_far, leaf| match Run::grow(&mut growing, leaf, merge) {
            Some(complete) => fold(so_far, complete),
            None => so_far,
        });
        match growing {
            Some(last) => fold(folded, last),
            None => folded,
        }
    }
}
impl<T: Visible, M: Memory> FusedIterator for Runs<'_, T, M> {}

impl<T: Visible, M: Memory> fmt::Debug for Runs<'_, T, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "runs of {:?}", self.leaves)
    }
}
