//! A leaf in use gets another frame in one store: CPUs translate to the old page and to the new one at once, and the
//! host crashes on purpose where it notices.
//!
//! Seen: KVM tdp_mmu.c, `BUG()` in `handle_changed_spte` for a leaf with another frame [kvm-19]

use pt_core::{Arena, Gpa, Hpa, Invalidate, Shared, Tree};
use pt_tdx::{EptLeafFields, Pt, SharedEpt};

/// The host has copied the page to another frame.
fn page_moved<C: Invalidate<SharedEpt>>(
    tree: &mut Tree<SharedEpt, &Arena>,
    tables: &Arena,
    at: Gpa<Shared>,
    (frame, write): (Hpa, bool),
    cpus: &mut C,
) -> Option<Hpa> {
    println!("{at} is to be mapped to {frame}, writable: {write}");
    let moved = tree.exclusive(tables).update::<Pt>(at, |fields| EptLeafFields { frame, ..fields });
    Some(moved.ok()?.flush(cpus).frame)
}

fn main() {}
