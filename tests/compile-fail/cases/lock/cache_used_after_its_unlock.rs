//! Table pages are taken from a cache that several threads use, after its lock was given up.
//!
//! Seen: KVM, "TDX: Dynamic PAMT + S-EPT Hugepage": `tdp_mmu_external_cache_lock` for pages that no vCPU owns, held or
//! not as lockdep finds [kvm-38]

use pt_core::{Arena, Gpa, Invalidate, Shared, Tree};
use pt_tdx::{Pd, SharedEpt};
use std::sync::{Mutex, MutexGuard};

fn split<C: Invalidate<SharedEpt>>(
    tree: &mut Tree<SharedEpt, Arena>,
    cache: &Mutex<Arena>,
    slots_lock: MutexGuard<'_, ()>,
    at: Gpa<Shared>,
    cpus: &mut C,
) -> bool {
    let Ok(pages) = cache.lock() else { return false };
    let mut cursor = tree.exclusive(&*pages);
    println!("splitting at {at} under {slots_lock:?}");
    drop(pages);
    cursor.split::<Pd>(at, cpus).map(|stale| stale.flush(cpus)).is_ok()
}

fn main() {}

