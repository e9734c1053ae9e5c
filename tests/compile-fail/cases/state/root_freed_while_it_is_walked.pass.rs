//! A root is freed while it is walked: its reference count was taken for granted.
//!
//! Seen: KVM tdp_mmu.c, the check that a root's count is not zero in `tdp_mmu_next_root` [kvm-28]

use pt_core::{AddressRange, Arena, Invalid, Shared, Tree};
use pt_tdx::SharedEpt;

fn count_after_zap_all(
    new: &Tree<SharedEpt, &Arena>,
    old: Tree<SharedEpt, &Arena, Invalid>,
    tables: &Arena,
    slot: AddressRange<Shared>,
) -> usize {
    let walk = new.reader().range(slot);
    let freed = old.free(tables);
    println!("{freed} tables are free, {new:?} is in use");
    walk.leaves().count()
}

fn main() {
    let _ = count_after_zap_all;
}
