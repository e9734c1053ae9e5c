//! Leaves that say the same, four at a time.
//!
//! Neighbours in a table mostly differ in nothing but their frames. Once two in a row say the same, the next four are
//! compared with them at once: what is left of each after an exclusive or with what they should say is its frame,
//! and one test of the four together tells whether it is nothing else. That is six instructions a leaf, and the loop
//! runs once for four; leaf by leaf it takes fifteen to test that an entry is present, a leaf, and not about to be
//! marked by the CPU.
//!
//! The entries are replaced by plain stores: this is for exclusive access, and for leaves whose hardware bits are
//! all set or may be lost.

use crate::format::EntryFormat;
use crate::level::LevelOf;
use crate::memory::{Memory, Word};
use crate::table::Visible;
use crate::tree::TableOf;
use core::marker::PhantomData;

/// How many entries are looked at together. Eight do not fit the registers of x86-64.
const TOGETHER: usize = 4;

/// What leaves of level `L` say beside their frames: where a run of leaves that all say it begins.
pub(super) struct Alike<T: Visible, L: LevelOf<T>> {
    says: Option<u64>,
    level: PhantomData<fn() -> (T, L)>,
}

impl<T: Visible, L: LevelOf<T>> Alike<T, L> {
    /// No leaf was seen.
    pub(super) const NOTHING: Self = Self { says: None, level: PhantomData };

    /// Notes a leaf. Returns what it says, if the one before said the same.
    #[inline(always)]
    pub(super) fn again(&mut self, leaf: u64) -> Option<u64> {
        let says = leaf & !L::Leaf::FRAME;
        let again = self.says == Some(says);
        self.says = Some(says);
        again.then_some(says)
    }

    /// Replaces leaves that say `says` by what `new` makes of their index and frame bits, four by four, from the
    /// entry `index` on and before `end`. Returns where it stopped.
    #[inline(always)]
    pub(super) fn replace<M: Memory>(
        memory: &M,
        table: TableOf<T, L>,
        mut index: usize,
        end: usize,
        says: u64,
        mut new: impl FnMut(usize, u64) -> u64,
    ) -> usize {
        while let Some(frames) = Self::frames(memory, table, index, end, says) {
            for frame in frames {
                memory.word(table.frame(), index).store(new(index, frame));
                index += 1;
            }
        }
        index
    }

    /// Visits leaves that say `says`, each by its index and frame bits, four by four, from the entry `index` on and
    /// before `end`. Returns where it stopped.
    #[inline(always)]
    pub(super) fn visit<M: Memory>(
        memory: &M,
        table: TableOf<T, L>,
        mut index: usize,
        end: usize,
        says: u64,
        mut visit: impl FnMut(usize, u64),
    ) -> usize {
        while let Some(frames) = Self::frames(memory, table, index, end, says) {
            for frame in frames {
                visit(index, frame);
                index += 1;
            }
        }
        index
    }

    /// The frame bits of the four entries from `index` on, if they are leaves that say `says`, and before `end`.
    #[inline(always)]
    fn frames<M: Memory>(
        memory: &M,
        table: TableOf<T, L>,
        index: usize,
        end: usize,
        says: u64,
    ) -> Option<[u64; TOGETHER]> {
        if index + TOGETHER > end {
            return None;
        }
        let frames: [u64; TOGETHER] =
            core::array::from_fn(|next| memory.word(table.frame(), index + next).load() ^ says);
        let all = frames.iter().fold(0, |all, frame| all | frame);
        (all & !L::Leaf::FRAME == 0).then_some(frames)
    }
}
