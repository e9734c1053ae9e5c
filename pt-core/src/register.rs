//! Registers: words that are no entries, such as the operands of a monitor's operations.
//!
//! A `#[register]` struct of a declaration is a newtype over `u64` with a getter and a `with_` for each field. It can
//! hold any word, as it came from a register; the checked conversion refuses words that the monitor would refuse.

use core::fmt;

/// A word is no value of a register: reserved bits are not what they must be.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct ReservedBits {
    /// The name of the register in its declaration.
    pub register: &'static str,
    /// The bits that are wrong, in place.
    pub bits: u64,
}

impl ReservedBits {
    /// Checks a word: those of its bits that are in `reserved` have to be as in `value`.
    ///
    /// # Errors
    /// The bits that differ.
    #[inline]
    pub const fn check(register: &'static str, word: u64, reserved: u64, value: u64) -> Result<(), Self> {
        let bits = (word ^ value) & reserved;
        if bits == 0 { Ok(()) } else { Err(Self { register, bits }) }
    }
}

impl fmt::Display for ReservedBits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "reserved bits of `{}` are not what they must be: ", self.register)?;
        let (mut rest, mut comma) = (self.bits, "");
        while rest != 0 {
            let high = rest.ilog2();
            let low = high + 1 - (rest << (63 - high)).leading_ones();
            if high == low {
                write!(f, "{comma}{high}")?;
            } else {
                write!(f, "{comma}{high}:{low}")?;
            }
            rest &= !(u64::MAX >> (63 - high) & u64::MAX << low);
            comma = ", ";
        }
        Ok(())
    }
}
impl core::error::Error for ReservedBits {}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::ToString;

    #[test]
    fn the_bits_are_named_as_in_manuals() {
        assert_eq!(ReservedBits::check("Word", 0xf0, 0xff, 0xf0), Ok(()));
        let wrong = ReservedBits::check("Word", 1 << 63 | 0xf10, 1 << 63 | 0xff0, 0x10).unwrap_err();
        assert_eq!(wrong.bits, 1 << 63 | 0xf00);
        assert_eq!(wrong.to_string(), "reserved bits of `Word` are not what they must be: 63, 11:8");
        let all = ReservedBits { register: "Word", bits: u64::MAX };
        assert_eq!(all.to_string(), "reserved bits of `Word` are not what they must be: 63:0");
    }
}
