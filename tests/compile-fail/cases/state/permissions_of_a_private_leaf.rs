//! A private leaf is made non-executable: the monitor knows no permissions, and the two tables say different things.
//!
//! Seen: KVM tdx.c, the warning of `tdx_sept_map_leaf_spte` about a leaf that is not readable, writable and executable
//! [kvm-32]

use pt_core::Hpa;
use pt_tdx::{EptLeaf, PrivateLeaf, Pt};

/// The entries that the two halves of a page of data get.
fn data(private: Hpa, shared: Hpa) -> Option<(u64, u64)> {
    let private = PrivateLeaf::<Pt>::new(private)?.with_suppress_ve(true).with_execute(false);
    let shared = EptLeaf::<Pt>::new(shared)?.with_read(true).with_execute(false);
    Some((private.bits(), shared.bits()))
}

fn main() {
    let _ = data(Hpa::new(0x1000), Hpa::new(0x2000));
}
