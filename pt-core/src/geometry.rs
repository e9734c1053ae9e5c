//! Geometry: which level a table is entered at, how wide its input is, and where the split lies.
//!
//! A geometry is chosen at run time, per VM. It is the only source of [`Address`]es: it checks that an
//! integer is an input address at all, and on a split geometry it says which half it belongs to.

use crate::address::{Address, AddressRange, Gfn, Gpa, PAGE_SHIFT, RawGpa, Route};
use crate::space::{Private, Shared, Space};
use core::fmt;

/// How the bits above the input width must look.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Extension {
    /// They are zero: guest-physical addresses.
    Zero,
    /// They repeat the topmost input bit: canonical virtual addresses.
    Sign,
    /// They are one: the upper end of an address space with [two roots](crate::two_roots).
    Ones,
}

impl Extension {
    /// The address whose low `width` bits are those of `value`.
    #[inline(always)]
    pub(crate) const fn extend(self, value: u64, width: u32) -> u64 {
        let unused = 64 - width;
        match self {
            Self::Zero => value << unused >> unused,
            Self::Sign => ((value << unused).cast_signed() >> unused).cast_unsigned(),
            Self::Ones => !(!value << unused >> unused),
        }
    }

    /// Whether the bits of `value` above `width` are as they must be.
    #[inline(always)]
    pub(crate) const fn fits(self, value: u64, width: u32) -> bool {
        self.extend(value, width) == value
    }
}

/// The run-time shape of the address space that a set of tables translates.
///
/// Implemented by the `#[geometry]` enum of a declaration.
pub trait Geometry: Copy + Eq + fmt::Debug + Send + Sync + 'static {
    /// How the bits above [`width`](Self::width) must look.
    const EXTENSION: Extension;

    /// The smallest page, as a power of two of bytes: the granule that ranges are made of.
    const PAGE_SHIFT: u32 = PAGE_SHIFT;

    /// Input address bits, counted from bit 0: 1 to 64 of them. The split bit is one of them.
    fn width(self) -> u32;

    /// How many tables stand side by side as the root: see [`Concatenated`](crate::root::Concatenated).
    #[inline]
    fn root_tables(self) -> u32 {
        1
    }

    /// Whether `value` is an input address under this geometry.
    #[inline]
    fn is_input(self, value: u64) -> bool {
        Self::EXTENSION.fits(value, self.width())
    }
}

/// A geometry whose address space is not split.
pub trait Whole: Geometry {
    /// The space of every address under this geometry.
    type Space: Space;

    /// Takes an integer as an input address.
    ///
    /// # Errors
    /// [`NotAnInput`] if it is too wide, or not canonical where the bits above the width must repeat.
    #[inline]
    fn address(self, value: u64) -> Result<Address<Self::Space>, NotAnInput> {
        if self.is_input(value) { Ok(Address::new(value)) } else { Err(NotAnInput { value, width: self.width() }) }
    }

    /// The range of `bytes` from `start`.
    ///
    /// # Errors
    /// [`RangeError`] if it is empty, not aligned to the granule, leaves the address space, or spans the hole between
    /// the two canonical halves.
    fn range(self, start: Address<Self::Space>, bytes: u64) -> Result<AddressRange<Self::Space>, RangeError> {
        // Both ends may be canonical, and the hole between the halves not.
        let same_half = |last: u64| match Self::EXTENSION {
            Extension::Zero | Extension::Ones => true,
            Extension::Sign => (start.as_u64() ^ last) >> 63 == 0,
        };
        range::<Self, _>(start, bytes, |last| self.is_input(start.as_u64()) && self.is_input(last) && same_half(last))
    }
}

/// A geometry that one bit splits into a shared and a private half.
pub trait Split: Geometry {
    /// The split bit alone.
    fn split_mask(self) -> u64;

    /// The value of the split bit, in place, in a shared address: [`split_mask`](Self::split_mask) or 0.
    fn shared_value(self) -> u64;

    /// Says which half a raw address belongs to. Nothing else makes an address of either half.
    ///
    /// # Errors
    /// [`NotAnInput`] if the address is wider than the geometry.
    #[inline]
    fn route(self, raw: RawGpa) -> Result<Route, NotAnInput> {
        let value = raw.as_u64();
        if !self.is_input(value) {
            return Err(NotAnInput { value, width: self.width() });
        }
        Ok(if value & self.split_mask() == self.shared_value() {
            Route::Shared(Address::new(value))
        } else {
            Route::Private(Address::new(value))
        })
    }

    /// The guest frame of an address of either half, without the split bit.
    #[inline]
    fn gfn<S: Half>(self, address: Gpa<S>) -> Gfn {
        Gfn::new((address.as_u64() & !self.split_mask()) >> PAGE_SHIFT)
    }

    /// The first address of a guest frame, in the half `S`.
    ///
    /// # Errors
    /// [`NotAnInput`] if the frame lies beyond the geometry.
    fn address_of<S: Half>(self, frame: Gfn) -> Result<Gpa<S>, NotAnInput> {
        let value = frame.number().saturating_mul(1 << PAGE_SHIFT);
        if value & self.split_mask() != 0 || !self.is_input(value) {
            return Err(NotAnInput { value, width: self.width() - 1 });
        }
        Ok(Address::new(value | S::split_value(self.split_mask(), self.shared_value())))
    }

    /// The same guest memory seen through the other half.
    #[inline]
    fn counterpart<S: Half>(self, address: Gpa<S>) -> Gpa<S::Other> {
        Address::new(address.as_u64() ^ self.split_mask())
    }

    /// The range of `bytes` from `start`, in the half of `start`.
    ///
    /// # Errors
    /// [`RangeError`] if it is empty, not aligned to the granule, or leaves its half.
    fn range<S: Half>(self, start: Gpa<S>, bytes: u64) -> Result<AddressRange<S>, RangeError> {
        let half = start.as_u64() & self.split_mask();
        range::<Self, _>(start, bytes, |last| {
            self.is_input(start.as_u64()) && self.is_input(last) && last & self.split_mask() == half
        })
    }

    /// The same guest memory seen through the other half.
    #[inline]
    fn counterpart_range<S: Half>(self, range: AddressRange<S>) -> AddressRange<S::Other> {
        AddressRange::from_start_to_last(self.counterpart(range.start()), self.counterpart(range.last()))
    }
}

/// One of the two halves of a split address space.
pub trait Half: Space {
    /// The other half.
    type Other: Half<Other = Self>;
    /// The split bit, in place, in an address of this half.
    fn split_value(mask: u64, shared: u64) -> u64;
}

impl Half for Shared {
    type Other = Private;
    #[inline]
    fn split_value(_mask: u64, shared: u64) -> u64 {
        shared
    }
}

impl Half for Private {
    type Other = Shared;
    #[inline]
    fn split_value(mask: u64, shared: u64) -> u64 {
        mask & !shared
    }
}

/// The range of `bytes` from `start`, if `inside` says of its last address that it is in the space of the first.
pub(crate) fn range<G: Geometry, S: Space>(
    start: Address<S>,
    bytes: u64,
    inside: impl Fn(u64) -> bool,
) -> Result<AddressRange<S>, RangeError> {
    let first = start.as_u64();
    if bytes == 0 {
        return Err(RangeError::Empty { start: first });
    }
    let granule = 1 << G::PAGE_SHIFT;
    if !start.is_aligned(G::PAGE_SHIFT) || bytes & (granule - 1) != 0 {
        return Err(RangeError::NotAligned { start: first, bytes, granule });
    }
    match first.checked_add(bytes - 1) {
        Some(last) if inside(last) => Ok(AddressRange::new(start, bytes)),
        _ => Err(RangeError::LeavesSpace { start: first, bytes }),
    }
}

/// An integer that is not an input address under the geometry.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct NotAnInput {
    /// What was given.
    pub value: u64,
    /// The bits an address may use.
    pub width: u32,
}

impl fmt::Display for NotAnInput {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:#x} is not an input address of {} bits", self.value, self.width)
    }
}
impl core::error::Error for NotAnInput {}

/// Why a range was refused.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum RangeError {
    /// Zero bytes.
    Empty {
        /// The start that was given.
        start: u64,
    },
    /// Start or length is not a multiple of the smallest page.
    NotAligned {
        /// The start that was given.
        start: u64,
        /// The length that was given.
        bytes: u64,
        /// Bytes in the smallest page.
        granule: u64,
    },
    /// The end lies outside the address space, or in its other half.
    LeavesSpace {
        /// The start that was given.
        start: u64,
        /// The length that was given.
        bytes: u64,
    },
}

impl fmt::Display for RangeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty { start } => write!(f, "the range at {start:#x} is empty"),
            Self::NotAligned { start, bytes, granule } => {
                write!(f, "the range {start:#x}+{bytes:#x} is not aligned to {} KiB", granule >> 10)
            }
            Self::LeavesSpace { start, bytes } => write!(f, "the range {start:#x}+{bytes:#x} leaves its address space"),
        }
    }
}
impl core::error::Error for RangeError {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::space::Virtual;

    #[derive(Copy, Clone, PartialEq, Eq, Debug)]
    struct Canonical48;
    impl Geometry for Canonical48 {
        const EXTENSION: Extension = Extension::Sign;
        fn width(self) -> u32 {
            48
        }
    }
    impl Whole for Canonical48 {
        type Space = Virtual;
    }

    #[test]
    fn a_range_does_not_span_the_canonical_hole() {
        let last_low = Canonical48.address(0x7fff_ffff_f000).unwrap();
        assert_eq!(Canonical48.range(last_low, 0x1000).unwrap().last().as_u64(), 0x7fff_ffff_ffff);
        let across = 0xffff_8000_0000_1000 - last_low.as_u64();
        let refused = RangeError::LeavesSpace { start: last_low.as_u64(), bytes: across };
        assert_eq!(Canonical48.range(last_low, across), Err(refused));
    }

    #[test]
    fn the_last_page_of_the_address_space_is_a_range() {
        let top = Canonical48.address(0xffff_ffff_ffff_f000).unwrap();
        let range = Canonical48.range(top, 0x1000).unwrap();
        assert_eq!((range.last().as_u64(), range.bytes(), range.pages(PAGE_SHIFT).count()), (u64::MAX, 0x1000, 1));
    }
}
