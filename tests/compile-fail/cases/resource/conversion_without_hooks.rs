//! A VM is converted through hooks that are no hooks: with default operations that do nothing, every page would count
//! as removed.
//!
//! Seen: KVM, "TDX: Dynamic PAMT + S-EPT Hugepage", patch 4: a hook that is not set returns 0; a warning was proposed
//! [kvm-54]

use pt_core::pair::{NoVcpus, PageSink, Run, Vm};
use pt_core::{AddressRange, Arena, Private};
use pt_tdx::{SeptHooks, Tdx};

type Guest<'a, H> = Vm<Tdx, Run, &'a Arena, &'a Arena, H>;

fn share<H: Sized>(vm: &mut Guest<'_, H>, range: AddressRange<Private>, sink: &mut impl PageSink) -> u64 {
    vm.convert_to_shared(range, &mut NoVcpus, sink).map_or(0, |removed| removed.bytes)
}

fn main() {
    fn _hooks(_: &impl SeptHooks) {}
}
