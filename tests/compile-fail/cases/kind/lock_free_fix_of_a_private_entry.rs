//! A write fault on a present page is fixed without the lock, by one compare-exchange in the private tree: the
//! protected table is not told.
//!
//! Seen: KVM tdp_mmu.c, the comment "Fast pf is not supported for mirrored roots" [kvm-10]

use pt_core::reclaim::{EpochReclaim, Pinned};
use pt_core::{Address, Arena, Table};
use pt_tdx::{EptLeafFields, PrivateEpt, Pt, SharedEpt};

type Tables = &'static Arena;
type Walk<'a, T> = Pinned<'a, T, Tables, EpochReclaim<Tables>>;

fn fast_page_fault(walk: &Walk<'_, PrivateEpt>, tables: Tables, at: Address<<SharedEpt as Table>::Space>) -> bool {
    let mut cursor = walk.parallel(&tables);
    let writable = |fields| EptLeafFields { write: true, ..fields };
    let fixed = cursor.update::<Pt>(at, writable);
    fixed.is_ok_and(|stale| stale.unneeded_because("a permission was added").frame.is_aligned(12))
}

fn main() {
    let _: (PrivateEpt, SharedEpt) = (PrivateEpt, SharedEpt);
}
