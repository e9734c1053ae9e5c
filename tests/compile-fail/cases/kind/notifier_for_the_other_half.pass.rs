//! A hole is punched into the file behind private memory, and the zap gets the addresses of the host's mapping: the
//! other half is zapped, and the guest keeps pages that are somebody else's.
//!
//! Seen: KVM tdp_mmu.c, `kvm_gfn_range_filter_to_root_types`, which warns if a filter selects no root [kvm-6]

use pt_core::pair::{NoVcpus, PageSink, Run, Vm};
use pt_core::{AddressRange, Arena, Private, Shared, Split};
use pt_tdx::{SeptHooks, Tdx};

type Guest<'a, H> = Vm<Tdx, Run, &'a Arena, &'a Arena, H>;

/// The host has punched a hole into the file behind private memory.
fn hole_punched<H: SeptHooks, S: PageSink>(vm: &mut Guest<'_, H>, hole: AddressRange<Private>, sink: &mut S) -> u64 {
    let mapping: AddressRange<Shared> = vm.geometry().counterpart_range(hole);
    println!("the host's mapping of {mapping:?} stays");
    match vm.convert_to_shared(hole, &mut NoVcpus, sink) {
        Ok(removed) => removed.leaves,
        Err(stopped) => stopped.removed.leaves,
    }
}

fn main() {}
