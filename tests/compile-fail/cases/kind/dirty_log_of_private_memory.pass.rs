//! Dirty logging visits the private tree, whose leaves no CPU marks: every page looks clean, and migration loses what
//! was written.
//!
//! Seen: KVM tdp_mmu.c, `clear_dirty_gfn_range` and `kvm_tdp_mmu_wrprot_slot` visit all valid roots, and rely on no
//! slot with private memory being logged [kvm-8]

use pt_core::pair::{Run, Vm};
use pt_core::{Address, AddressRange, Arena, Shared};
use pt_tdx::Tdx;

type Guest<'a, H> = Vm<Tdx, Run, &'a Arena, &'a Arena, H>;

/// The pages of a memory slot that migration has to send again, after the vCPUs have stopped.
fn pages_to_send<H>(vm: &Guest<'_, H>, slot: AddressRange<Shared>) -> Option<Vec<Address<Shared>>> {
    let mut written = Vec::new();
    let stale = vm.shared().collect_dirty(slot, |page, _| written.push(page)).ok()?;
    stale.unneeded_because("every vCPU flushes before it runs again");
    Some(written)
}

fn main() {
    let _ = pages_to_send::<()>;
}
