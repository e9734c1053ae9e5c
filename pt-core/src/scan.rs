//! Scans of a table for the few entries that matter: those that are in use, or that have a bit set.
//!
//! Most of a table is passed over: it is a quarter full, or clean but for one page in a hundred. A branch for each entry
//! would be guessed wrong about once for each one that matters. So a walk makes a mask of 64 entries and goes by its bits, and
//! a harvest unites the eight entries of a cache line and tests them at once. Both the mask and the union are made by the
//! memory, which may know a way that is faster than loading entry by entry.

use crate::address::Hpa;
use crate::memory::{LINE, Memory, Word};
use core::ops::ControlFlow;

/// How many entries one mask is for.
pub(crate) const GROUP: usize = u64::BITS as usize;

/// Calls `visit` with the index of every entry from `from` on, and before `end`, that is not `absent`, until it breaks. The
/// number of entries of the table is a multiple of [`GROUP`].
///
/// Over a direct map a leaf of a sparse tree takes 45 instructions, and less than half the time, where a branch for each entry
/// makes it 51. A group that is all in use is visited without the mask: 27.6 instructions a leaf of a dense tree instead
/// of 29.5, and three quarters of the time.
#[inline(always)]
pub(crate) fn each_in_use<M: Memory, B>(
    memory: &M,
    table: Hpa,
    from: usize,
    end: usize,
    absent: u64,
    mut visit: impl FnMut(usize) -> ControlFlow<B>,
) -> ControlFlow<B> {
    let mut group = from - from % GROUP;
    let mut wanted = u64::MAX << (from % GROUP);
    while group < end {
        if end - group < GROUP {
            wanted &= !(u64::MAX << (end - group));
        }
        let mut mask = memory.in_use(table, group, absent) & wanted;
        if mask == u64::MAX {
            (group..group + GROUP).try_for_each(&mut visit)?;
            mask = 0;
        }
        while mask != 0 {
            visit(group + mask.trailing_zeros() as usize)?;
            mask &= mask - 1;
        }
        wanted = u64::MAX;
        group += GROUP;
    }
    ControlFlow::Continue(())
}

/// The first entry from `from` on, and before `end`, that is not `absent`, and its index.
///
/// For who wants one entry at a time. Eight are looked at between two tests of the end.
#[inline(always)]
pub(crate) fn first_in_use<M: Memory>(
    memory: &M,
    table: Hpa,
    from: usize,
    end: usize,
    absent: u64,
) -> Option<(usize, u64)> {
    let (mut index, held) = (from, memory.table(table));
    while index + LINE <= end {
        for next in 0..LINE {
            let raw = memory.word_in(held, index + next).load();
            if raw != absent {
                return Some((index + next, raw));
            }
        }
        index += LINE;
    }
    first(memory, table, index, end, |raw| raw != absent)
}

/// The first entry from `from` on, and before `end`, that has one of `bits`, and its index.
#[inline(always)]
pub(crate) fn first_with<M: Memory>(
    memory: &M,
    table: Hpa,
    from: usize,
    end: usize,
    bits: u64,
) -> Option<(usize, u64)> {
    let mut index = from;
    for _line in 0..(end - from) / LINE {
        // What was loaded is not kept for the search below: to keep it costs a copy of each.
        if memory.union_of_line(table, index) & bits != 0 {
            for next in 0..LINE {
                let raw = memory.word(table, index + next).load();
                if raw & bits != 0 {
                    return Some((index + next, raw));
                }
            }
        }
        index += LINE;
    }
    first(memory, table, index, end, |raw| raw & bits != 0)
}

/// The same, entry by entry.
#[inline(always)]
fn first<M: Memory>(
    memory: &M,
    table: Hpa,
    from: usize,
    end: usize,
    matters: impl Fn(u64) -> bool,
) -> Option<(usize, u64)> {
    (from..end).map(|index| (index, memory.word(table, index).load())).find(|&(_, raw)| matters(raw))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arena::Arena;
    use std::vec::Vec;

    const TABLE: Hpa = Hpa::new(0x10_0000);
    const ABSENT: u64 = 1 << 63;

    fn set(arena: &Arena, index: usize, raw: u64) {
        arena.word(TABLE, index).store(raw, core::sync::atomic::Ordering::Relaxed);
    }

    /// A table without entries.
    fn empty() -> Arena {
        let arena = Arena::new(TABLE, 4096);
        (0..512).for_each(|index| set(&arena, index, ABSENT));
        arena
    }

    #[test]
    fn the_first_entry_that_matters_is_found_wherever_it_is() {
        let arena = empty();
        for place in 0..40 {
            for (raw, has_bit) in [(4, false), (6, true), (ABSENT | 2, true)] {
                set(&arena, place, raw);
                for from in 0..40 {
                    for end in from..40 {
                        let found = (from..end).contains(&place).then_some((place, raw));
                        assert_eq!(first_in_use(&arena, TABLE, from, end, ABSENT), found, "{from}..{end}");
                        let with = found.filter(|_| has_bit);
                        assert_eq!(first_with(&arena, TABLE, from, end, 2), with, "{from}..{end}");
                    }
                }
                set(&arena, place, ABSENT);
            }
        }
    }

    /// The entries that are visited, until one is `last`.
    fn visited(arena: &Arena, from: usize, end: usize, last: usize) -> Vec<usize> {
        let mut visited = Vec::new();
        let stopped = each_in_use(arena, TABLE, from, end, ABSENT, |index| {
            visited.push(index);
            if index == last { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        assert_eq!(stopped.is_break(), visited.last() == Some(&last));
        visited
    }

    #[test]
    fn each_entry_in_use_is_visited_in_order_whatever_the_bounds() {
        let arena = empty();
        // The group from 64 on is full but for what is changed below, those beside it are not, and those from 256 on are empty.
        let is_used = |index: usize| index < 256 && (index / 64 == 1 || index.is_multiple_of(3));
        (0..512).filter(|&index| is_used(index)).for_each(|index| set(&arena, index, index as u64));
        for missing in [None, Some(64), Some(100), Some(127)] {
            if let Some(index) = missing {
                set(&arena, index, ABSENT);
            }
            let used = |index: &usize| is_used(*index) && Some(*index) != missing;
            for from in (0..200).chain([511, 512]) {
                for end in [from, from + 1, from + 63, from + 64, from + 65, 128, 511, 512] {
                    let (end, expected) = (end.min(512), (from..end.min(512)).filter(used));
                    assert_eq!(visited(&arena, from, end, usize::MAX), expected.collect::<Vec<_>>(), "{from}..{end}");
                }
            }
            let until = |last| (0..=last).filter(used).collect::<Vec<_>>();
            assert_eq!(visited(&arena, 0, 512, 66), until(66));
            assert_eq!(visited(&arena, 0, 512, 150), until(150));
            if let Some(index) = missing {
                set(&arena, index, index as u64);
            }
        }
    }
}
