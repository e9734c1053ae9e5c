//! Where a walk ends if nothing is mapped.

use crate::mapping::Mapping;

/// The level where the walk for `address`, which none of `mappings` covers, ends: the first of `shifts` at which there is
/// no table below. A tree has no other tables than its mappings need.
///
/// `shifts` are the bytes behind one entry of each level, root first, as powers of two.
///
/// # Panics
/// If the address is mapped.
#[must_use]
pub fn walk_ends(mappings: &[Mapping], address: u64, shifts: &[u32]) -> u32 {
    let has_table =
        |shift: u32| mappings.iter().any(|page| page.shift < shift && page.input >> shift == address >> shift);
    assert!(!mappings.iter().any(|mapping| mapping.covers(address)), "{address:#x} is mapped");
    shifts.iter().copied().find(|&shift| !has_table(shift)).expect("an entry of the last level has no table below")
}
