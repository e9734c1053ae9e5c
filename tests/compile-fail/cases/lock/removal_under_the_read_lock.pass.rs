//! Private memory is taken away under the lock that faults hold too: another vCPU maps a page in the range between the
//! block and the removal.
//!
//! Seen: KVM tdp_mmu.c and tdx.c, `lockdep_assert_held_write`: builds without lockdep check nothing [kvm-33]

use pt_core::pair::{NoVcpus, PageSink, Run, Vm};
use pt_core::{AddressRange, Arena, Private};
use pt_tdx::{SeptHooks, Tdx};
use std::sync::RwLock;

struct Guest<H> {
    vm: Vm<Tdx, Run, Arena, Arena, H>,
}

fn punch_hole<H: SeptHooks>(lock: &RwLock<Guest<H>>, hole: AddressRange<Private>, sink: &mut impl PageSink) -> bool {
    let Ok(guest) = &mut lock.write() else { return false };
    guest.vm.convert_to_shared(hole, &mut NoVcpus, sink).is_ok()
}

fn main() {}

