//! Positions of bits, as written: inclusive ranges, lowest bit first, as the manuals have them.

use proc_macro2::Span;

/// A run of bits, both ends included. It is as written: `low` may be above `high`, and both past the word.
#[derive(Copy, Clone, Debug)]
pub struct BitRange {
    /// The lowest bit.
    pub low: u32,
    /// The highest bit.
    pub high: u32,
    /// Where it is written.
    pub span: Span,
    /// Where the highest bit is written.
    pub high_span: Span,
}

impl BitRange {
    /// A run of bits that is written as a whole at `span`.
    #[must_use]
    pub const fn new(low: u32, high: u32, span: Span) -> Self {
        Self { low, high, span, high_span: span }
    }

    /// The number of bits; 0 if the range is reversed.
    #[must_use]
    pub const fn width(&self) -> u32 {
        if self.high < self.low { 0 } else { self.high - self.low + 1 }
    }

    /// The bits, in place. Those past bit 127 are left out.
    #[must_use]
    pub const fn mask(&self) -> u128 {
        if self.low > 127 || self.high < self.low {
            return 0;
        }
        let high = if self.high > 127 { 127 } else { self.high };
        (u128::MAX >> (127 - (high - self.low))) << self.low
    }
}

/// The bits of a field. With several ranges, the first holds the lowest bits of the value.
#[derive(Clone, Debug)]
pub struct BitList {
    /// The ranges, the one with the lowest bits of the value first.
    pub ranges: Vec<BitRange>,
    /// Where the list is written.
    pub span: Span,
}

impl BitList {
    /// The number of bits.
    #[must_use]
    pub fn width(&self) -> u32 {
        self.ranges.iter().fold(0, |width, range| width.saturating_add(range.width()))
    }

    /// The bits, in place.
    #[must_use]
    pub fn mask(&self) -> u128 {
        self.ranges.iter().fold(0, |mask, range| mask | range.mask())
    }

    /// The value of the field, put into place. Bits of `value` that the field lacks are dropped.
    #[must_use]
    pub fn place(&self, value: u64) -> u128 {
        let (mut rest, mut bits) = (u128::from(value), 0);
        for range in self.ranges.iter().filter(|range| range.width() > 0 && range.low < 128) {
            bits |= (rest << range.low) & range.mask();
            rest = rest.checked_shr(range.width()).unwrap_or(0);
        }
        bits
    }

    /// Whether a value of the field can be `value`.
    #[must_use]
    pub fn holds(&self, value: u64) -> bool {
        u128::from(value).checked_shr(self.width()).unwrap_or(0) == 0
    }
}

/// Writes a mask as the manuals do: `63, 51:12, 2:0`.
#[must_use]
pub fn describe(mask: u128) -> String {
    let runs = runs(mask).into_iter();
    let runs = runs.map(|(low, high)| if low == high { high.to_string() } else { format!("{high}:{low}") });
    runs.collect::<Vec<_>>().join(", ")
}

/// Writes a mask as a declaration does: `0..=2, 12..=51, 63`.
#[must_use]
pub fn spell(mask: u128) -> String {
    let runs = runs(mask).into_iter().rev();
    let runs = runs.map(|(low, high)| if low == high { low.to_string() } else { format!("{low}..={high}") });
    runs.collect::<Vec<_>>().join(", ")
}

/// The runs of ones, as their lowest and highest bits; the highest run first.
fn runs(mask: u128) -> Vec<(u32, u32)> {
    let mut runs = Vec::new();
    let mut rest = mask;
    while rest != 0 {
        let high = rest.ilog2();
        let low = high + 1 - (rest << (127 - high)).leading_ones();
        runs.push((low, high));
        rest &= !BitRange::new(low, high, Span::call_site()).mask();
    }
    runs
}
