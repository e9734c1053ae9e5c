//! The frame number of a memory slot is taken from a raw address: the shared bit becomes a part of it.
//!
//! Seen: KVM mmu.h, `kvm_is_gfn_alias` and the `KVM_BUG_ON` in `kvm_mmu_faultin_pfn` [kvm-1]

use pt_core::{Gfn, RawGpa, Route, Split};
use pt_tdx::Gpaw;

fn slot(geometry: Gpaw, raw: RawGpa) -> Option<Gfn> {
    match geometry.route(raw) {
        Ok(Route::Shared(address)) => {
            println!("looking up the slot of {address}");
            Some(geometry.gfn(address))
        }
        _ => None,
    }
}

fn main() {
    let _ = slot(Gpaw::Bits48, RawGpa::new(0x8000_0000_1000));
}
