//! A page is unmapped and the flush forgotten: the guest goes on through its TLB, to memory that is somebody else's.
//!
//! Seen: KVM tdp_mmu.c, `kvm_tdp_mmu_zap_leafs` and its callers pass a `bool flush` on [kvm-46]
//! Seen: litebox #848: pages are freed before the flush [kvm-46]
#![deny(unused_must_use)]

use pt_core::arena::Arena;
use pt_core::cursor::{OldLeaf, Stale};
use pt_core::{Gpa, Shared, Tree};
use pt_tdx::{Pt, SharedEpt};

type Withdrawn<'a> = Stale<'a, SharedEpt, &'a Arena, &'a Arena, OldLeaf<SharedEpt>>;

fn withdraw<'a>(tree: &'a mut Tree<SharedEpt, &'a Arena>, arena: &'a Arena, at: Gpa<Shared>) -> Withdrawn<'a> {
    tree.exclusive(arena).unmap::<Pt>(at).expect("a page is mapped there")
}

fn withdraw_and_flush<'a>(tree: &'a mut Tree<SharedEpt, &'a Arena>, arena: &'a Arena, at: Gpa<Shared>) {
    withdraw(tree, arena, at).unneeded_because("no vCPU has run yet");
}

fn balloon<'a>(tree: &'a mut Tree<SharedEpt, &'a Arena>, arena: &'a Arena, at: Gpa<Shared>) {
    withdraw(tree, arena, at);
}

fn main() {
    let _ = (balloon, withdraw_and_flush);
}
