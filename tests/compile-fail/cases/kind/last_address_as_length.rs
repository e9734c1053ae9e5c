//! The end of an inclusive range is used as its length, or the length as its end: the range is one too short, too long,
//! or empty.
//!
//! Seen: patina-paging structs.rs, `length_through` is 0 for a range of one byte, and a test pins it [peer-9]

use pt_core::{AddressRange, Gpa, Shared, Split};
use pt_tdx::Gpaw;

fn same_length_from(geometry: Gpaw, start: Gpa<Shared>, other: AddressRange<Shared>) -> Option<AddressRange<Shared>> {
    geometry.range(start, other.last()).ok()
}

fn main() {
    let _ = same_length_from;
}

