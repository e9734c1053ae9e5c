//! A device with non-coherent DMA comes, and all leaves are zapped so that faults map them with another memory type.
//! Of private memory the content is lost with them: no fault brings it back.
//!
//! Seen: KVM, `kvm_zap_gfn_range`, which visits the mirror root too [kvm-7]

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
    let mut cursor = vm.shared_mut().exclusive(tables);
    let zapped = cursor.clear_range(slot, cpus);
    zapped.expect("the slot lies in the tree").flush(cpus);
}

fn main() {}
