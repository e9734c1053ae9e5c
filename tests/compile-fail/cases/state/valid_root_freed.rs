//! Everything is unmapped at once, and the new root is freed instead of the old one: vCPUs walk tables that are
//! somebody else's.
//!
//! Seen: KVM tdp_mmu.c, `kvm_tdp_mmu_put_root`: the last reference may be put of an invalid root only, which is
//! checked at run time [kvm-27]

use pt_core::{Arena, Tree};
use pt_tdx::SharedEpt;

/// Unmaps everything: the tables that were in use go back to the allocator.
fn zap_all<'a, F: FnOnce(u64)>(mut tree: Tree<SharedEpt, &'a Arena>, tables: &Arena, load_root: F) -> Option<usize> {
    let old = tree.renew(tables).ok()?;
    load_root(tree.root_frame().as_u64());
    println!("{old:?} is not loaded any more");
    Some(tree.free(tables))
}

fn main() {
    let _ = zap_all::<fn(u64)>;
}
