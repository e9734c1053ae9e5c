//! The guest touches private memory that the host does not have, and the VMM emulates a device there, from
//! instructions that it cannot read.
//!
//! Seen: KVM mmu.c, `kvm_handle_noslot_fault`, which refuses private faults at run time [kvm-12]

use pt_core::pair::{FaultOutcome, PageSource, Run, Vm};
use pt_core::{Arena, Gpa, RawGpa, Shared, format::Access};
use pt_tdx::{SeptHooks, Tdx};

type Guest<'a, H> = Vm<Tdx, Run, &'a Arena, &'a Arena, H>;

struct Devices;
impl Devices {
    fn emulate(&mut self, at: Gpa<Shared>, access: Access) -> bool {
        println!("device access {access} at {at}");
        true
    }
}

fn on_violation<H: SeptHooks, S: PageSource<Tdx>>(
    vm: &Guest<'_, H>,
    fault: RawGpa,
    access: Access,
    source: &mut S,
    devices: &mut Devices,
) -> bool {
    match vm.fault(fault, access, source) {
        Ok(FaultOutcome::NoMemory { at }) => devices.emulate(at, access),
        Ok(outcome) => matches!(outcome, FaultOutcome::Mapped { .. } | FaultOutcome::Spurious { .. }),
        Err(_) => false,
    }
}

fn main() {
    let _ = Devices;
}
