//! A leaf is asked for at a level that has none: a 1 GiB leaf where the declaration allows 2 MiB at most.
//!
//! Seen: KVM tdx.c, `KVM_BUG_ON` of every level but 4 KiB in the hooks [kvm-31]

use pt_core::arena::Arena;
use pt_core::{Gpa, Shared, Tree};
use pt_tdx::{Pd, Pdpt, SharedEpt};

fn withdraw(tree: &mut Tree<SharedEpt, &Arena>, arena: &Arena, at: Gpa<Shared>) {
    let _ = tree.exclusive(arena).unmap::<Pd>(at);
}

fn main() {
    let _ = withdraw;
    let _: Option<(Pd, Pdpt)> = None;
}
