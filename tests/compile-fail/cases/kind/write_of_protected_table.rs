//! The VMM writes the protected table with a store. Only the monitor changes it, through the declared hooks.
//!
//! Seen: KVM tdp_mmu.c, `is_mirror_sptep` decides at run time who writes [kvm-5]

use pt_core::Tree;
use pt_core::arena::Arena;
use pt_tdx::{SecureEpt, SharedEpt};

fn begin(tree: &mut Tree<SecureEpt, &Arena>, arena: &Arena) {
    let _ = tree.exclusive(arena);
}

fn main() {
    let _ = begin;
    let _: (SharedEpt, SecureEpt) = (SharedEpt, SecureEpt);
}
