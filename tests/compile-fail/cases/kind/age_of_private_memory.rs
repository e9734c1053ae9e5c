//! The host asks how old private pages are, and finds all of them old: no CPU sets an accessed bit in a table that it
//! does not use.
//!
//! Seen: KVM tdp_mmu.c, the warning of `kvm_tdp_mmu_age_spte` about mirror entries [kvm-9]

use pt_core::pair::{Run, Vm};
use pt_core::{AddressRange, Arena, Shared};
use pt_tdx::Tdx;

type Guest<'a, H> = Vm<Tdx, Run, &'a Arena, &'a Arena, H>;

/// Whether the host may take this memory for something else.
fn is_cold<H>(vm: &Guest<'_, H>, slot: AddressRange<Shared>) -> bool {
    let young = vm.private().age(slot).unwrap_or(u64::MAX);
    println!("{young} pages of {slot:?} are in use");
    young == 0
}

fn main() {
    let _ = is_cold::<()>;
}
