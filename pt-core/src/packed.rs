//! Entries narrower than a word, packed into one: 16 of 4 bits, 32 of 2 bits.
//!
//! Tables by physical address keep a few bits for each page: Arm's granule protection table has sixteen 4-bit entries in
//! a word, the level-1 table of RISC-V's Smmtt thirty-two of 2 bits. The first entry is in the lowest bits. What a value
//! means is a `#[values]` enum: its `from_bits` takes what [`Bits::get`] gives.

use crate::format::Bits;
use core::fmt;

/// A word of entries of `N` bits each.
#[derive(Copy, Clone, PartialEq, Eq, Hash, Default)]
pub struct Packed<const N: u32>(u64);

impl<const N: u32> Packed<N> {
    /// How many entries a word has.
    pub const ENTRIES: u32 = {
        assert!(N.is_power_of_two() && N <= 32, "entries of this width do not fill a word");
        u64::BITS / N
    };

    /// Takes a word as its entries.
    #[inline]
    #[must_use]
    pub const fn from_bits(bits: u64) -> Self {
        Self(bits)
    }

    /// The word.
    #[inline]
    #[must_use]
    pub const fn bits(self) -> u64 {
        self.0
    }

    /// A word whose entries are all `value`.
    #[inline]
    #[must_use]
    pub const fn filled(value: Bits<N>) -> Self {
        // A one in the lowest bit of each entry.
        Self(u64::MAX / Bits::<N>::MAX.get() * value.get())
    }

    /// The entry with this index; `None` if a word has fewer.
    #[inline]
    #[must_use]
    pub const fn get(self, index: u32) -> Option<Bits<N>> {
        if index < Self::ENTRIES { Some(Bits::from_bits(self.0 >> (index * N))) } else { None }
    }

    /// The word with this entry changed; `None` if a word has fewer.
    #[inline]
    #[must_use]
    pub const fn with(self, index: u32, value: Bits<N>) -> Option<Self> {
        if index >= Self::ENTRIES {
            return None;
        }
        let low = index * N;
        Some(Self(self.0 & !(Bits::<N>::MAX.get() << low) | value.get() << low))
    }

    /// The word and the index in it of the entry with this number, in an array of words.
    #[inline]
    #[must_use]
    pub const fn position(number: u64) -> (u64, u32) {
        (number / Self::ENTRIES as u64, (number % Self::ENTRIES as u64) as u32)
    }

    /// The entries, the first first.
    #[must_use]
    pub fn entries(self) -> impl DoubleEndedIterator<Item = Bits<N>> + Clone {
        (0..Self::ENTRIES).map(move |index| Bits::from_bits(self.0 >> (index * N)))
    }

    /// What all entries are, if they are the same: such words may stand for a block.
    #[inline]
    #[must_use]
    pub fn uniform(self) -> Option<Bits<N>> {
        let first = Bits::from_bits(self.0);
        (Self::filled(first) == self).then_some(first)
    }
}

/// The values of the entries, the first first.
impl<const N: u32> fmt::Debug for Packed<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.entries().map(Bits::get)).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Changes each entry of each of these words, and looks at all of them.
    fn check<const N: u32>(words: [u64; 4]) {
        for word in words {
            let packed = Packed::<N>::from_bits(word);
            for index in 0..Packed::<N>::ENTRIES {
                for value in [0, 1, Bits::<N>::MAX.get()] {
                    let value = Bits::<N>::from_bits(value);
                    let changed = packed.with(index, value).unwrap();
                    for other in 0..Packed::<N>::ENTRIES {
                        let expected = if other == index { Some(value) } else { packed.get(other) };
                        assert_eq!(changed.get(other), expected, "{word:#x}, entry {other}");
                    }
                }
            }
            let back = packed.entries().rev().fold(0, |bits, value| bits << N | value.get());
            assert_eq!(back, word);
            assert_eq!((packed.get(64 / N), packed.with(64 / N, Bits::MAX)), (None, None));
        }
    }

    #[test]
    fn each_entry_is_by_itself() {
        let words = [0, u64::MAX, 0x0123_4567_89ab_cdef, 0x8000_0000_0000_0001];
        check::<1>(words);
        check::<2>(words);
        check::<4>(words);
        check::<16>(words);
        check::<32>(words);
    }

    #[test]
    fn a_word_of_a_granule_protection_table() {
        let (root, any) = (Bits::<4>::from_bits(0xa), Bits::<4>::from_bits(0xf));
        let word = Packed::filled(root);
        assert_eq!((Packed::<4>::ENTRIES, word.bits(), word.uniform()), (16, 0xaaaa_aaaa_aaaa_aaaa, Some(root)));
        let changed = word.with(15, any).unwrap();
        assert_eq!((changed.bits(), changed.uniform()), (0xfaaa_aaaa_aaaa_aaaa, None));
        // The entry of the 37th granule.
        assert_eq!(Packed::<4>::position(37), (2, 5));
        assert_eq!((Packed::<2>::ENTRIES, Packed::<2>::position(37)), (32, (1, 5)));
    }
}
