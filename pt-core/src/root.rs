//! Roots of several tables side by side.
//!
//! Where a few more address bits are to be translated than the levels below index, some architectures do not add a
//! level: they put 2, 4, 8 or 16 tables side by side at the root, aligned to all of them, and index them as one.
//! Arm calls the tables concatenated (Arm ARM D8.2.2); the G-stage of RISC-V always has four (privileged architecture
//! 18.5.1).
//!
//! Such a root is a level of its own, [`Concatenated`], that shares everything but its index with the level of its
//! tables: a walk through it has the same instructions as any other, with another mask.

use crate::address::{Address, Hpa};
use crate::entry::Entry;
use crate::level::{Bottom, Level, LevelOf};
use crate::table::Visible;
use crate::tree::TableOf;
use core::marker::PhantomData;

/// `1 << BITS` tables of the level `L` side by side, as the root of a tree. There is no value of it.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct Concatenated<L, const BITS: u32> {
    never: core::convert::Infallible,
    level: PhantomData<fn() -> L>,
}

impl<L: Level, const BITS: u32> Level for Concatenated<L, BITS> {
    const NAME: &'static str = L::NAME;
    const NUMBER: u8 = L::NUMBER;
    const SHIFT: u32 = L::SHIFT;
    const INDEX_BITS: u32 = L::INDEX_BITS + BITS;
    const CONCATENATED: u32 = BITS;
}

impl<T: Visible, L: LevelOf<T>, const BITS: u32> LevelOf<T> for Concatenated<L, BITS> {
    type Below = L::Below;
    type Above = Bottom;
    type Leaf = L::Leaf;
    type Subtable = L::Subtable;
    const LEVEL: T::Levels = L::LEVEL;

    #[inline(always)]
    fn decode(raw: u64) -> Entry<L::Leaf, L::Subtable> {
        L::decode(raw)
    }
    #[inline(always)]
    fn decode_own(raw: u64) -> Entry<L::Leaf, L::Subtable> {
        L::decode_own(raw)
    }
    #[inline(always)]
    fn leaf_template(attributes: &T::Attributes) -> u64 {
        L::leaf_template(attributes)
    }
    #[inline(always)]
    fn attributes(leaf: L::Leaf) -> T::Attributes {
        L::attributes(leaf)
    }
}

impl<T: Visible, L: LevelOf<T>> TableOf<T, L> {
    /// The same table as one of the level `To`, which has the same number: of tables side by side, the one that
    /// translates `at`.
    #[inline(always)]
    pub(crate) fn part<To: LevelOf<T>>(self, at: Address<T::Space>) -> TableOf<T, To> {
        const { assert!(L::INDEX_BITS >= To::INDEX_BITS || L::NUMBER != To::NUMBER, "a table is no part of a smaller one") };
        let tables = 1_u64 << L::INDEX_BITS.saturating_sub(To::INDEX_BITS);
        let table = at.as_u64() >> (To::SHIFT + To::INDEX_BITS) & (tables - 1);
        TableOf::at(Hpa::new(self.frame().as_u64() + (table << (To::INDEX_BITS + WORD_SHIFT))))
    }

    /// The tables side by side that this one consists of, by their frames; just itself for most.
    pub(crate) fn side_by_side(self) -> impl Iterator<Item = Hpa> {
        let bytes = 1_u64 << (L::INDEX_BITS - L::CONCATENATED + WORD_SHIFT);
        (0..1 << L::CONCATENATED).map(move |table| Hpa::new(self.frame().as_u64() + table * bytes))
    }
}

/// Bytes in an entry, as a power of two.
const WORD_SHIFT: u32 = 3;
