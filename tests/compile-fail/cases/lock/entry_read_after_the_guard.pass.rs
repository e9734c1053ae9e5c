//! The walk goes on after the guard was given up: the table may have been freed and used for something else.
//!
//! Seen: KVM, review of "TDX: Dynamic PAMT + S-EPT Hugepage", patch 37: `is_mirror_sptep` after the unlock, reported as
//! "suspicious RCU usage" [kvm-36]

use pt_core::reclaim::Pinned;
use pt_core::{Arena, Deferred, Entry, Gpa, Shared};
use pt_tdx::{Pml4, SharedEpt};
use std::sync::MutexGuard;

fn is_mapped<R: Deferred>(
    guard: Pinned<'_, SharedEpt, Arena, R>,
    mmu_lock: MutexGuard<'_, ()>,
    at: Gpa<Shared>,
) -> bool {
    let Some(root) = guard.reader().root::<Pml4>() else { return false };
    println!("looking up {at} under {mmu_lock:?}");
    drop(mmu_lock);
    matches!(root.entry(at), Some(Entry::Subtable(_)))
}

fn main() {}

