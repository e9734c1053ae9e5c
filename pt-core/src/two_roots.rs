//! Address spaces whose two ends are translated by tables of their own: Arm's `TTBR0` and `TTBR1` (Arm ARM D8.2.4),
//! `LoongArch`'s PGDL and PGDH.
//!
//! In an address of the lower end the bits above its width are zero, in one of the upper end they are one, and what
//! lies between is no address. The ends may differ in width. They are two [spaces](crate::Space), so that an address
//! of one is not given to the tables of the other: [`TwoRoots::route`] says which one it is.

use crate::address::{Address, AddressRange};
use crate::geometry::{Extension, Geometry, NotAnInput, RangeError, range};
use crate::space::{Lower, Space, Upper};

/// A geometry of one end. The macro implements it where a declaration says `extend = halves`. By itself, as a
/// [`Whole`](crate::Whole) geometry, it is that of an address space that has a lower end only.
pub trait OneEnd: Geometry {}

/// The geometries of both ends of an address space.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct TwoRoots<G: OneEnd> {
    /// That of the lower end.
    pub lower: G,
    /// That of the upper end.
    pub upper: G,
}

/// Which end an address belongs to: the answer of [`TwoRoots::route`].
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum End {
    /// The end that begins with address 0.
    Lower(Address<Lower>),
    /// The end that the last address belongs to.
    Upper(Address<Upper>),
}

impl<G: OneEnd> TwoRoots<G> {
    /// Says which end an address belongs to.
    ///
    /// # Errors
    /// [`NotAnInput`] if it lies between the ends.
    #[inline]
    pub fn route(self, value: u64) -> Result<End, NotAnInput> {
        let in_upper = value >> 63 != 0;
        let (width, extension) =
            if in_upper { (self.upper.width(), Extension::Ones) } else { (self.lower.width(), Extension::Zero) };
        match extension.fits(value, width) {
            true if in_upper => Ok(End::Upper(Address::new(value))),
            true => Ok(End::Lower(Address::new(value))),
            false => Err(NotAnInput { value, width }),
        }
    }

    /// The range of `bytes` from `start`, in the end of `start`.
    ///
    /// # Errors
    /// [`RangeError`] if it is empty, not aligned to the granule, or leaves its end.
    pub fn range<S: Space>(self, start: Address<S>, bytes: u64) -> Result<AddressRange<S>, RangeError> {
        let (geometry, extension) = match S::EXTENSION {
            Some(Extension::Ones) => (self.upper, Extension::Ones),
            _ => (self.lower, Extension::Zero),
        };
        let fits = |address| extension.fits(address, geometry.width());
        range::<G, S>(start, bytes, |last| fits(start.as_u64()) && fits(last))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A width in bits.
    #[derive(Copy, Clone, PartialEq, Eq, Debug)]
    struct Bits(u32);
    impl Geometry for Bits {
        const EXTENSION: Extension = Extension::Zero;
        fn width(self) -> u32 {
            self.0
        }
    }
    impl OneEnd for Bits {}

    const ENDS: TwoRoots<Bits> = TwoRoots { lower: Bits(48), upper: Bits(39) };

    #[test]
    fn each_end_has_its_width() {
        for (value, upper) in [(0, false), (0xffff_ffff_ffff, false), (0xffff_ff80_0000_0000, true), (u64::MAX, true)] {
            let routed = ENDS.route(value).unwrap();
            assert_eq!(matches!(routed, End::Upper(_)), upper, "{value:#x}");
        }
        assert_eq!(ENDS.route(1 << 48), Err(NotAnInput { value: 1 << 48, width: 48 }));
        let below = 0xffff_ff7f_ffff_ffff;
        assert_eq!(ENDS.route(below), Err(NotAnInput { value: below, width: 39 }));
    }

    #[test]
    fn a_range_stays_in_its_end() {
        let Ok(End::Lower(last)) = ENDS.route(0xffff_ffff_f000) else { panic!("it is in the lower end") };
        assert_eq!(ENDS.range(last, 0x1000).unwrap().last().as_u64(), 0xffff_ffff_ffff);
        assert!(ENDS.range(last, 0x2000).is_err());
        let Ok(End::Upper(top)) = ENDS.route(u64::MAX << 12) else { panic!("it is in the upper end") };
        assert_eq!(ENDS.range(top, 0x1000).unwrap().last().as_u64(), u64::MAX);
        assert!(ENDS.range(top, 0x2000).is_err());
    }
}
