//! Merging a full table into one block.
//!
//! The CPU may set accessed and dirty bits of the pages until it has dropped what it cached of the table. They are
//! therefore collected after the flush: in place, the block is written first, and gets the late bits then; with
//! break before make, it is written only after the flush, while the entry is frozen. Merging needs exclusive
//! access, since no other thread may map a page in the table meanwhile.

use super::Cursor;
use super::range::entry;
use super::source::TableSource;
use super::template::{check_frame, new_leaf};
use super::walk::Stop;
use crate::access::{Access, Alone};
use crate::address::{Address, Hpa};
use crate::entry::Entry;
use crate::error::{Obstacle, ObstacleOf};
use crate::flush::{Flush, Invalidate};
use crate::format::EntryFormat;
use crate::level::{LeafLevelOf, Level, LevelOf, TableLevelOf};
use crate::memory::{Memory, Word};
use crate::span;
use crate::table::{AddressOf, Direct, LiveRule, UsedByCpu, Visible};
use crate::tree::TableOf;

impl<T: Direct + UsedByCpu, M: Memory, S: TableSource, X: Access> Cursor<'_, T, M, S, X> {
    /// Replaces the table below the entry of level `L` for `at` by one block, if the table is full of pages with
    /// contiguous frames and equal attributes. The block is accessed, and dirty, if any page was.
    ///
    /// The table is flushed from `cpus` and its page is free on return.
    ///
    /// # Errors
    /// What is there instead of a table: [`Absent`](Obstacle::Absent) or a [`Leaf`](Obstacle::Leaf); the first
    /// entry of the table that is not a page ([`Absent`](Obstacle::Absent), [`Table`](Obstacle::Table)) or does not
    /// continue the ones before ([`Mismatch`](Obstacle::Mismatch));
    /// [`FrameDoesNotFit`](Obstacle::FrameDoesNotFit) if the first frame is not aligned to the block;
    /// [`OutsideTree`](Obstacle::OutsideTree) or [`NoSuchLevel`](Obstacle::NoSuchLevel). Nothing was changed then.
    pub fn merge<L>(&mut self, at: impl AddressOf<T>, cpus: &mut impl Invalidate<T>) -> Result<(), ObstacleOf<T>>
    where
        X: Alone,
        L: LeafLevelOf<T> + TableLevelOf<T, Below: LeafLevelOf<T>>,
    {
        let at = at.address().align_down(L::SHIFT);
        self.leave();
        let word = self.walk::<L, Stop>(at)?.word(self.memory, at);
        let raw = word.load();
        let child = match L::decode(raw) {
            Entry::Subtable(below) => TableOf::<T, L::Below>::at(below.frame()),
            entry => return Err(Obstacle::entry::<T, L>(at, entry)),
        };
        let block = merged::<T, L, M>(self.memory, self.config, child, at)?;
        match T::LIVE_RULE {
            LiveRule::InPlace => {
                word.store(block);
                Flush::tables(entry::<L, _>(at)).flush(cpus);
                let late = merged::<T, L, M>(self.memory, self.config, child, at).unwrap_or(block);
                set_bits(word, late & L::Leaf::HARDWARE);
            }
            LiveRule::BreakBeforeMake => {
                word.store(T::FROZEN);
                Flush::tables(entry::<L, _>(at)).flush(cpus);
                word.store(merged::<T, L, M>(self.memory, self.config, child, at).unwrap_or(block));
            }
        }
        self.source.retire(child.frame(), L::Below::TABLE_ORDER);
        Ok(())
    }
}

/// The block of level `L` that translates as the pages of `table`, which translates from `start` on.
fn merged<T: Visible, L: LevelOf<T>, M: Memory>(
    memory: &M,
    config: T::Config,
    table: TableOf<T, L::Below>,
    start: Address<T::Space>,
) -> Result<u64, ObstacleOf<T>> {
    type PageOf<T, L> = <<L as LevelOf<T>>::Below as LevelOf<T>>::Leaf;
    let hardware = PageOf::<T, L>::HARDWARE;
    let mut first = 0;
    let mut history = 0;
    for index in 0..L::Below::ENTRIES {
        let raw = memory.word(table.frame(), index).load();
        let bytes = (index as u64) << L::Below::SHIFT;
        let at = Address::new(start.as_u64() + bytes);
        let page = match L::Below::decode(raw) {
            Entry::Leaf(page) => PageOf::<T, L>::from_bits(span::alone(page, at.as_u64())),
            entry => return Err(Obstacle::entry::<T, L::Below>(at, entry)),
        };
        let raw = page.bits();
        if index == 0 {
            first = raw;
            let frame = page.frame();
            check_frame::<T, L, L::Leaf>(frame, at, config)?;
        }
        let frame = Hpa::new(PageOf::<T, L>::from_bits(first).frame().as_u64() + bytes);
        let expected = first & !(PageOf::<T, L>::FRAME | hardware) | PageOf::<T, L>::frame_bits(frame);
        if raw & !hardware != expected {
            return Err(Obstacle::Mismatch { at, level: L::Below::LEVEL, expected, raw });
        }
        history |= raw & hardware;
    }
    let page = PageOf::<T, L>::from_bits(first | history);
    Ok(new_leaf::<T, L>(&L::Below::attributes(page), start, config)? | L::Leaf::frame_bits(page.frame()))
}

/// Sets bits of an entry that the CPU may be setting bits of.
fn set_bits<W: Word>(word: &W, bits: u64) {
    let mut raw = word.load();
    while raw & bits != bits {
        match word.compare_exchange(raw, raw | bits) {
            Ok(()) => return,
            Err(found) => raw = found,
        }
    }
}
