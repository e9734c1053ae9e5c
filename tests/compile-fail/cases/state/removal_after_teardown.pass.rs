//! Pages are removed from a VM whose key is gone: the monitor refuses each of them, and the host believes that it has
//! them.
//!
//! Seen: KVM tdx.c, `is_hkid_assigned` in `tdx_sept_remove_private_spte` [kvm-30]

use pt_core::pair::{NoVcpus, PageSink, Run, Teardown, Vm};
use pt_core::{AddressRange, Arena, Private};
use pt_tdx::{SeptHooks, Tdx};

type Guest<'a, Phase, H> = Vm<Tdx, Phase, &'a Arena, &'a Arena, H>;

/// The file behind the guest's memory is closed after the guest's key was freed.
fn file_closed<H: SeptHooks, S: PageSink>(
    vm: &mut Guest<'_, Run, H>,
    memory: AddressRange<Private>,
    sink: &mut S,
) -> bool {
    vm.convert_to_shared(memory, &mut NoVcpus, sink).is_ok()
}

fn main() {
    let _: Option<(Run, Teardown)> = None;
}
