//! Ranges of a geometry that is wider than the tree.

use super::small::{Small, Top};
use super::*;
use crate::reader::cover::Cover;
use crate::space::Virtual;

/// The first and the last position of the range, in a tree of 15 bits.
fn clipped<const SIGN: bool>(first: u64, last: u64) -> Option<(u64, u64)> {
    let range = AddressRange::<Virtual>::from_start_to_last(Address::new(first), Address::new(last));
    Cover::<Small<SIGN>>::of::<Top>().clip(range)
}

#[test]
fn plain_ranges_end_with_the_tree() {
    assert_eq!(clipped::<false>(0x1000, 0x2fff), Some((0x1000, 0x2fff)));
    assert_eq!(clipped::<false>(0x1000, 0xf_ffff), Some((0x1000, 0x7fff)));
    assert_eq!(clipped::<false>(0x7000, 0xffff), Some((0x7000, 0x7fff)));
    assert_eq!(clipped::<false>(0x8000, 0x8fff), None);
}

#[test]
fn canonical_ranges_end_with_their_half_of_the_tree() {
    assert_eq!(clipped::<true>(0x1000, 0xf_ffff), Some((0x1000, 0x3fff)));
    assert_eq!(clipped::<true>(0x4000, 0x4fff), None);
    assert_eq!(clipped::<true>(!0x3fff, !0), Some((0x4000, 0x7fff)));
    assert_eq!(clipped::<true>(!0xf_ffff, !0x2fff), Some((0x4000, 0x5000)));
    assert_eq!(clipped::<true>(!0xf_ffff, !0x3fff - 1), None);
}
