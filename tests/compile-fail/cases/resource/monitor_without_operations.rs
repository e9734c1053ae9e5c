//! The VM is built with something that is not the monitor: a fault changes the private table, and nobody is told.
//!
//! Seen: KVM kvm_host.h: `link_external_spt` and the others are optional static calls, which return success where
//! nobody has set them [kvm-54]

use pt_core::pair::{PageSource, Run, Vm};
use pt_core::{Arena, RawGpa, format::Access};
use pt_tdx::{SeptHooks, Tdx};

type Guest<'a, H> = Vm<Tdx, Run, &'a Arena, &'a Arena, H>;

/// What the VMM knows of a TD beside its tables.
struct Handle {
    key: u16,
}

fn resolve<H: SeptHooks, S: PageSource<Tdx>>(vm: &Guest<'_, Handle>, fault: RawGpa, source: &mut S) -> bool {
    vm.fault(fault, Access::READ, source).is_ok()
}

fn main() {
    let _ = Handle { key: 1 }.key;
}
