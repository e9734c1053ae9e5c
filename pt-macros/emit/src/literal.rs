//! Literals as a reader wants them: masks in hexadecimal, in groups of four digits.

use proc_macro2::{Literal, Span, TokenStream};

/// A mask: `0x000f_ffff_ffff_f000`.
pub(super) fn hex(mask: u128) -> Literal {
    let digits = format!("{mask:x}");
    let text = if digits.len() <= 4 {
        format!("0x{digits}")
    } else {
        let padded = format!("{digits:0>width$}", width = digits.len().next_multiple_of(4));
        let groups: Vec<_> = padded.as_bytes().chunks(4).map(String::from_utf8_lossy).collect();
        format!("0x{}", groups.join("_"))
    };
    // A `u128` in hexadecimal is a literal.
    let mut literal = text.parse().unwrap_or_else(|_| Literal::u128_unsuffixed(mask));
    literal.set_span(Span::mixed_site());
    literal
}

/// A mask of a 64-bit word. Bits above are an error of the declaration, which is reported elsewhere.
pub(super) fn hex64(mask: u128) -> Literal {
    hex(mask & u128::from(u64::MAX))
}

/// A mask as an operand: a single bit by its number, `(1 << 63)`, and more than one in hexadecimal.
pub(super) fn mask(mask: u128) -> TokenStream {
    if mask.is_power_of_two() && mask > 0xff {
        let bit = decimal(mask.ilog2());
        return hygienic!((1 << #bit));
    }
    let mask = hex(mask);
    hygienic!(#mask)
}

/// Whether the bits of the variable `raw` under a mask have a value.
pub(super) fn equals(mask: u128, value: u128) -> TokenStream {
    let (bits, number) = (hex64(mask), hex64(value));
    if value == 0 && mask.wrapping_add(1).is_power_of_two() {
        // As a comparison, clippy would have it counted by `trailing_zeros`.
        return hygienic!(::core::matches!(raw & #bits, #number));
    }
    hygienic!(raw & #bits == #number)
}

/// A number: `12`.
pub(super) fn decimal(number: impl Into<u64>) -> Literal {
    Literal::u64_unsuffixed(number.into())
}
