//! A write fault on a present page is fixed without the lock, by one compare-exchange in the private tree: the Secure
//! EPT is not told. KVM has a comment, "fast page faults are not supported for mirrored roots".

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
