//! The freeze guard: one entry of a private table, taken by one thread.
//!
//! A change of a private table is propagated while its entry is frozen: a compare-exchange takes it, a hook asks
//! the monitor, and a release store publishes the new entry. Whatever else happens puts the old one back, bit for
//! bit. Other threads that meet a frozen entry neither descend nor write.
//!
//! The guard is the only source of a [`Frozen`], which the hooks ask for. It cannot be copied, and the proof
//! cannot outlive it: at most one hook is in flight for an entry. Publishing asks for the hook's answer in turn: the
//! private entry never says what the monitor has not done.

use super::error::{Cause, EntryError, PageError};
use super::slot::{self, Place, Slot};
use crate::address::{Gpa, Hpa};
use crate::format::EntryFormat;
use crate::hook::{Frozen, Hook, Outcome, Vacant};
use crate::level::{LeafLevelOf, LevelOf};
use crate::memory::{Memory, Word};
use crate::page::{Page, PageOf};
use crate::space::Private;
use crate::table::{AddressOf, Propagating, RootVisitor};
use crate::tree::{TableOf, Tree};
use core::fmt;
use core::marker::PhantomData;

/// An entry that this thread has frozen. Dropping it rolls back.
#[must_use = "a guard that is dropped at once rolls back: call the hook with it, then `publish`"]
pub struct Freeze<'a, T: Propagating, L: LevelOf<T>, M: Memory, Was = Vacant> {
    place: Place<'a, T, L, M>,
    frozen: Frozen<T, Was>,
}

impl<'a, T: Propagating, L: LevelOf<T>, M: Memory, Was> Freeze<'a, T, L, M, Was> {
    /// Takes the entry if it still is `was`; else says what it is.
    #[inline(always)]
    pub(super) fn take(place: Place<'a, T, L, M>, was: u64) -> Result<Self, u64> {
        place.word().compare_exchange(was, T::FROZEN)?;
        Ok(Self { place, frozen: Frozen::new(place.address(), L::LEVEL, was) })
    }

    /// The permission to call one hook about this entry.
    #[inline]
    #[must_use]
    pub const fn frozen(&self) -> &Frozen<T, Was> {
        &self.frozen
    }

    /// Puts the old entry back.
    pub fn roll_back(self) {}

    /// Replaces the frozen entry. Everything written before is seen by whoever sees the new one.
    #[inline(always)]
    pub(super) fn publish_word(self, word: u64) -> Place<'a, T, L, M> {
        let place = self.into_place();
        place.word().store(word);
        place
    }

    /// The entry, which stays frozen: somebody else sees to it.
    #[inline(always)]
    pub(super) fn into_place(self) -> Place<'a, T, L, M> {
        let place = self.place;
        core::mem::forget(self);
        place
    }
}

impl<T: Propagating, L: LevelOf<T>, M: Memory> Freeze<'_, T, L, M> {
    /// Whether a leaf of this level can hold `frame`. Ask before the hook is called.
    #[inline]
    #[must_use]
    pub fn holds(&self, frame: Hpa) -> bool {
        L::Leaf::takes_frame(frame)
    }

    /// Replaces the frozen entry by one that maps `page`, if the monitor's `answer` is that it has mapped the same
    /// page. What comes back proves it, for whoever counts or traces.
    ///
    /// # Errors
    /// The page, and why it is not mapped: the monitor refused it, or its frame does not fit the entry
    /// ([`holds`](Self::holds)). The old entry is back then.
    #[inline(always)]
    pub fn publish<G, K>(self, page: G, answer: Outcome<K>) -> Result<Committed<T>, PageError<L, T::Levels>>
    where
        G: PageOf<T, L>,
        K: Hook<Levels = T::Levels>,
        L: LeafLevelOf<T>,
    {
        let frame = page.into_frame();
        if let Err(refusal) = answer.into_result() {
            return Err(self.refuse(frame, Cause::Refused(refusal)));
        }
        if !self.holds(frame) {
            return Err(self.refuse(frame, Cause::FrameDoesNotFit(frame)));
        }
        let place = self.publish_word(slot::leaf::<T, L>(frame));
        Ok(Committed { address: place.address(), level: L::LEVEL, frame })
    }

    /// Rolls back: the page is not mapped.
    #[cold]
    fn refuse(self, frame: Hpa, cause: Cause<T::Levels>) -> PageError<L, T::Levels> {
        PageError { page: Page::at(frame), error: self.place.error(self.frozen.was(), cause) }
    }
}

impl<T: Propagating, L: LevelOf<T>, M: Memory, Was> Drop for Freeze<'_, T, L, M, Was> {
    #[inline]
    fn drop(&mut self) {
        self.place.word().store(self.frozen.was());
    }
}

impl<T: Propagating, L: LevelOf<T>, M: Memory, Was> fmt::Debug for Freeze<'_, T, L, M, Was> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at level {} frozen, was {:#x}", self.place.address(), L::NAME, self.frozen.was())
    }
}

/// A page that the monitor has mapped, and that the private table shows: a change that can be counted, traced and
/// reported. Before it could still fail, there is none.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct Committed<T: Propagating> {
    address: Gpa<Private>,
    level: T::Levels,
    frame: Hpa,
}

impl<T: Propagating> Committed<T> {
    /// The first address that the page is mapped at.
    #[must_use]
    pub const fn address(&self) -> Gpa<Private> {
        self.address
    }

    /// The level of the leaf.
    #[must_use]
    pub const fn level(&self) -> T::Levels {
        self.level
    }

    /// The frame of the page.
    #[must_use]
    pub const fn frame(&self) -> Hpa {
        self.frame
    }
}

impl<T: Propagating, M: Memory> Tree<T, M> {
    /// Freezes the absent entry for `address` in its table of level `L`, for a hook and then a
    /// [`publish`](Freeze::publish).
    ///
    /// # Errors
    /// [`EntryError`] if there is no table of that level there, or if its entry is in use, blocked, or another
    /// thread's.
    #[inline]
    pub fn freeze<L: LevelOf<T>>(
        &self,
        address: impl AddressOf<T>,
    ) -> Result<Freeze<'_, T, L, M>, EntryError<T::Levels>> {
        let walk = Walk { memory: self.memory(), root: self.root(), address: address.address(), to: PhantomData };
        T::at_root(self.geometry(), walk)
    }
}

/// A walk down to the entry of level `L` for an address.
struct Walk<'a, L, M> {
    memory: &'a M,
    root: Hpa,
    address: Gpa<Private>,
    to: PhantomData<fn() -> L>,
}

impl<'a, T: Propagating, L: LevelOf<T>, M: Memory> RootVisitor<T> for Walk<'a, L, M> {
    type Output = Result<Freeze<'a, T, L, M>, EntryError<T::Levels>>;

    #[inline(always)]
    fn visit<R: LevelOf<T>>(self) -> Self::Output {
        if TableOf::<T, R>::root_index(self.address).is_none() {
            return Err(EntryError::new(self.address, R::LEVEL, T::ABSENT, Cause::BeyondRoot));
        }
        self.step(TableOf::<T, R>::at(self.root))
    }
}

impl<'a, L, M: Memory> Walk<'a, L, M> {
    #[inline(always)]
    fn step<T, X>(&self, table: TableOf<T, X>) -> Result<Freeze<'a, T, L, M>, EntryError<T::Levels>>
    where
        T: Propagating,
        X: LevelOf<T>,
        L: LevelOf<T>,
    {
        let place = Place::new(self.memory, table, self.address);
        let found = place.word().load();
        // The way down is tested first: to tell all shapes apart at each level takes ten instructions a level more.
        if X::NUMBER > L::NUMBER
            && let Some(below) = slot::linked::<T, X>(found)
        {
            return self.step(below);
        }
        let error = |found, cause| Err(place.error(found, cause));
        let take = |found| {
            // Not after the hook, for which the table and where its record is would be kept in registers: 3 instructions
            // more if the hook needs some itself. A page that is refused then costs no more than a count of the table.
            place.stop_counting();
            Freeze::take(place.part(), found).or_else(|found| error(found, Cause::LostRace))
        };
        // An entry without payload is nearly always what is there: 16 instructions less than to tell all shapes apart.
        if X::NUMBER == L::NUMBER && found == T::ABSENT {
            return take(found);
        }
        match Slot::<T, X>::decode(found) {
            Slot::Frozen => error(found, Cause::Frozen),
            Slot::BlockedLeaf(_) | Slot::BlockedTable(_) => error(found, Cause::Blocked),
            Slot::Absent if X::NUMBER == L::NUMBER => take(found),
            Slot::Leaf(_) | Slot::Table(_) if X::NUMBER == L::NUMBER => error(found, Cause::Occupied),
            Slot::Absent | Slot::Leaf(_) | Slot::Table(_) => error(found, Cause::NoTable),
        }
    }
}
