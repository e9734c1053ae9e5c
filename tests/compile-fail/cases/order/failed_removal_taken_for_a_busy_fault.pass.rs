//! A removal that failed is handled as a fault that is busy, and left for the next time: there is none, the range stays
//! blocked, and the guest hangs.
//!
//! Seen: KVM tdp_mmu.c: hooks that install may fail, hooks that remove must not, and both return `int` [kvm-48]

use pt_core::pair::{ConvertError, FaultError, NoVcpus, PageSink, Run, Vm};
use pt_core::{AddressRange, Arena, Private};
use pt_tdx::{Level, SeptHooks, Tdx};

type Guest<'a, H> = Vm<Tdx, Run, &'a Arena, &'a Arena, H>;

fn next_fault_will_do(error: FaultError<Level>) -> bool {
    println!("{error}: the guest comes again");
    true
}

fn stop_the_vm(error: ConvertError<Level>) -> bool {
    println!("{error}: the VM must not run on");
    false
}

fn share<H: SeptHooks>(vm: &mut Guest<'_, H>, range: AddressRange<Private>, sink: &mut impl PageSink) -> bool {
    match vm.convert_to_shared(range, &mut NoVcpus, sink) {
        Ok(_) => true,
        Err(error) => stop_the_vm(error),
    }
}

fn main() {
    let _ = (next_fault_will_do, stop_the_vm);
}
