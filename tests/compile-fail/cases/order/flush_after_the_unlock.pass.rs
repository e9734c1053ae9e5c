//! The lock is given up between the unmap and the flush: another thread maps the range anew, and a vCPU goes on through
//! the old translation.
//!
//! Seen: KVM tdp_mmu.c, `kvm_tdp_mmu_zap_leafs`: the flush is a returned `bool`, which has to come before the unlock
//! [kvm-46]

use pt_core::{Arena, Gpa, Invalidate, Shared, Tree};
use pt_tdx::{Pt, SharedEpt};
use std::sync::{Mutex, MutexGuard};

fn withdraw<C: Invalidate<SharedEpt>>(
    mmu: &Mutex<Tree<SharedEpt, Arena>>,
    slots_lock: MutexGuard<'_, ()>,
    tables: &Arena,
    at: Gpa<Shared>,
    cpus: &mut C,
) {
    let Ok(mut tree) = mmu.lock() else { return };
    let Ok(stale) = tree.exclusive(tables).unmap::<Pt>(at) else { return };
    println!("{stale:?} under {slots_lock:?}");
    drop(slots_lock);
    stale.flush(cpus);
}

fn main() {}


