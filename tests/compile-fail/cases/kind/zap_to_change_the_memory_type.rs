//! A device with non-coherent DMA is attached, and all leaves are zapped so that faults map them again with another
//! memory type. `kvm_zap_gfn_range` visits the private root too: what the guest had there is gone, no fault brings it
//! back.

use pt_core::pair::{Run, Vm};
use pt_core::{AddressRange, Arena, Invalidate, Shared};
use pt_tdx::{SharedEpt, Tdx};

type Guest<'a, H> = Vm<Tdx, Run, &'a Arena, &'a Arena, H>;

fn memory_types_changed<H, C: Invalidate<SharedEpt>>(
    vm: &mut Guest<'_, H>,
    tables: &Arena,
    slot: AddressRange<Shared>,
    cpus: &mut C,
) {
    let mut cursor = vm.private().exclusive(tables);
    let zapped = cursor.clear_range(slot, cpus);
    zapped.expect("the slot lies in the tree").flush(cpus);
}

fn main() {}
