//! A private access ends in the instruction emulator, whose code and registers are not the host's to read.
//!
//! Seen: KVM mmu.c, `kvm_mmu_do_page_fault`, which warns of `RET_PF_EMULATE` for a private fault [kvm-13]

use pt_core::pair::FaultOutcome;
use pt_core::{Gpa, RawGpa, Route, Shared, Split};
use pt_tdx::{Gpaw, Level};

fn emulate_instruction(at: Gpa<Shared>) {
    println!("decoding the access to {at}");
}

fn after_fault(geometry: Gpaw, fault: RawGpa, outcome: FaultOutcome<Level>) {
    let Ok(Route::Private(accessed)) = geometry.route(fault) else { return };
    println!("private access to {accessed}");
    if let FaultOutcome::Denied { at, allowed, .. } = outcome {
        println!("only {allowed} is allowed at {at}");
        emulate_instruction(accessed);
    }
}

fn main() {
    let _ = after_fault;
}
