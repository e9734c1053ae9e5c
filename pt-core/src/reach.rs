//! The addresses that a tree translates, as data.
//!
//! An address was checked by the geometry that made it. That may have been a wider one than the tree's: whoever walks
//! tests that the address lies behind the root. How far the root reaches follows from its level, but as a number that is
//! kept with the tree the test is the same code for every geometry: an addition, where there are addresses below zero,
//! and a comparison.

use crate::address::Address;
use crate::geometry::Extension;
use crate::level::LevelOf;
use crate::table::{RootVisitor, Table, Visible};

/// The addresses behind a root.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub(crate) struct Reach {
    /// What is added to an address to count from the first one behind the root.
    bias: u64,
    /// How many there are.
    count: u64,
}

/// The position of an address among those behind a root.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub(crate) struct Position(u64);

impl Reach {
    /// What lies behind the root of a tree of this geometry.
    pub(crate) fn of<T: Visible>(geometry: T::Geometry) -> Self {
        T::at_root(geometry, BehindRoot)
    }

    /// The position of an address, unless it does not lie behind the root.
    #[inline(always)]
    pub(crate) const fn position<T: Table>(self, address: Address<T::Space>) -> Option<Position> {
        let position = match T::EXTENSION {
            Extension::Zero => address.as_u64(),
            Extension::Sign | Extension::Ones => address.as_u64().wrapping_add(self.bias),
        };
        if position < self.count { Some(Position(position)) } else { None }
    }
}

impl Position {
    /// The index in the root, which is of level `L`. Nothing has to be cut off, unlike from an address.
    #[inline(always)]
    pub(crate) fn root_index<T: Visible, L: LevelOf<T>>(self) -> usize {
        let index = (self.0 >> L::SHIFT) as usize;
        match T::EXTENSION {
            Extension::Zero | Extension::Ones => index,
            // Addresses below zero come first here, and last in the table.
            Extension::Sign => index ^ (L::ENTRIES / 2),
        }
    }
}

struct BehindRoot;

impl<T: Visible> RootVisitor<T> for BehindRoot {
    type Output = Reach;
    fn visit<L: LevelOf<T>>(self) -> Reach {
        const { assert!(L::SHIFT + L::INDEX_BITS < 64, "a root has addresses of less than 64 bits behind it") };
        let count = 1 << (L::SHIFT + L::INDEX_BITS);
        let bias = match T::EXTENSION {
            Extension::Zero => 0,
            Extension::Sign => count / 2,
            Extension::Ones => count,
        };
        Reach { bias, count }
    }
}
