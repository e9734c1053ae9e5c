//! Making and breaking [spans](crate::span).
//!
//! The bits that a CPU sets in one leaf of a span are meant for all of it, and it may set more until it has dropped
//! what it cached. Breaking a span therefore flushes it, whatever the [live rule](crate::table::LiveRule), and then
//! gives each page what any had: *in place*, the leaves are replaced before the flush; with *break before make*, they
//! are frozen, and made after it.

use super::Cursor;
use super::range::Slots;
use super::source::TableSource;
use super::split::{Affects, Edge};
use super::walk::Stop;
use crate::access::Access;
use crate::address::{Address, AddressRange, Hpa};
use crate::entry::Entry;
use crate::error::{Obstacle, ObstacleOf};
use crate::flush::{Flush, Invalidate};
use crate::format::EntryFormat;
use crate::layout::HasLayout;
use crate::level::{LeafLevelOf, LevelOf};
use crate::memory::{Memory, Word};
use crate::space::Space;
use crate::span::{self, Span};
use crate::table::{AddressOf, Direct, LiveRule, UsedByCpu, Visible};
use crate::tree::TableOf;

impl<T: Visible, M: Memory, S: TableSource, X: Access> Cursor<'_, T, M, S, X> {
    /// Maps ranges with [spans](crate::span) too, where addresses and frames allow them. The machine has to have them.
    /// Under parallel access no span is made.
    #[must_use]
    pub fn map_spans(mut self) -> Self {
        self.spans = true;
        self
    }

    /// Maps a range, which is all of a span, as that. Returns whether it did: not if something is mapped there.
    pub(super) fn fill_span<L: LevelOf<T>>(
        &self,
        table: TableOf<T, L>,
        range: AddressRange<T::Space>,
        span: Span,
        template: u64,
        frame: Hpa,
    ) -> bool {
        let slots = Slots::of::<L>(range);
        let word = |index| self.memory.word(table.frame(), index);
        if (slots.first..slots.end).any(|index| word(index).load() != T::ABSENT) {
            return false;
        }
        for index in slots.first..slots.end {
            let page = Hpa::new(frame.as_u64() + (((index - slots.first) as u64) << L::SHIFT));
            word(index).store(span.join::<L::Leaf>(template, page));
        }
        true
    }
}

impl<T: Direct + UsedByCpu, M: Memory, S: TableSource, X: Access> Cursor<'_, T, M, S, X> {
    /// Breaks the span of leaves of level `L` that `at` lies in into pages that translate alike. `cpus` are flushed.
    /// A page that is part of no span stays as it is.
    ///
    /// # Errors
    /// What is there instead of a leaf of this level; or [`OutsideTree`](Obstacle::OutsideTree),
    /// [`NoSuchLevel`](Obstacle::NoSuchLevel), [`Retry`](Obstacle::Retry).
    pub fn break_span<L: LeafLevelOf<T>>(
        &mut self,
        at: impl AddressOf<T>,
        cpus: &mut impl Invalidate<T>,
    ) -> Result<(), ObstacleOf<T>> {
        let at = at.address();
        self.leave();
        let table = self.walk::<L, Stop>(at)?;
        match L::decode(table.word(self.memory, at).load()) {
            Entry::Leaf(leaf) => span::of(leaf).map_or(Ok(()), |span| self.break_up(table, at, span, cpus)),
            entry => Err(Obstacle::entry::<T, L>(at, entry)),
        }
    }

    /// Breaks the span that `edge` cuts, if it does and what is to be done affects it.
    pub(super) fn break_at<L: LevelOf<T>>(
        &self,
        table: TableOf<T, L>,
        edge: Edge<T::Space>,
        operation: &mut impl Affects<T>,
        cpus: &mut impl Invalidate<T>,
    ) -> Result<(), ObstacleOf<T>> {
        let at = edge.inside();
        match L::Leaf::SPAN {
            Some(span) if !edge.is_between(span.shift()) => match L::decode(table.word(self.memory, at).load()) {
                Entry::Leaf(leaf) if span.has(leaf.bits()) && operation.affects::<L>(at, leaf) => {
                    self.break_up(table, at, span, cpus)
                }
                _ => Ok(()),
            },
            _ => Ok(()),
        }
    }

    /// Breaks every span in a range that an operation affects any page of.
    pub(super) fn break_all<L: LevelOf<T>>(
        &self,
        table: TableOf<T, L>,
        range: AddressRange<T::Space>,
        operation: &mut impl Affects<T>,
        cpus: &mut impl Invalidate<T>,
    ) -> Result<(), ObstacleOf<T>> {
        if !L::SPANS {
            return Ok(());
        }
        let mut at = range.start();
        loop {
            let last = Address::new(at.as_u64() | ((1 << L::SHIFT) - 1)).min(range.last());
            match L::decode(table.word(self.memory, at).load()) {
                Entry::Leaf(leaf) => {
                    if let Some(span) = span::of(leaf).filter(|_| operation.affects::<L>(at, leaf)) {
                        self.break_up(table, at, span, cpus)?;
                    }
                }
                Entry::Subtable(below) => {
                    let below = TableOf::<T, L::Below>::at(below.frame());
                    self.break_all(below, AddressRange::from_start_to_last(at, last), operation, cpus)?;
                }
                Entry::Absent(_) | Entry::Frozen => {}
            }
            if last == range.last() {
                return Ok(());
            }
            at = Address::new(last.as_u64() + 1);
        }
    }

    /// Breaks the span around `at`.
    fn break_up<L: LevelOf<T>>(
        &self,
        table: TableOf<T, L>,
        at: Address<T::Space>,
        span: Span,
        cpus: &mut impl Invalidate<T>,
    ) -> Result<(), ObstacleOf<T>> {
        let range = span.around(at);
        let slots = Slots::of::<L>(range);
        let in_place = T::LIVE_RULE == LiveRule::InPlace;
        let mut pages = Pages { at, says: None, history: 0 };
        let mut end = slots.first;
        let taken = (slots.first..slots.end).try_for_each(|index| {
            let at = slots.address::<L>(index);
            pages.take::<T, L, M, X>(self.memory.word(table.frame(), index), at, in_place)?;
            end = index + 1;
            Ok(())
        });
        Flush::leaves(range).flush(cpus);
        self.make::<L>(table, slots, end, &pages, in_place);
        taken
    }

    /// Gives the pages before `end` the bits that the CPU has set in any of them.
    fn make<L: LevelOf<T>>(
        &self,
        table: TableOf<T, L>,
        slots: Slots<T::Space>,
        end: usize,
        pages: &Pages<T::Space>,
        in_place: bool,
    ) {
        let words = || (slots.first..end).map(|index| (self.memory.word(table.frame(), index), index));
        let late = |raw| match L::decode(raw) {
            Entry::Leaf(leaf) => leaf.bits() & L::Leaf::HARDWARE,
            _ => 0,
        };
        let history = words().fold(pages.history, |history, (word, _)| history | late(word.load()));
        for (word, index) in words() {
            let mut raw = word.load();
            if !in_place && raw == T::FROZEN {
                word.store(pages.page::<T, L>(slots.address::<L>(index)) | history);
            }
            while in_place && matches!(L::decode(raw), Entry::Leaf(_)) && raw & history != history {
                match word.compare_exchange(raw, raw | history) {
                    Ok(()) => break,
                    Err(found) => raw = found,
                }
            }
        }
    }
}

/// What the leaves of a span say.
struct Pages<S: Space> {
    /// The page that `says` was read at.
    at: Address<S>,
    /// The first leaf, as one that is part of no span.
    says: Option<u64>,
    /// The bits that the CPU has set in any of them.
    history: u64,
}

impl<S: Space> Pages<S> {
    /// Takes one leaf: *in place*, it is a page by itself from now on, and frozen otherwise.
    fn take<T, L, M, X>(&mut self, word: &M::Word, at: Address<S>, in_place: bool) -> Result<(), ObstacleOf<T>>
    where
        T: Visible<Space = S>,
        L: LevelOf<T>,
        M: Memory,
        X: Access,
    {
        let mut raw = word.load();
        loop {
            match L::decode(raw) {
                Entry::Leaf(leaf) if span::of(leaf).is_some() => {
                    let page = span::alone(leaf, at.as_u64());
                    match X::replace(word, raw, if in_place { page } else { T::FROZEN }, L::Leaf::HARDWARE) {
                        Ok(()) => {
                            if self.says.is_none() {
                                (self.at, self.says) = (at, Some(page & !L::Leaf::HARDWARE));
                            }
                            self.history |= raw & L::Leaf::HARDWARE;
                            return Ok(());
                        }
                        Err(found) => raw = found,
                    }
                }
                entry @ Entry::Frozen => return Err(Obstacle::entry::<T, L>(at, entry)),
                // Another thread was here.
                Entry::Leaf(_) | Entry::Absent(_) | Entry::Subtable(_) => return Ok(()),
            }
        }
    }

    /// The page at `at`, without what the CPU has set.
    fn page<T: Visible<Space = S>, L: LevelOf<T>>(&self, at: Address<S>) -> u64 {
        let says = self.says.unwrap_or(T::ABSENT);
        let first = L::Leaf::from_bits(says).frame().as_u64();
        let frame = first.wrapping_add(at.as_u64().wrapping_sub(self.at.as_u64()));
        says & !L::Leaf::FRAME | L::Leaf::frame_bits(Hpa::new(frame))
    }
}
