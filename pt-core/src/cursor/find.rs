//! Looking for a table by plain loads: the walk of a fault, and of whatever makes no table.
//!
//! It ends at the table, or at what stands in the way. Of threads that fault on the same page all but one find its leaf
//! there, and are told so by this walk: neither is the table held, nor is its record written, and nothing is locked.

use super::place::Place;
use crate::access::Access;
use crate::address::{Address, Hpa};
use crate::entry::Entry;
use crate::error::{Obstacle, ObstacleOf};
use crate::format::EntryFormat;
use crate::level::{Level, LevelOf};
use crate::memory::{Memory, TableAt, Word};
use crate::table::{RootVisitor, Visible};
use crate::tree::TableOf;
use core::marker::PhantomData;

/// Why a page was not mapped in a table that is there.
pub(super) enum Miss<T: Visible> {
    /// A leaf is mapped, or a table linked.
    Occupied(ObstacleOf<T>),
    /// There is no table, or the entry is frozen or has a payload: only a cursor can tell, or change it.
    Unknown,
}

/// Puts `leaf` into the entry for `at`, if that is empty.
///
/// # Errors
/// What is there instead: if another thread was faster, what it has put there.
#[inline(always)]
pub(super) fn fill<T: Visible, L: LevelOf<T>, M: Memory, X: Access>(
    memory: &M,
    table: TableOf<T, L>,
    at: Address<T::Space>,
    leaf: u64,
) -> Result<(), Miss<T>> {
    match fill_word::<T, M, X>(table.word(memory, at), leaf) {
        Ok(()) => {
            memory.record(table.frame()).count_one_more::<X>();
            Ok(())
        }
        Err(raw) => Err(match L::decode(raw) {
            entry @ (Entry::Leaf(_) | Entry::Subtable(_)) => Miss::Occupied(Obstacle::entry::<T, L>(at, entry)),
            Entry::Absent(_) | Entry::Frozen => Miss::Unknown,
        }),
    }
}

/// Replaces an empty entry.
///
/// # Errors
/// The entry, if it is not empty.
#[inline(always)]
pub(super) fn fill_word<T: Visible, M: Memory, X: Access>(word: &M::Word, leaf: u64) -> Result<(), u64> {
    let raw = word.load();
    if raw == T::ABSENT { X::replace(word, raw, leaf, 0) } else { Err(raw) }
}

/// An entry of level `L`.
pub(super) type EntryOf<T, L> = Entry<<L as LevelOf<T>>::Leaf, <L as LevelOf<T>>::Subtable>;

/// An entry on the way to a table.
#[inline(always)]
pub(super) fn entry_of<T: Visible, L: LevelOf<T>, M: Memory>(word: &M::Word) -> EntryOf<T, L> {
    let raw = word.load();
    if M::WRITTEN_BY_OTHERS { L::decode(raw) } else { L::decode_own(raw) }
}

/// Looks for the table of level `To` that translates an address, and for the table above it.
pub(super) struct Find<'a, T: Visible, M, To> {
    memory: &'a M,
    /// The [`origin`](Memory::origin) of the memory.
    origin: u64,
    root: Hpa,
    at: Address<T::Space>,
    to: PhantomData<fn() -> To>,
}

impl<'a, T: Visible, M: Memory, To> Find<'a, T, M, To> {
    #[inline(always)]
    pub(super) fn new(memory: &'a M, root: Hpa, at: Address<T::Space>) -> Self {
        Self { memory, origin: memory.origin(), root, at, to: PhantomData }
    }
}

impl<T: Visible, M: Memory, To: LevelOf<T>> RootVisitor<T> for Find<'_, T, M, To> {
    type Output = Result<(TableOf<T, To>, Place), Miss<T>>;

    #[inline(always)]
    fn visit<L: LevelOf<T>>(self) -> Self::Output {
        if TableOf::<T, L>::root_index(self.at).is_none() {
            return Err(Miss::Unknown);
        }
        self.below::<L, true>(TableOf::at(self.root), Place::NOWHERE)
    }
}

impl<T: Visible, M: Memory, To: LevelOf<T>> Find<'_, T, M, To> {
    #[inline(always)]
    fn below<L: LevelOf<T>, const ROOT: bool>(
        &self,
        table: TableOf<T, L>,
        mut above: Place,
    ) -> Result<(TableOf<T, To>, Place), Miss<T>> {
        if L::NUMBER == To::NUMBER {
            return Ok((table.part(self.at), above));
        }
        if !L::TABLES || L::NUMBER < To::NUMBER {
            return Err(Miss::Unknown);
        }
        if L::NUMBER == To::Above::NUMBER {
            let bits = To::Above::SHIFT + To::Above::INDEX_BITS;
            let place = TableAt::new(self.origin, table.part::<To::Above>(self.at).frame());
            above = Place::of::<T, To>(self.at, bits, place, ROOT);
        }
        match entry_of::<T, L, M>(table.word_from(self.memory, self.origin, self.at)) {
            Entry::Subtable(entry) => self.below::<L::Below, false>(TableOf::at(entry.frame()), above),
            leaf @ Entry::Leaf(_) => Err(Miss::Occupied(Obstacle::entry::<T, L>(self.at, leaf))),
            Entry::Absent(_) | Entry::Frozen => Err(Miss::Unknown),
        }
    }
}
