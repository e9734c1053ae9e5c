//! A function for faults takes memory away too: it was told by a `bool` whether the lock is held exclusively, and the
//! `bool` was wrong.
//!
//! Seen: KVM tdp_mmu.c: `bool shared` goes through a dozen functions, to a `KVM_BUG_ON(shared)` at the end [kvm-34]

use pt_core::pair::{NoVcpus, PageSink, Run, Vm};
use pt_core::{AddressRange, Arena, Private};
use pt_tdx::{SeptHooks, Tdx};

type Guest<'a, H> = Vm<Tdx, Run, &'a Arena, &'a Arena, H>;

fn zap_range<H: SeptHooks>(vm: &Guest<'_, H>, range: AddressRange<Private>, sink: &mut impl PageSink) -> u64 {
    match vm.convert_to_shared(range, &mut NoVcpus, sink) {
        Ok(removed) => removed.bytes,
        Err(error) => error.removed.bytes,
    }
}

fn main() {}

