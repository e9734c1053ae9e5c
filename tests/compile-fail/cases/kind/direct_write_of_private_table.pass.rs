//! The private table is written without a hook: it then says something that the protected table does not.
//!
//! Seen: KVM tdp_mmu.c, `is_mirror_sptep` at every write [kvm-5]

use pt_core::Tree;
use pt_core::arena::Arena;
use pt_tdx::{PrivateEpt, SharedEpt};

fn begin(tree: &mut Tree<SharedEpt, &Arena>, arena: &Arena) {
    let _ = tree.exclusive(arena);
}

fn main() {
    let _ = begin;
    let _: (SharedEpt, PrivateEpt) = (SharedEpt, PrivateEpt);
}
