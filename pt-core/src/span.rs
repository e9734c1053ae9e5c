//! Spans: leaves side by side that say together that they are one, so that a CPU may keep one translation for all.
//!
//! Arm has its contiguous bit (Arm ARM D8.6.1): each leaf of the span has its own frame. RISC-V has Svnapot (privileged
//! architecture chapter 13): all of them hold the frame of the span, with a code in its low bits that says how large the
//! span is. In either case each leaf, by its place, maps one page of the span, and that is how readers report it.
//!
//! A cursor makes spans where it maps ranges, if it is [told to](crate::Cursor::map_spans). A span is one thing to the
//! CPU: before a part of it is changed or taken away, it is broken into pages, which flushes it. Operations on ranges do
//! that by themselves; those on a page refuse with [`Obstacle::Spanned`](crate::error::Obstacle::Spanned), and
//! [`Cursor::break_span`](crate::Cursor::break_span) does it.

use crate::address::{Address, AddressRange, Hpa};
use crate::format::EntryFormat;
use crate::space::Space;

/// The spans of one format at one level.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct Span {
    /// The bits that are set in the leaves of a span.
    pub bits: u64,
    /// How many leaves there are, as a power of two.
    pub order: u32,
    /// Bytes in the page of one leaf, as a power of two.
    pub page: u32,
    /// Whether the leaves hold the frame of the span, with a single one among its low bits for its size.
    pub coded: bool,
}

impl Span {
    /// Bytes that the span maps, as a power of two.
    #[inline]
    #[must_use]
    pub const fn shift(self) -> u32 {
        self.page + self.order
    }

    /// Whether a leaf is one of a span.
    #[inline(always)]
    #[must_use]
    pub const fn has(self, leaf: u64) -> bool {
        leaf & self.bits == self.bits
    }

    /// What the span translates that `at` lies in.
    pub(crate) const fn around<S: Space>(self, at: Address<S>) -> AddressRange<S> {
        AddressRange::new(at.align_down(self.shift()), 1 << self.shift())
    }

    /// Where in the span a page is: the bits of its address, or of its frame.
    const fn inside(self) -> u64 {
        (1 << self.shift()) - (1 << self.page)
    }

    /// The frame of the page at `address`, if a leaf of the span holds `frame`.
    #[inline(always)]
    pub(crate) const fn frame_at(self, frame: Hpa, address: u64) -> Hpa {
        if self.coded { Hpa::new(frame.as_u64() & !self.inside() | address & self.inside()) } else { frame }
    }

    /// The bit of a coded frame that says how large the span is, below which all are zero.
    const fn code(self) -> u64 {
        1 << (self.shift() - 1)
    }

    /// Whether a leaf of the span may hold `frame`. The low bits of a coded one have other values for sizes that there
    /// may be one day (RISC-V privileged architecture, chapter 13).
    pub(crate) const fn may_hold(self, frame: Hpa) -> bool {
        !self.coded || frame.as_u64() & self.inside() == self.code()
    }

    /// The leaf of a span for the page in `frame`, made of `template`.
    pub(crate) fn join<F: EntryFormat>(self, template: u64, frame: Hpa) -> u64 {
        let held = if self.coded { Hpa::new(frame.as_u64() & !self.inside() | self.code()) } else { frame };
        template | self.bits | F::frame_bits(held)
    }
}

/// The bits that say that a leaf of the format is one of a span, or 0.
pub(crate) const fn bits<F: EntryFormat>() -> u64 {
    match F::SPAN {
        Some(span) => span.bits,
        None => 0,
    }
}

/// The span that the leaf is one of.
#[inline(always)]
pub(crate) fn of<F: EntryFormat>(leaf: F) -> Option<Span> {
    F::SPAN.filter(|span| span.has(leaf.bits()))
}

/// The leaf for `address` as one that is part of no span.
#[inline(always)]
pub(crate) fn alone<F: EntryFormat>(leaf: F, address: u64) -> u64 {
    match of(leaf) {
        None => leaf.bits(),
        Some(span) => leaf.bits() & !(span.bits | F::FRAME) | F::frame_bits(leaf.frame_at(address)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAPOT: Span = Span { bits: 1 << 63, order: 4, page: 12, coded: true };

    #[test]
    fn a_coded_frame_is_that_of_the_page_at_its_place() {
        assert_eq!(NAPOT.inside(), 0xf000);
        for page in 0..16 {
            let at = 0x7_0000 + page * 0x1000;
            assert_eq!(NAPOT.frame_at(Hpa::new(0x12_8000), at), Hpa::new(0x12_0000 + page * 0x1000));
        }
        let contiguous = Span { coded: false, ..NAPOT };
        assert_eq!(contiguous.frame_at(Hpa::new(0x12_8000), 0x7_0000), Hpa::new(0x12_8000));
    }
}
