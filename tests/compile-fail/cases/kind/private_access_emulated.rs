//! A fault that cannot be resolved ends in the instruction emulator, whatever half it lies in. KVM warns when
//! `RET_PF_EMULATE` comes back for a private fault: the registers and the code of a TD are not the host's to read.

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
