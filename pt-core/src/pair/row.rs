//! The freeze guard of many entries of one table, for a monitor that maps many pages by one call.
//!
//! The protocol is that of [one entry](super::Freeze): each is taken by a compare-exchange, the monitor is asked while
//! all of them are frozen, and each is published or put back. What differs is the number of walks and of calls: one of
//! either for the pages of a table.

use super::error::{Cause, EntryError};
use super::slot::{self, Place};
use crate::access::Parallel;
use crate::address::{Gpa, Hpa};
use crate::format::EntryFormat;
use crate::hook::{FrozenRow, Hook, Outcome, Partial, Refusal};
use crate::level::{LeafLevelOf, Level, LevelOf, Levels};
use crate::memory::{Memory, Word};
use crate::page::{Page, PageOf};
use crate::space::Private;
use crate::table::{AddressOf, Propagating};
use crate::tree::Tree;
use core::fmt;

/// Entries side by side in one table that this thread has frozen, and that were vacant. Dropping rolls all back.
#[must_use = "a guard that is dropped at once rolls back: call the hook with it, then `publish`"]
pub struct FreezeRow<'a, T: Propagating, L: LevelOf<T>, M: Memory> {
    first: Place<'a, T, L, M>,
    frozen: FrozenRow<T>,
    /// How many of them are published.
    published: usize,
}

/// Pages that are not mapped, and why.
#[must_use = "the pages that are not mapped are in here"]
#[derive(Debug)]
pub struct RowError<L: Level, N> {
    /// How many pages are mapped.
    pub done: usize,
    /// The first page that is not; those behind it are not either.
    pub rest: Page<Private, L>,
    /// What stood in the way, at the entry for it.
    pub error: EntryError<N>,
}

impl<T: Propagating, M: Memory> Tree<T, M> {
    /// Freezes the absent entry for `address` in its table of level `L`, and those behind it that are absent too: at
    /// most `most`, but at least one, and none beyond the end of the table.
    ///
    /// # Errors
    /// [`EntryError`] if the first cannot be frozen, as for [`freeze`](Self::freeze).
    #[inline]
    pub fn freeze_row<L: LevelOf<T>>(
        &self,
        address: impl AddressOf<T>,
        most: usize,
    ) -> Result<FreezeRow<'_, T, L, M>, EntryError<T::Levels>> {
        let first = self.freeze::<L>(address)?.into_place();
        let limit = first.row().min(most);
        let mut length = 1;
        while length < limit && first.beside(length).compare_exchange(T::ABSENT, T::FROZEN).is_ok() {
            length += 1;
        }
        Ok(FreezeRow { first, frozen: FrozenRow::new(first.address(), L::LEVEL, T::ABSENT, length), published: 0 })
    }
}

impl<T: Propagating, L: LevelOf<T>, M: Memory> FreezeRow<'_, T, L, M> {
    /// The permission to call one hook about these entries.
    #[inline]
    #[must_use]
    pub const fn frozen(&self) -> &FrozenRow<T> {
        &self.frozen
    }

    /// Whether leaves of this level can hold contiguous pages from `first` on. Ask before the hook is called.
    #[inline]
    #[must_use]
    pub fn holds(&self, first: Hpa) -> bool {
        (0..self.frozen.len())
            .all(|number| first.checked_add(offset(L::SHIFT, number)).is_some_and(L::Leaf::takes_frame))
    }

    /// Puts the old entries back.
    pub fn roll_back(self) {}

    /// Replaces the frozen entries by such as map contiguous pages, of which `first` is the first, if the monitor's
    /// `answer` is that it has mapped the same pages. Returns how many there are.
    ///
    /// If the answer is [`Partial`], the pages in front of the address that it names are mapped, and no other.
    ///
    /// # Errors
    /// The pages that are not mapped, and why: the monitor refused them, or a frame does not fit its entry
    /// ([`holds`](Self::holds)). Their old entries are back then.
    #[inline]
    pub fn publish<G, K>(mut self, first: G, answer: Outcome<K>) -> Result<usize, RowError<L, T::Levels>>
    where
        G: PageOf<T, L>,
        K: Hook<Levels = T::Levels>,
        L: LeafLevelOf<T>,
    {
        let (mut frame, answer) = (first.into_frame(), answer.into_result());
        let mapped = answer.as_ref().err().map_or(self.frozen.len(), |refusal| self.mapped(refusal));
        while self.published < mapped && L::Leaf::takes_frame(frame) {
            self.first.beside(self.published).store(slot::leaf::<T, L>(frame));
            self.published += 1;
            frame = Hpa::new(frame.as_u64() + offset(L::SHIFT, 1));
        }
        if self.published > 0 {
            self.first.count_one_more::<Parallel>();
        }
        let cause = match answer {
            _ if self.published < mapped => Cause::FrameDoesNotFit(frame),
            Err(refusal) if self.published < self.frozen.len() => Cause::Refused(refusal),
            _ => return Ok(self.published),
        };
        Err(self.refuse(Page::at(frame), cause))
    }

    /// How many pages the monitor has mapped that refused the rest.
    #[cold]
    fn mapped(&self, refusal: &Refusal<T::Levels>) -> usize {
        let &Refusal::Partial(Partial { next }) = refusal else { return 0 };
        let bytes = next.saturating_sub(self.first.address().as_u64());
        usize::try_from(bytes >> L::SHIFT).map_or(self.frozen.len(), |mapped| mapped.min(self.frozen.len()))
    }

    /// Rolls back what is not published: `rest` and the pages behind it are not mapped.
    #[cold]
    fn refuse(self, rest: Page<Private, L>, cause: Cause<T::Levels>) -> RowError<L, T::Levels> {
        let address = Gpa::new(self.first.address().as_u64() + offset(L::SHIFT, self.published));
        RowError { done: self.published, rest, error: EntryError::new(address, L::LEVEL, T::ABSENT, cause) }
    }
}

/// Where the page with a number in the row begins.
const fn offset(shift: u32, number: usize) -> u64 {
    (number as u64) << shift
}

impl<T: Propagating, L: LevelOf<T>, M: Memory> Drop for FreezeRow<'_, T, L, M> {
    #[inline]
    fn drop(&mut self) {
        (self.published..self.frozen.len()).for_each(|number| self.first.beside(number).store(T::ABSENT));
    }
}

impl<T: Propagating, L: LevelOf<T>, M: Memory> fmt::Debug for FreezeRow<'_, T, L, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} entries at level {} frozen from {} on", self.frozen.len(), L::NAME, self.first.address())
    }
}

impl<L: Level, N: Levels> fmt::Display for RowError<L, N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} pages are mapped, {:?} is not: {}", self.done, self.rest, self.error)
    }
}

impl<L: Level, N: Levels> core::error::Error for RowError<L, N> {}
