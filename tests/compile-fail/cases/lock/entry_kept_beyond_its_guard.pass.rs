//! A table is looked up under a guard of the callee's own, and handed to the caller: nothing keeps it alive there.
//!
//! Seen: KVM tdp_iter.h, `tdp_ptep_t` is `u64 __rcu *`, which sparse checks and the compiler does not [kvm-37]

use pt_core::reader::TableRef;
use pt_core::reclaim::{ParallelTree, Pinned};
use pt_core::{Arena, Deferred};
use pt_tdx::{Pml4, SharedEpt};

type Root<'a> = TableRef<'a, SharedEpt, Arena, Pml4>;

fn root<'a, R: Deferred>(
    tree: &'a ParallelTree<SharedEpt, Arena, R>,
    held: &'a Pinned<'a, SharedEpt, Arena, R>,
) -> Option<Root<'a>> {
    let own = tree.pin();
    println!("{held:?} and {own:?}");
    held.reader().root()
}

fn main() {}

