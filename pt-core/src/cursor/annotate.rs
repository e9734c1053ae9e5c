//! Payloads of absent entries: an owner, a generation, where a page was swapped to.
//!
//! An absent entry is free but for the bits that say that it is absent. What a declaration calls an `absent` format
//! gives its payload a type; here it is a word.

use super::Cursor;
use super::source::TableSource;
use super::walk::{Make, Stop};
use crate::access::Access;
use crate::entry::{Absent, Entry};
use crate::error::{Obstacle, ObstacleOf};
use crate::level::LevelOf;
use crate::memory::{Memory, Word};
use crate::table::{AddressOf, Direct};

impl<T: Direct, M: Memory, S: TableSource, X: Access> Cursor<'_, T, M, S, X> {
    /// Puts a payload into the absent entry of level `L` for `at`, and returns the entry that was there: tables that
    /// are missing are made. [`Visible::ABSENT`](crate::Visible::ABSENT) takes a payload away; no table is made for
    /// that, and none goes.
    ///
    /// An entry with a payload keeps its table, and a page is mapped over it like over any absent entry. No CPU looks
    /// at it, so that nothing is stale.
    ///
    /// # Errors
    /// What is there instead of an absent entry, as for [`map`](Self::map); or what `payload` is instead of one, at the
    /// address it was meant for: a [`Leaf`](Obstacle::Leaf), a [`Table`](Obstacle::Table), or a frozen entry
    /// ([`Retry`](Obstacle::Retry), which no retry mends). In a table that declares no `absent` format a payload in the bits
    /// of a table's frame is a table too, where there can be one: see [`LevelOf::decode_own`].
    pub fn annotate<L: LevelOf<T>>(&mut self, at: impl AddressOf<T>, payload: Absent) -> Result<Absent, ObstacleOf<T>> {
        let (at, new) = (at.address(), payload.bits());
        match L::decode_own(new) {
            Entry::Absent(_) => {}
            other => return Err(Obstacle::entry::<T, L>(at, other)),
        }
        // The table that is held may have been unlinked meanwhile: its entries are frozen then, and stay so.
        self.leave();
        let slot = if new == T::ABSENT { self.seek::<L, Stop>(at)? } else { self.seek::<L, Make>(at)? };
        let word = slot.word(self.memory);
        let mut raw = word.load();
        loop {
            match L::decode(raw) {
                Entry::Absent(before) => match X::replace(word, raw, new, 0) {
                    Ok(()) => {
                        self.held.others += i64::from(new != T::ABSENT) - i64::from(raw != T::ABSENT);
                        return Ok(before);
                    }
                    Err(found) => raw = found,
                },
                entry => return Err(Obstacle::entry::<T, L>(at, entry)),
            }
        }
    }
}
