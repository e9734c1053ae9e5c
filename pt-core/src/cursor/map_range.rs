//! Mapping a range with the largest pages that fit.
//!
//! Addresses and frames of a range differ by one constant, so that it is known once for each level whether its
//! leaves can be used. A new table that becomes full of leaves is written full, and linked then. Any other is filled
//! before it is linked under exclusive access, and after under parallel access, as in [`walk`](super::walk).

use super::Cursor;
use super::range::{Part, Slots, before, blocks, check_alignment, check_inside, entries, parts};
use super::source::TableSource;
use super::template::{Row, check_frame, new_leaf};
use crate::access::Access;
use crate::address::{Address, AddressRange, Hpa};
use crate::config::Config as _;
use crate::entry::Entry;
use crate::error::{MapRangeError, Obstacle, ObstacleOf};
use crate::format::EntryFormat;
use crate::layout::HasLayout;
use crate::level::{LeafLevelOf, Level, LevelOf, Levels};
use crate::memory::{Memory, UNCOUNTED, Word};
use crate::page::PageOf;
use crate::rule::Rule;
use crate::span::Span;
use crate::table::{Direct, RootVisitor, Visible};
use crate::tree::TableOf;

impl<T: Direct, M: Memory, S: TableSource, X: Access> Cursor<'_, T, M, S, X> {
    /// Maps a range of contiguous pages, of which `first` is the first, with the largest pages that both their
    /// addresses and the cursor's [limit](Self::limit_blocks) allow, and none smaller than `first`. Tables that are
    /// missing are made.
    ///
    /// # Errors
    /// How far the mapping got, and what stood in the way, as for [`map`](Self::map);
    /// [`Misaligned`](Obstacle::Misaligned) if the range is not made of pages of level `L`.
    pub fn map_range<L: LeafLevelOf<T>, P: PageOf<T, L>>(
        &mut self,
        range: AddressRange<T::Space>,
        first: P,
        attributes: T::Attributes,
    ) -> Result<(), MapRangeError<T, P>> {
        self.leave();
        let mut run = Run::new::<L>(range, first.frame(), attributes, self.config, Some(self.largest));
        run.spans = self.spans && !X::PARALLEL;
        let checked = check_alignment::<T>(range, L::LEVEL).and_then(|()| run.leaf::<L>(range));
        let mapped = checked.and_then(|_| T::at_root(self.geometry, Fill { cursor: self, range, run: &mut run }));
        mapped.map_err(|obstacle| MapRangeError { first, done: before(range, run.next), obstacle })
    }
}

/// Leaves of the level below `L`.
type RowBelow<T, L> = Row<<<L as LevelOf<T>>::Below as LevelOf<T>>::Leaf>;

/// What a range is mapped with.
pub(crate) struct Run<T: Visible> {
    /// What is added to an address for its frame.
    delta: u64,
    attributes: T::Attributes,
    config: T::Config,
    /// The number of the level of the smallest pages.
    pub(crate) smallest: u8,
    /// The number of the level of the largest pages.
    largest: u8,
    /// Whether spans are made.
    spans: bool,
    /// Where an error stopped the mapping.
    next: Address<T::Space>,
}

impl<T: Visible> Run<T> {
    /// Pages of level `L` and above, from `first` on.
    pub(crate) fn new<L: Level>(
        range: AddressRange<T::Space>,
        first: Hpa,
        attributes: T::Attributes,
        config: T::Config,
        largest: Option<T::Levels>,
    ) -> Self {
        let delta = first.as_u64().wrapping_sub(range.start().as_u64());
        let largest = largest.map_or(u8::MAX, Levels::number).max(L::NUMBER);
        Self { delta, attributes, config, smallest: L::NUMBER, largest, spans: false, next: range.start() }
    }

    /// The leaf of level `L` for any page of a range, its frame zero. Refuses, before anything is done, frames and
    /// attributes that such pages cannot have.
    pub(crate) fn leaf<L: LevelOf<T>>(&self, range: AddressRange<T::Space>) -> Result<u64, ObstacleOf<T>> {
        let template = new_leaf::<T, L>(&self.attributes, range.start(), self.config)?;
        let (start, last) = (range.start(), range.last().align_down(L::SHIFT));
        for at in [start, last] {
            check_frame::<T, L, L::Leaf>(self.frame(at), at, self.config)?;
        }
        // Between two frames that exist lie some that do not, if one has a bit beyond the others and one has not.
        let (beyond, differ) = (self.config.beyond(), self.frame(start).as_u64() ^ self.frame(last).as_u64());
        if beyond != 0 && differ >> beyond.trailing_zeros() != 0 {
            let (at, raw) = (last, L::Leaf::frame_bits(self.frame(last)));
            return Err(Obstacle::NotAllowed { at, level: L::LEVEL, raw, rule: &Rule::BEYOND });
        }
        Ok(template)
    }

    /// Whether pages of level `L` can be used, alignment of the address aside.
    pub(crate) fn uses<L: LevelOf<T>>(&self) -> bool {
        let in_limits = self.smallest <= L::NUMBER && L::NUMBER <= self.largest;
        let exist = L::LEAVES && Rule::forbids::<L::Leaf>(self.config.features()).is_none();
        exist && in_limits && Hpa::new(self.delta).is_aligned(L::SHIFT)
    }

    /// The spans of leaves of level `L`, if the machine has them, alignment of the address aside.
    fn span<L: LevelOf<T>>(&self) -> Option<Span> {
        let allowed = |span: &Span| {
            let leaf = L::leaf_template(&self.attributes) | span.bits;
            Rule::broken::<L::Leaf>(leaf, self.config.features()).is_none()
        };
        let span = L::Leaf::SPAN.filter(|span| self.spans && Hpa::new(self.delta).is_aligned(span.shift()))?;
        Some(span).filter(allowed)
    }

    /// The leaves of the table behind an entry of level `L`, if the range is all that the entry translates, and leaves
    /// of the level below can be used.
    fn full_row<L: LevelOf<T>>(&self, range: AddressRange<T::Space>) -> Option<RowBelow<T, L>> {
        let whole = range.last().as_u64() - range.start().as_u64() == (1 << L::SHIFT) - 1;
        let fills_its_page = L::Below::ENTRIES == TableOf::<T, L::Below>::WORDS;
        if !(whole && fills_its_page && self.uses::<L::Below>()) || self.span::<L::Below>().is_some() {
            return None;
        }
        let template = self.leaf::<L::Below>(range).ok()?;
        Some(Row::new(template, self.frame(range.start()), 1 << L::Below::SHIFT))
    }

    fn frame(&self, at: Address<T::Space>) -> Hpa {
        Hpa::new(at.as_u64().wrapping_add(self.delta))
    }

    fn stop(&mut self, at: Address<T::Space>, obstacle: ObstacleOf<T>) -> ObstacleOf<T> {
        self.next = at;
        obstacle
    }
}

impl<T: Visible, M: Memory, S: TableSource, X: Access> Cursor<'_, T, M, S, X> {
    /// Maps what the table translates of a range.
    fn fill<L: LevelOf<T>>(
        &self,
        table: TableOf<T, L>,
        range: AddressRange<T::Space>,
        run: &mut Run<T>,
    ) -> Result<(), ObstacleOf<T>> {
        let mut count = self.open_count(table.frame());
        let filled = parts::<L, _>(range).try_for_each(|part| match part {
            Part::Whole(range) if run.uses::<L>() => self.fill_leaves(table, range, run, &mut count),
            Part::Whole(range) => {
                entries::<L, _>(range).try_for_each(|entry| self.fill_below(table, entry, run, &mut count))
            }
            Part::Within(range) => self.fill_below(table, range, run, &mut count),
        });
        self.close_count(table.frame(), count);
        filled
    }

    /// Maps entries of the table as leaves.
    fn fill_leaves<L: LevelOf<T>>(
        &self,
        table: TableOf<T, L>,
        range: AddressRange<T::Space>,
        run: &mut Run<T>,
        live: &mut i64,
    ) -> Result<(), ObstacleOf<T>> {
        let template = run.leaf::<L>(range).map_err(|obstacle| run.stop(range.start(), obstacle))?;
        let Some(span) = run.span::<L>() else { return self.fill_pages(table, range, template, run, live) };
        blocks(range, span.shift()).try_for_each(|(whole, range)| {
            if whole && self.fill_span(table, range, span, template, run.frame(range.start())) {
                *live += 1 << span.order;
                return Ok(());
            }
            self.fill_pages(table, range, template, run, live)
        })
    }

    /// Maps entries of the table as leaves, each by itself.
    fn fill_pages<L: LevelOf<T>>(
        &self,
        table: TableOf<T, L>,
        range: AddressRange<T::Space>,
        template: u64,
        run: &mut Run<T>,
        live: &mut i64,
    ) -> Result<(), ObstacleOf<T>> {
        let slots = Slots::of::<L>(range);
        let mut index = slots.first;
        loop {
            let frame = run.frame(slots.address::<L>(index));
            let next = Self::fill_empty(self.memory, table, index, slots.end, template, frame);
            *live += i64::try_from(next - index).unwrap_or(0);
            if next == slots.end {
                return Ok(());
            }
            let at = slots.address::<L>(next);
            self.fill_over(table, at, template | L::Leaf::frame_bits(run.frame(at)), run, live)?;
            index = next + 1;
        }
    }

    /// Maps empty entries as leaves with contiguous frames, until `end` or an entry that is not empty. Returns where
    /// it stopped.
    #[inline(never)]
    fn fill_empty<L: LevelOf<T>>(
        memory: &M, // apart from `self`, so that a direct map stays in registers
        table: TableOf<T, L>,
        mut index: usize,
        end: usize,
        template: u64,
        frame: Hpa,
    ) -> usize {
        let mut row = Row::<L::Leaf>::new(template, frame, 1 << L::SHIFT);
        while index < end {
            let word = memory.word(table.frame(), index);
            if word.load() != T::ABSENT || X::replace(word, T::ABSENT, row.leaf(), 0).is_err() {
                break;
            }
            row.advance();
            index += 1;
        }
        index
    }

    /// Maps one entry as a leaf where something other than an empty entry was found.
    #[cold]
    fn fill_over<L: LevelOf<T>>(
        &self,
        table: TableOf<T, L>,
        at: Address<T::Space>,
        leaf: u64,
        run: &mut Run<T>,
        live: &mut i64,
    ) -> Result<(), ObstacleOf<T>> {
        let word = table.word(self.memory, at);
        let mut raw = word.load();
        loop {
            match L::decode(raw) {
                Entry::Absent(_) => match X::replace(word, raw, leaf, 0) {
                    Ok(()) => {
                        *live += i64::from(raw == T::ABSENT);
                        return Ok(());
                    }
                    Err(found) => raw = found,
                },
                Entry::Subtable(entry) if L::NUMBER > run.smallest => {
                    let range = super::range::entry::<L, _>(at);
                    return self.fill::<L::Below>(TableOf::at(entry.frame()), range, run);
                }
                entry => return Err(run.stop(at, Obstacle::entry::<T, L>(at, entry))),
            }
        }
    }

    /// A new table for the entry of level `L` that translates `at`, full of the leaves of `row`. It is written once: to
    /// make it empty and fill it then costs three times as many instructions.
    fn full_table<L: LevelOf<T>>(
        &self,
        at: Address<T::Space>,
        mut row: RowBelow<T, L>,
    ) -> Result<TableOf<T, L::Below>, ObstacleOf<T>> {
        let frame = self.table_page::<L>(at)?;
        let live = if X::PARALLEL { UNCOUNTED } else { L::Below::ENTRIES as u64 };
        Ok(TableOf::initialise_with(self.memory, frame, live, || {
            let leaf = row.leaf();
            row.advance();
            leaf
        }))
    }

    /// Maps a range behind one entry of the table by smaller pages.
    fn fill_below<L: LevelOf<T>>(
        &self,
        table: TableOf<T, L>,
        range: AddressRange<T::Space>,
        run: &mut Run<T>,
        live: &mut i64,
    ) -> Result<(), ObstacleOf<T>> {
        let at = range.start();
        if !L::TABLES || L::NUMBER <= run.smallest {
            return Err(run.stop(at, Obstacle::Misaligned { at, level: L::LEVEL }));
        }
        let word = table.word(self.memory, at);
        let mut raw = word.load();
        loop {
            match L::decode(raw) {
                Entry::Subtable(entry) => return self.fill::<L::Below>(TableOf::at(entry.frame()), range, run),
                Entry::Absent(_) => {}
                entry => return Err(run.stop(at, Obstacle::entry::<T, L>(at, entry))),
            }
            let row = run.full_row::<L>(range);
            let is_full = row.is_some();
            let child = row.map_or_else(|| self.new_table::<L>(at), |row| self.full_table::<L>(at, row));
            let child = child.map_err(|obstacle| run.stop(at, obstacle))?;
            let mut filled = Ok(());
            if !X::PARALLEL && !is_full {
                filled = self.fill::<L::Below>(child, range, run);
                if self.memory.record(child.frame()).live.load() == 0 {
                    self.source.free(child.frame(), L::Below::TABLE_ORDER);
                    return filled;
                }
            }
            match X::replace(word, raw, Self::link_entry::<L>(child.frame()), 0) {
                Ok(()) if X::PARALLEL && !is_full => return self.fill::<L::Below>(child, range, run),
                Ok(()) => {
                    *live += i64::from(raw == T::ABSENT);
                    return filled;
                }
                Err(found) => {
                    self.source.free(child.frame(), L::Below::TABLE_ORDER);
                    raw = found;
                }
            }
        }
    }
}

struct Fill<'c, 'r, 't, T: Visible, M: Memory, S: TableSource, X: Access> {
    cursor: &'c Cursor<'t, T, M, S, X>,
    range: AddressRange<T::Space>,
    run: &'r mut Run<T>,
}

impl<T: Visible, M: Memory, S: TableSource, X: Access> RootVisitor<T> for Fill<'_, '_, '_, T, M, S, X> {
    type Output = Result<(), ObstacleOf<T>>;
    fn visit<L: LevelOf<T>>(self) -> Self::Output {
        check_inside::<T, L>(self.range)?;
        self.cursor.fill::<L>(TableOf::at(self.cursor.root), self.range, self.run)
    }
}
