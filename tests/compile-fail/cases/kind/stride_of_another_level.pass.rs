//! A block is split level by level, and each level is filled with the stride and the entries of the last one.
//!
//! Seen: asterinas boot_pt.rs, `protect_base_page`: a stride of 4 KiB at every level (asterinas #3920) [peer-5]

use pt_core::{Hpa, Level};
use pt_tdx::{EptLeaf, Pd, Pt};

/// Fills the table that a block of 1 GiB becomes.
fn fill(table: &mut [EptLeaf<Pd>; 512], first: Hpa) -> Option<()> {
    for (index, entry) in (0..).zip(table) {
        *entry = EptLeaf::<Pd>::new(first.checked_add(index << Pd::SHIFT)?)?;
    }
    Some(())
}

fn main() {
    let _ = fill;
    let _: Option<(Pd, Pt)> = None;
}

