//! What lies behind a root, as data, is what its level says.

use super::small::{EightPages, Small, Top};
use crate::address::Address;
use crate::level::LevelOf;
use crate::reach::{Position, Reach};
use crate::sample::{Pml4, Pml5, SharedSample, Width};
use crate::table::Visible;
use crate::tree::TableOf;

/// Addresses at both sides of every power of two, and of its negative.
fn check<T: Visible, L: LevelOf<T>>(geometry: T::Geometry) {
    let reach = Reach::of::<T>(geometry);
    let around = (0..64).flat_map(|bit| [1_u64 << bit, (1_u64 << bit).wrapping_neg()]);
    for value in around.flat_map(|value| [value.wrapping_sub(1), value, value.wrapping_add(1)]) {
        let address = Address::new(value);
        let index = reach.position::<T>(address).map(Position::root_index::<T, L>);
        assert_eq!(index, TableOf::<T, L>::root_index(address), "{value:#x} in {}", T::NAME);
    }
}

#[test]
fn a_position_has_the_index_of_its_address() {
    check::<Small<false>, Top>(EightPages);
    check::<Small<true>, Top>(EightPages);
    check::<SharedSample, Pml4>(Width::Bits48);
    check::<SharedSample, Pml5>(Width::Bits52);
}
