//! The error path gives the page for the protected table back to the cache, and the monitor gets it all the same: it is
//! a table of this VM and of the next one who takes it from the cache.
//!
//! Seen: KVM mmu_internal.h, `external_spt` is a `void *` in a union: null where it was freed, and where it leaked
//! [kvm-49]

use pt_core::hook::{Frozen, Outcome};
use pt_core::{Arena, Protected, Reserve, TablePage};
use pt_tdx::{PrivateEpt, SeptAdd, SeptHooks};

fn link(
    hooks: &impl SeptHooks,
    entry: &Frozen<PrivateEpt>,
    cache: &mut Reserve<'_, Arena, 8>,
    stale: TablePage<Protected>,
    fresh: TablePage<Protected>,
) -> Outcome<SeptAdd> {
    println!("{fresh:?} instead of {stale:?}");
    cache.put_back(stale);
    hooks.sept_add(entry, &fresh)
}

fn main() {
    let _: Option<TablePage<Protected>> = None;
}

