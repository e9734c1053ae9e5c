//! Ranges, cut along the entries of a table.

use crate::address::{Address, AddressRange};
use crate::error::{Obstacle, ObstacleOf};
use crate::level::{Level, LevelOf, Levels};
use crate::space::Space;
use crate::table::Visible;
use crate::tree::TableOf;

/// A part of a range, as the entries of one table see it.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub(crate) enum Part<S: Space> {
    /// All of what one or more entries translate.
    Whole(AddressRange<S>),
    /// Some of what one entry translates.
    Within(AddressRange<S>),
}

/// Cuts what a table of level `L` translates of a range into at most three parts: a first and a last entry that the
/// range covers in part, and the entries between them.
pub(crate) fn parts<L: Level, S: Space>(range: AddressRange<S>) -> impl Iterator<Item = Part<S>> {
    let offset = (1_u64 << L::SHIFT) - 1;
    let mut rest = Some(range);
    core::iter::from_fn(move || {
        let (start, last) = (rest?.start().as_u64(), rest?.last().as_u64());
        let entry_last = start | offset;
        let whole = start & offset == 0 && entry_last <= last;
        let part_last = match whole {
            true if last & offset == offset => last,
            true => (last & !offset) - 1,
            false => entry_last.min(last),
        };
        rest = (part_last < last).then(|| between(part_last + 1, last));
        let part = between(start, part_last);
        Some(if whole { Part::Whole(part) } else { Part::Within(part) })
    })
}

/// The entries of level `L` that `range`, which covers them wholly, consists of.
pub(crate) fn entries<L: Level, S: Space>(range: AddressRange<S>) -> impl Iterator<Item = AddressRange<S>> {
    let start = range.start().as_u64();
    (0..count::<L, S>(range) as u64).map(move |index| entry::<L, S>(Address::new(start + (index << L::SHIFT))))
}

/// Cuts a range along blocks of `1 << shift` bytes, and says of each part whether it is a whole block.
pub(crate) fn blocks<S: Space>(range: AddressRange<S>, shift: u32) -> impl Iterator<Item = (bool, AddressRange<S>)> {
    let offset = (1_u64 << shift) - 1;
    let mut rest = Some(range);
    core::iter::from_fn(move || {
        let (start, last) = (rest?.start().as_u64(), rest?.last().as_u64());
        let end = (start | offset).min(last);
        rest = (end < last).then(|| between(end + 1, last));
        Some((end - start == offset, between(start, end)))
    })
}

/// The entries of one table that a range consists of: a loop over them keeps no more than an index.
#[derive(Copy, Clone)]
pub(crate) struct Slots<S: Space> {
    /// The index of the first one.
    pub(crate) first: usize,
    /// The index behind the last one.
    pub(crate) end: usize,
    start: Address<S>,
}

impl<S: Space> Slots<S> {
    /// The entries of level `L` that `range`, which covers them wholly, consists of.
    pub(crate) fn of<L: Level>(range: AddressRange<S>) -> Self {
        let first = L::index(range.start().as_u64());
        Self { first, end: first + count::<L, S>(range), start: range.start() }
    }

    /// The first address behind the entry `index`, which is of level `L`.
    #[inline(always)]
    pub(crate) fn address<L: Level>(self, index: usize) -> Address<S> {
        Address::new(self.start.as_u64() + (((index - self.first) as u64) << L::SHIFT))
    }
}

/// How many entries of level `L` the range consists of.
#[inline(always)]
pub(crate) fn count<L: Level, S: Space>(range: AddressRange<S>) -> usize {
    ((range.last().as_u64() - range.start().as_u64()) >> L::SHIFT) as usize + 1
}

/// What the entry of level `L` for `at` translates.
#[inline(always)]
pub(crate) fn entry<L: Level, S: Space>(at: Address<S>) -> AddressRange<S> {
    AddressRange::new(at.align_down(L::SHIFT), 1 << L::SHIFT)
}

/// The part of `range` that comes before `next`.
pub(crate) fn before<S: Space>(range: AddressRange<S>, next: Address<S>) -> Option<AddressRange<S>> {
    (range.start() < next).then(|| between(range.start().as_u64(), next.as_u64() - 1))
}

fn between<S: Space>(start: u64, last: u64) -> AddressRange<S> {
    AddressRange::from_start_to_last(Address::new(start), Address::new(last))
}

/// Refuses a range that is not made of pages of `level`.
pub(crate) fn check_alignment<T: Visible>(
    range: AddressRange<T::Space>,
    level: T::Levels,
) -> Result<(), ObstacleOf<T>> {
    let misaligned = |at| Err(Obstacle::Misaligned { at, level });
    if !range.start().is_aligned(level.shift()) {
        return misaligned(range.start());
    }
    if range.last().offset(level.shift()) != (1 << level.shift()) - 1 {
        return misaligned(range.last());
    }
    Ok(())
}

/// Refuses a range that a tree with a root of level `L` does not translate.
pub(crate) fn check_inside<T: Visible, L: LevelOf<T>>(range: AddressRange<T::Space>) -> Result<(), ObstacleOf<T>> {
    for at in [range.start(), range.last()] {
        if TableOf::<T, L>::root_index(at).is_none() {
            return Err(Obstacle::OutsideTree { at });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::{Pd, Pt};
    use crate::space::Shared;
    use std::vec::Vec;

    fn cut<L: Level>(start: u64, last: u64) -> Vec<(bool, u64, u64)> {
        let parts = parts::<L, Shared>(between(start, last));
        parts
            .map(|part| match part {
                Part::Whole(range) => (true, range.start().as_u64(), range.last().as_u64()),
                Part::Within(range) => (false, range.start().as_u64(), range.last().as_u64()),
            })
            .collect()
    }

    #[test]
    fn a_range_is_cut_into_a_head_whole_entries_and_a_tail() {
        assert_eq!(cut::<Pt>(0x3000, 0x7fff), [(true, 0x3000, 0x7fff)]);
        assert_eq!(cut::<Pd>(0x3000, 0x7fff), [(false, 0x3000, 0x7fff)]);
        assert_eq!(cut::<Pd>(0, 0x1f_ffff), [(true, 0, 0x1f_ffff)]);
        assert_eq!(cut::<Pd>(0, 0x20_0fff), [(true, 0, 0x1f_ffff), (false, 0x20_0000, 0x20_0fff)]);
        assert_eq!(cut::<Pd>(0x1f_f000, 0x3f_ffff), [(false, 0x1f_f000, 0x1f_ffff), (true, 0x20_0000, 0x3f_ffff)]);
        let three = [(false, 0x1000, 0x1f_ffff), (true, 0x20_0000, 0x5f_ffff), (false, 0x60_0000, 0x60_0fff)];
        assert_eq!(cut::<Pd>(0x1000, 0x60_0fff), three);
        let top = u64::MAX - 0x2f_ffff;
        assert_eq!(
            cut::<Pd>(top, u64::MAX),
            [(false, top, u64::MAX - 0x20_0000), (true, u64::MAX - 0x1f_ffff, u64::MAX)]
        );
    }

    #[test]
    fn whole_parts_consist_of_their_entries() {
        let range = between::<Shared>(0x20_0000, 0x7f_ffff);
        assert_eq!(count::<Pd, _>(range), 3);
        let starts: Vec<u64> = entries::<Pd, _>(range).map(|entry| entry.start().as_u64()).collect();
        assert_eq!(starts, [0x20_0000, 0x40_0000, 0x60_0000]);
        assert!(entries::<Pd, _>(range).all(|entry| entry.bytes() == 0x20_0000));
        let slots = Slots::of::<Pd>(range);
        assert_eq!((slots.first, slots.end, slots.address::<Pd>(2).as_u64()), (1, 4, 0x40_0000));
        assert_eq!(before(range, Address::new(0x20_0000)), None);
        assert_eq!(before(range, Address::new(0x20_1000)), Some(between(0x20_0000, 0x20_0fff)));
    }
}
