//! The input addresses that a root table covers, as numbers that count up from 0 in the order of its entries.
//!
//! Where addresses repeat their topmost bit, the upper half of the table translates the top of the address space.
//! Walking by *position* instead of address needs no special case for that, and neither for the end of the
//! address space.

use crate::address::{Address, AddressRange};
use crate::geometry::Extension;
use crate::level::LevelOf;
use crate::table::Visible;
use core::marker::PhantomData;

/// What one root table covers.
pub(super) struct Cover<T: Visible> {
    /// Address bits above the index of the root.
    unused: u32,
    marker: PhantomData<fn() -> T>,
}

impl<T: Visible> Clone for Cover<T> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<T: Visible> Copy for Cover<T> {}

impl<T: Visible> Cover<T> {
    /// What a root of the level `L` covers.
    #[inline(always)]
    pub(super) const fn of<L: LevelOf<T>>() -> Self {
        Self { unused: 64 - (L::SHIFT + L::INDEX_BITS), marker: PhantomData }
    }

    /// The last position.
    #[inline(always)]
    pub(super) const fn last(self) -> u64 {
        u64::MAX >> self.unused
    }

    /// The address at a position.
    #[inline(always)]
    pub(super) fn address(self, position: u64) -> Address<T::Space> {
        Address::new(T::EXTENSION.extend(position, 64 - self.unused))
    }

    /// The position of an address, unless it lies beyond the table.
    #[inline(always)]
    pub(super) fn position(self, address: Address<T::Space>) -> Option<u64> {
        let position = address.as_u64() & self.last();
        (self.address(position) == address).then_some(position)
    }

    /// The first and the last position of a range, without what lies beyond the table.
    pub(super) fn clip(self, range: AddressRange<T::Space>) -> Option<(u64, u64)> {
        // A range lies in one half. The part of it that is covered ends where the table's own half does.
        let (start, last) = (range.start().as_u64(), range.last().as_u64());
        let (low, high) = match T::EXTENSION {
            Extension::Zero => (0, self.last()),
            Extension::Ones => (!self.last(), u64::MAX),
            Extension::Sign if start >> 63 == 0 => (0, self.last() >> 1),
            Extension::Sign => (!(self.last() >> 1), u64::MAX),
        };
        let (start, last) = (start.max(low), last.min(high));
        (start <= last).then_some((start & self.last(), last & self.last()))
    }

    /// Positions from `first` to `last`, cut where the bits that extend them change.
    pub(super) fn halves(self, first: u64, last: u64) -> impl Iterator<Item = (u64, u64)> {
        let upper = (self.last() >> 1) + 1;
        let cut = T::EXTENSION == Extension::Sign && first < upper && last >= upper;
        let lower = cut.then_some((first, upper - 1));
        lower.into_iter().chain([(if cut { upper } else { first }, last)])
    }
}
