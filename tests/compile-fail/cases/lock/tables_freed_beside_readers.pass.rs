//! A tree is shared with readers that take no lock, and its tables are freed as soon as they are unlinked: a reader
//! that loaded the link before walks through a page that is somebody else's.
//!
//! Seen: KVM tdp_mmu.c, `tdp_mmu_free_sp_rcu_callback`: that each table page goes there is a convention [kvm-36]

use pt_core::reclaim::{EpochReclaim, Immediate};
use pt_core::{Arena, ParallelTree, Tree};
use pt_tdx::SharedEpt;

type Reclaimer = EpochReclaim<&'static Arena>;

type Shared = ParallelTree<SharedEpt, &'static Arena, Reclaimer>;

fn share(tree: Tree<SharedEpt, &'static Arena>, reclaim: Reclaimer) -> Shared {
    ParallelTree::new(tree, reclaim)
}

fn main() {
    let _: Option<(EpochReclaim<()>, Immediate<()>)> = None;
}

