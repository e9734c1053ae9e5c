//! The cache of table pages is empty in the middle of a walk, and what it returned is used as a page.
//!
//! Seen: KVM mmu.c, `kvm_mmu_memory_cache_alloc`: a warning, an allocation that must not sleep, and `BUG_ON` of null
//! [kvm-53]

use pt_core::hook::{Frozen, Outcome};
use pt_core::{Arena, Protected, Reserve, TablePage};
use pt_tdx::{PrivateEpt, SeptAdd, SeptHooks};

fn link(
    hooks: &impl SeptHooks,
    entry: &Frozen<PrivateEpt>,
    cache: &mut Reserve<'_, Arena, 8>,
    first: TablePage<Protected>,
) -> Outcome<SeptAdd> {
    let next = cache.page::<Protected>();
    println!("{next:?} after {first:?}");
    hooks.sept_add(entry, &next)
}

fn main() {}

