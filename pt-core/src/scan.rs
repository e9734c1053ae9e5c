//! Scans of a table for the few entries that matter: those that are in use, or that have a bit set.
//!
//! Most of a table is passed over: it is a quarter full, or clean but for one page in a hundred. Both loops here look at
//! the eight entries of a cache line between two tests of their own end, which halves what a sparse walk runs, and
//! the second tests the eight at once, so that a harvest of few dirty pages runs five instructions a line beside those that
//! load it: one an entry where the memory [does it](Memory::union_of_line), and two otherwise.

use crate::address::Hpa;
use crate::memory::{LINE, Memory, Word};

/// The first entry from `from` on, and before `end`, that is not `absent`, and its index.
#[inline(always)]
pub(crate) fn first_in_use<M: Memory>(
    memory: &M,
    table: Hpa,
    from: usize,
    end: usize,
    absent: u64,
) -> Option<(usize, u64)> {
    let mut index = from;
    while index + LINE <= end {
        for next in 0..LINE {
            let raw = memory.word(table, index + next).load();
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

    #[test]
    fn the_first_entry_that_matters_is_found_wherever_it_is() {
        const TABLE: Hpa = Hpa::new(0x10_0000);
        const ABSENT: u64 = 1 << 63;
        let arena = Arena::new(TABLE, 4096);
        let set = |index, raw| arena.word(TABLE, index).store(raw, core::sync::atomic::Ordering::Relaxed);
        (0..512).for_each(|index| set(index, ABSENT));
        for place in 0..40 {
            for (raw, has_bit) in [(4, false), (6, true), (ABSENT | 2, true)] {
                set(place, raw);
                for from in 0..40 {
                    for end in from..40 {
                        let found = (from..end).contains(&place).then_some((place, raw));
                        assert_eq!(first_in_use(&arena, TABLE, from, end, ABSENT), found, "{from}..{end}");
                        let with = found.filter(|_| has_bit);
                        assert_eq!(first_with(&arena, TABLE, from, end, 2), with, "{from}..{end}");
                    }
                }
                set(place, ABSENT);
            }
        }
    }
}
